"""Many rows of a list at once: chosen, an action, its preview, then done row by row."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, ClassVar

from flask import flash, jsonify, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from app import bulk, nouns, security
from app.bulk import Action, Line, Picked
from app.errors import N_, BadRequest, Conflict, DomainError, Forbidden, NotFound
from app.models import Work
from app.nouns import titles
from app.operations import care, works
from app.query import rows
from app.query.paths import LABEL, Path, path
from app.query.refusals import refusal_of
from app.transaction import web
from app.views import fields, words
from app.views.forms import Fields, said
from app.views.listing import ListScreens
from app.views.outcomes import OUTCOMES, Shown, reasons, work_page
from app.views.screens import Answer, screen
from app.views.verbs import VerbScreens
from app.views.writing import WriteScreens

NOTHING = N_("Choose rows first.")
TOO_MANY = N_("At most %(most)s rows are done at once: narrow the list with its filters.")
BAD_ROWS = N_("The chosen rows cannot be read.")
# So many lines of a preview are tried and shown where there are more rows than a request does.
SHOWN = 100
# The forms in which chosen rows are saved as a file.
FILES = ("csv", "xlsx", "json")


class BulkScreens(ListScreens, WriteScreens, VerbScreens):
    """``/bulk`` chooses, asks and previews, ``/bulk/<work>`` does; ``/bulk/count`` counts."""

    # Columns that may be changed in many rows at once.
    bulk_columns: ClassVar[list[str]] = []

    def __init__(self) -> None:
        # A noun whose list is saved as a file has its rows chosen.
        if "csv" in self.include_route_methods:
            more = {"bulk", "bulk_do", "bulk_count"}
            self.include_route_methods = {*self.include_route_methods, *more}
        super().__init__()

    def bulk_actions(self) -> list[tuple[str, str]]:
        """What the seat may do with chosen rows: (action, what it is called)."""
        found: list[tuple[str, str]] = []
        if self.may("get", "works"):
            for name, verb in nouns.noun(self.resource).verbs.items():
                files = any(one.type == "file" for one in verb.fields)
                if not (verb.collection or verb.says or files) and self.may(name):
                    found.append((f"verb:{name}", gettext(verb.label)))
            if self.may("update"):
                found += [
                    (f"change:{name}", gettext("Change: %(label)s", label=self.label(name)))
                    for name in self.writable(self.bulk_columns)
                ]
            if self.may("delete") and "delete" in self.include_route_methods:
                found.append(("delete", gettext("Delete")))
        return found + [(one, gettext("Save as %(form)s", form=one.upper())) for one in FILES]

    # -------------------------------------------------------------- which rows

    def chosen_rows(self, most: int = bulk.MOST) -> list[int]:
        """The ids that were chosen, or all that the address's filters find.

        Raises BadRequest, for none and for too many too.
        """
        if request.form.get("all"):
            found = self.selection(("id",))
            stream = rows.stream(web(), found, now=security.moment())
            ids = [row["id"] for row in islice(stream, most + 1)]
            stream.close()
        else:
            said_ids = [*request.form.getlist("rows"), request.form.get("kept", "")]
            texts = [t for part in said_ids for t in part.split(",") if t.strip()]
            if not all(t.isascii() and t.isdigit() and len(t) < 19 for t in texts):
                raise BadRequest(BAD_ROWS, field="rows")
            ids = list(dict.fromkeys(int(t) for t in texts))
        if not ids:
            raise BadRequest(NOTHING, field="rows")
        if len(ids) > most:
            raise BadRequest(TOO_MANY, field="rows", most=most)
        return ids

    @expose("/bulk/count", methods=["GET"])
    @screen("list")
    def bulk_count(self) -> Answer:
        """How many rows the address's filters find."""
        return jsonify({"count": rows.count(web(), self.selection(("id",)))})

    # -------------------------------------------------------------- asked and tried

    @expose("/bulk", methods=["GET", "POST"])
    @screen("list")
    def bulk(self) -> Answer:
        """The action's form, then its preview: each row is tried, and all is taken back."""
        if request.method == "GET":
            return redirect(self.to("list"))  # After a new sign-in, for one.
        name = request.form.get("action", "")
        known = dict(self.bulk_actions())
        if name not in known:
            raise BadRequest(field="action")
        if name in FILES:
            return self.file(name, self.of_rows(self.chosen_rows()))
        asked = self.bulk_fields(name)
        ids = self.chosen_rows()
        if request.form.get("step") != "preview" and asked:
            return self.bulk_form(name, known[name], asked, ids, [])
        return self.bulk_preview(name, known[name], asked, ids)

    def of_rows(self, ids: Sequence[int]) -> rows.Selection | None:
        """The list's selection of these rows only; of all that is found as it is."""
        if request.form.get("all"):
            return None
        names = self.asked_columns(self.csv_columns or self.list_columns)
        wanted = self.selection(names)
        return rows.Selection(
            self.resource, names, filter_columns=wanted.filter_columns, sort=wanted.sort,
            extra=(self.model.id.in_(ids),),
        )  # fmt: skip

    def bulk_fields(self, name: str) -> Fields:
        """What an action asks for."""
        part, _, target = name.partition(":")
        if part == "verb":
            return self.verb_fields(target, nouns.noun(self.resource).verbs[target])
        return self.form_fields([target]) if part == "change" else []

    def bulk_form(
        self, name: str, label: str, asked: Fields, ids: Sequence[int], errors: Iterable[str]
    ) -> str:  # fmt: skip
        """What the action asks for, before anything is tried."""
        self.name_choices(asked)
        return self.page(
            "bulk", title=f"{label}: {titles.many(self.resource)}", action=name, label=label,
            asked=asked, errors=list(errors), number=len(ids), all=bool(request.form.get("all")),
            kept=",".join(map(str, ids)), back=self.to("list") + self.filtered(),
        )  # fmt: skip

    def filtered(self) -> str:
        """The address's filters, as the list has them."""
        query = request.query_string.decode("ascii", "ignore")
        return f"?{query}" if query else ""

    def bulk_preview(self, name: str, label: str, asked: Fields, ids: list[int]) -> Answer:
        """Try it with each row, take all back, and keep what was chosen until it is confirmed."""
        db, now = web(), security.moment()
        values = fields.sent(asked, request.form, blank=name.startswith("change:"))
        action = Action(self.resource, name, values)
        try:
            action.loaded()
        except (ValidationError, DomainError) as error:
            fields.keep_typed(asked, request.form)
            refusal = refusal_of(error)
            left = fields.place_errors(asked, said(refusal), self.label)
            return self.bulk_form(name, label, asked, ids, left), 422
        versions = bulk.versions(db, self.resource, ids)
        picked: list[Picked] = [(pk, versions.get(pk)) for pk in ids]
        tried = picked if len(picked) <= bulk.AT_ONCE else picked[:SHOWN]
        called = self.names([pk for pk, _ in tried])
        care.trial(db)
        lines = list(bulk.run(db, action, enumerate(tried, 1), now=now))
        db.rollback()
        care.log_trial(db, now=now)
        title = f"{label}: {titles.many(self.resource)}"
        works.let_go(db, "bulk", now=now)
        work = works.ask(
            db, kind="bulk", resource=self.resource, title=title, total=len(picked),
            status="prepared", now=now,
            payload=bulk.payload(action, picked, locale=words.locale(), label=label),
        )  # fmt: skip
        number = work.id
        refused = sum(line.outcome == "refused" for line in lines)
        return self.page(
            "bulk_preview", title=title, label=label, number=len(picked), tried=len(tried),
            refused=refused, long=len(picked) > bulk.AT_ONCE, danger=name == "delete",
            lines=self.shown_lines(lines, called, action),
            do=self.to("bulk_do", work_id=number), back=self.to("list") + self.filtered(),
        )  # fmt: skip

    # -------------------------------------------------------------- done

    @expose("/bulk/<int:work_id>", methods=["GET", "POST"])
    @screen("list")
    def bulk_do(self, work_id: int) -> Answer:
        """Do what was previewed: at once, or handed to the jobs process. Raises Conflict."""
        if request.method == "GET":
            return redirect(self.to("list"))
        try:
            return self._bulk_done(work_id)
        except Conflict:
            # A second click, or an old page: what became of it is on the work's page.
            web().rollback()
            return redirect(work_page(work_id))

    def _bulk_done(self, work_id: int) -> Response:
        db, now = web(), security.moment()
        work = works.take(db, work_id, now=now)
        action, picked = bulk.of_payload(work.resource, work.payload)
        if work.resource != self.resource or work.kind != "bulk":
            raise NotFound()
        if action.name not in dict(self.bulk_actions()):
            raise Forbidden()
        if len(picked) > bulk.AT_ONCE:
            work.status, work.started_at = "prepared", None
            works.begin(db, work, {}, now=now)
            return redirect(work_page(work_id))
        stale = bulk.changed(db, self.resource, [one for _, one in picked])
        lines = list(bulk.run(db, action, picked, stale, now=now))
        works.note(db, work_id, [line.noted() for line in lines])
        refused = sum(line.outcome == "refused" for line in lines)
        done = len(lines) - refused
        works.finish(db, db.get_one(Work, work_id), done=done, failed=refused, now=now)
        if refused:
            flash(gettext("Done: %(done)s. Refused: %(refused)s.", done=words.number(done),
                          refused=words.number(refused)), "warning")  # fmt: skip
        else:
            flash(gettext("Done."), "success")
        return redirect(work_page(work_id))

    # -------------------------------------------------------------- in words

    def names(self, ids: Sequence[int]) -> dict[int, str]:
        """What rows are called, by id; of those that the seat sees."""
        names = tuple(dict.fromkeys(("id", LABEL, *self.name_columns)))
        found: dict[int, str] = {}
        for start in range(0, len(ids), 1000):
            extra = (self.model.id.in_(ids[start : start + 1000]),)
            wanted = rows.Selection(self.resource, names, extra=extra)
            for row in rows.stream(web(), wanted, now=security.moment()):
                found[row["id"]] = self.name(row)
        return found

    def shown_lines(
        self, lines: Iterable[Line], called: dict[int, str], action: Action
    ) -> list[Shown]:  # fmt: skip
        """What will become of each row, or became of it."""
        watched = path(self.model, action.watched) if action.watched else None
        page = self.to("show", pk=0).removesuffix("0") if self.may("get") else ""
        return [
            Shown(
                line.number,
                called.get(line.row_id, str(line.row_id)),
                f"{page}{line.row_id}" if page and line.row_id in called else "",
                line.outcome,
                OUTCOMES.get(line.outcome, ""),
                self.becomes(line, watched),
            )
            for line in lines
        ]

    def becomes(self, line: Line, watched: Path | None) -> str:
        """What will become of a row, or why nothing."""
        if line.outcome == "refused":
            return reasons(line.errors, self.label)
        if line.outcome == "deleted":
            return gettext("Will be deleted")
        if line.waits:
            return gettext("The change will wait for the review")
        if line.outcome == "unchanged":
            return gettext("Stays as it is")
        if watched is None or line.before == line.after:
            return gettext("Will be done")
        before, after = self.said_value(watched, line.before), self.said_value(watched, line.after)
        return f"{before or '-'} → {after or '-'}"

    def said_value(self, column: Path, value: Any) -> str:
        """A value of a column in words; of another row, its name."""
        resource = fields.target(self.model, column.name)
        if resource:
            return self.shown_choice(resource, str(value or ""))
        return words.shown(column, value)
