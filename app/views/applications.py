"""What families submit; and the counter, where the office or a desk submits it for them."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext

from app import security
from app.errors import N_, DomainError
from app.models import Application, Enrollment
from app.nouns import families
from app.operations import applications, asking
from app.operations import rows as row_operations
from app.query.schemas import write_schema
from app.transaction import web
from app.views import fields, lists
from app.views.base import Answer, ResourceView, Row, screen
from app.views.fields import FormField
from app.views.forms import Fields, Refused, attempt
from app.views.verbs import Button

WISHES = 3
MOST_WISHES = 30
CONTACT = ["contact_email", "contact_phone", "note", "photo_consent"]
WISH = ("person_id", "slot_id", "reduced")


class ApplicationView(ResourceView):
    resource = "applications"
    list_columns = ["receipt", "status", "submitted_at", "due_on", "channel", "season_id",
                    "contact_email"]  # fmt: skip
    show_columns = [
        (N_("Application"), ["receipt", "status", "season_id", "channel", "user_id",
                             "delegation_id"]),
        (N_("Contacts of the family"), ["contact_email", "contact_phone", "note",
                                        "photo_consent"]),
        (N_("Procedure"), ["submitted_at", "due_on", "officer", "protocol_number",
                           "protocol_date"]),
    ]  # fmt: skip
    edit_columns = CONTACT
    search_columns = ["receipt", "contact_email", "contact_phone"]
    filter_columns = ["status", "season_id", "channel"]
    order = "-id"
    related = {"enrollments": "application_id"}
    include_route_methods = {
        "list",
        "csv",
        "xlsx",
        "json",
        "keep",
        "show",
        "edit",
        "select",
        "act",
        "counter",
    }

    def buttons(self, pk: int | None = None) -> list[Button]:
        """The way to the counter, from the list; of a row its receipt, and what is to be paid."""
        if pk is not None:
            return self._of_sent(pk) if self._is_sent(pk) else []
        if not self.may("create"):
            return []
        return [Button(gettext("Enrol at the counter"), self.to("counter"), False)]

    def _of_sent(self, pk: int) -> list[Button]:
        found = [Button(gettext("Receipt (PDF)"), f"/api/v1/applications/{pk}/paper", False)]
        for payee_id, body in self._left_to_ask(pk):
            label = gettext("Ask for payment: %(body)s", body=body)
            href = url_for("PaymentNoticeView.add", application_id=pk, payee_id=payee_id)
            found.append(Button(label, href, False))
        return found

    def _left_to_ask(self, pk: int) -> list[tuple[int, str]]:
        return asking.left_to_ask(web(), pk) if self.may("create", "payment-notices") else []

    def _is_sent(self, pk: int) -> bool:
        return bool(row_operations.get(web(), Application, pk).status != "draft")

    def besides(self, row: Row) -> dict[str, Any]:
        """A receipt is handed over on paper, which says whose it is."""
        return {"prints": g.seat.alliance if row.get("receipt") and "seat" in g else ""}

    @expose("/counter", methods=["GET", "POST"])
    @screen("create")
    def counter(self) -> Answer:
        """Several persons over several slots, for a family that stands at the counter."""
        count = lists.number(request.values.get("count"), WISHES, MOST_WISHES)
        contact = [fields.of_column(Application, name) for name in CONTACT]
        wishes = [self._wish(n) for n in range(count)]
        every = [*contact, *(one for wish in wishes for one in wish)]
        if request.method == "POST" and "more" in request.form:
            fields.keep_typed(every, request.form)
            wishes += [self._wish(n) for n in range(count, min(count + WISHES, MOST_WISHES))]
            return self._counter(wishes, contact, [])
        if request.method == "POST":
            done = attempt(every, lambda: self._apply(wishes, contact), self.label)
            if not isinstance(done, Refused):
                flash(gettext("The application is sent. Its receipt follows."), "success")
                return redirect(self.to("show", pk=done))
            return self._counter(wishes, contact, done.errors), done.status
        for one in wishes[0]:
            one.value = request.args.get(one.name.rpartition(".")[2], "")
        return self._counter(wishes, contact, [])

    def _wish(self, n: int) -> Fields:
        """The fields of the n-th wish."""
        found = []
        for name in WISH:
            of = {"of": "open"} if name == "slot_id" else {}
            url = url_for("EnrollmentView.select", field=name, **of)
            one = fields.of_column(Enrollment, name, url)
            one.name, one.required = f"wishes[{n}].{name}", False
            found.append(one)
        return found

    def _counter(self, wishes: list[Fields], contact: Fields, errors: list[str]) -> str:
        every: list[FormField] = [one for wish in wishes for one in wish]
        self.name_choices(every)
        self.offer_additions(one for one in every if one.resource == "persons")
        return self.page(
            "counter", title=gettext("Enrol at the counter"), wishes=wishes, contact=contact,
            errors=errors, most=MOST_WISHES, every=[*every, *contact],
        )  # fmt: skip

    def _apply(self, wishes: list[Fields], contact: Fields) -> int:
        """The application, sent. A wish that was left blank is none."""
        found: list[dict[str, Any]] = []
        places: list[int] = []
        for n, wish in enumerate(wishes):
            typed = {one.name.rpartition(".")[2]: request.form.get(one.name, "") for one in wish}
            if typed["person_id"] or typed["slot_id"]:
                found.append(
                    {
                        "person_id": lists.key(typed["person_id"]),
                        "slot_id": lists.key(typed["slot_id"]),
                        "reduced": bool(typed["reduced"]),
                    }
                )
                places.append(n)
        given = fields.sent(contact, request.form, blank=True)
        values: Any = write_schema(Application, CONTACT, partial=True).load(given)
        try:
            row = applications.apply_for(
                web(),
                alliance_id=web().principal.alliance_id or 0,
                wishes=found,
                channel=families.channel(web()),
                now=security.moment(),
                **values,
            )
        except DomainError as refusal:
            refusal.errors = [
                (_where(name, places), message, params) for name, message, params in refusal.errors
            ]
            raise
        return int(row.id)


def _where(name: str | None, places: list[int]) -> str | None:
    """The field of the form that an error about the n-th wish belongs to."""
    if name is None or not name.startswith("wishes["):
        return name
    number, _, rest = name[len("wishes[") :].partition("]")
    field = rest.lstrip(".")
    if not number.isdigit() or int(number) >= len(places):
        return name
    return f"wishes[{places[int(number)]}].{field if field in WISH else 'person_id'}"
