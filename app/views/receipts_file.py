"""A payee's file of receipts: uploaded, looked at row by row, taken in by one button."""

from collections import Counter
from collections.abc import Iterable

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext

from app import clock, nouns, security
from app.errors import N_, BadRequest, DomainError, Invalid, NotFound
from app.models import RECEIPT_OUTCOMES, Payee
from app.operations import payment_files, payment_receipts, works
from app.operations import rows as row_operations
from app.problems import translated
from app.transaction import web
from app.views import lists, words
from app.views.base import Answer, ResourceView, screen
from app.views.outcomes import Shown, folder

NO_FILE = N_("Choose a file.")
UNREADABLE = N_("Cannot be read")
# In the order in which they want a look.
OUTCOMES = {
    "unreadable": (UNREADABLE, "bad"),
    payment_receipts.OTHER: (payment_receipts.OTHER_DATA, "bad"),
    **{name: (said, "bad") for name, said in RECEIPT_OUTCOMES.items() if name != "matched"},
    "matched": (RECEIPT_OUTCOMES["matched"], "good"),
    "known": (N_("Taken in before"), ""),
}
# Of what a refused row is a part: while there is one, nothing of the file is taken in.
REFUSED = ("unreadable", payment_receipts.OTHER)
A_PAGE = 100


class ReceiptsFileScreens(ResourceView):
    """``/file/<payee>`` to upload, ``/file/<payee>/<digest>`` to look at and take in."""

    @expose("/file/<int:payee_id>", methods=["GET", "POST"])
    @screen("receive")
    def receipts_file(self, payee_id: int) -> Answer:
        """A form for the file; what is uploaded is kept and shown, and nothing is written."""
        payee = row_operations.get(web(), Payee, payee_id)
        if request.method == "POST":
            try:
                digest = _kept()
            except DomainError as refusal:
                return self._start(payee, refusal), refusal.status
            return redirect(self.to("receipts_look", payee_id=payee_id, digest=digest))
        return self._start(payee)

    def _start(self, payee: Payee, refusal: DomainError | None = None) -> str:
        return self.page(
            "receipts_file",
            title=gettext("Take receipts in: %(body)s", body=payee.organization.name),
            error=translated(refusal.message, refusal.params) if refusal else "",
            header=";".join(payment_files.RECEIPTS),
            most=payment_files.MOST_ROWS,
            megabytes=payment_files.LARGEST // 10**6,
            back=_of_payee(payee.id),
        )

    @expose("/file/<int:payee_id>/<digest>", methods=["GET", "POST"])
    @screen("receive")
    def receipts_look(self, payee_id: int, digest: str) -> Answer:
        """What each row of the kept file comes to; sent, the file is taken in."""
        payee = row_operations.get(web(), Payee, payee_id)
        content = _content(digest)
        if request.method == "POST":
            try:
                return self._take_in(payee, content, digest)
            except DomainError as refusal:
                web().rollback()
                payee = row_operations.get(web(), Payee, payee_id)
                said = translated(refusal.message, refusal.params)
                return self._look(payee, content, digest, said), refusal.status
        return self._look(payee, content, digest)

    def _take_in(self, payee: Payee, content: bytes, digest: str) -> Answer:
        receive = nouns.noun(self.resource).verbs["receive"].run
        text = content.decode()  # It was read before it was kept.
        came = receive(web(), payee_id=payee.id, content=text, now=security.moment())
        new = sum(one.outcome != "known" for one in came)
        flash(gettext("Receipts taken in: %(number)s.", number=words.number(new)), "success")
        return redirect(self.to("receipts_look", payee_id=payee.id, digest=digest))

    def _look(self, payee: Payee, content: bytes, digest: str, error: str = "") -> str:
        now = security.moment()
        found, wrong = payment_files.read(content, today=clock.local_date(now))
        came = payment_receipts.try_out(
            web(), payee.id, found, alliance_id=payee.alliance_id, now=now
        )  # fmt: skip
        lines = sorted([*_unreadable(wrong), *_tried(came)], key=_order)
        counts = Counter(one.outcome for one in lines)
        first = max(lists.number(request.args.get("page"), 1, len(lines) // A_PAGE + 1) - 1, 0)
        return self.page(
            "receipts_look",
            title=gettext("Take receipts in: %(body)s", body=payee.organization.name),
            error=error,
            lines=lines[first * A_PAGE : (first + 1) * A_PAGE],
            counts=[(gettext(said), counts[name]) for name, (said, _) in OUTCOMES.items()
                    if counts[name]],
            refused=sum(counts[name] for name in REFUSED),
            new=sum(counts[name] for name in RECEIPT_OUTCOMES),
            following=first + 2 if len(lines) > (first + 1) * A_PAGE else 0,
            here=self.to("receipts_look", payee_id=payee.id, digest=digest),
            another=self.to("receipts_file", payee_id=payee.id),
            back=_of_payee(payee.id),
        )  # fmt: skip


def _of_payee(payee_id: int) -> str:
    return f"/office/payees/show/{payee_id}"


def _kept() -> str:
    """Keep the file that was sent, if it is one; its digest. Raises Invalid, BadRequest."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Invalid(NO_FILE, field="file")
    content = given.read()
    payment_files.read(content, today=clock.local_date(security.moment()))
    digest, _ = works.store([content], folder())
    return digest


def _content(digest: str) -> bytes:
    """A kept file. Raises NotFound for one that is not there any more, or is no such file."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise NotFound
    content = works.stored(digest, folder()).read_bytes()
    try:
        payment_files.read(content, today=clock.local_date(security.moment()))
    except BadRequest:
        raise NotFound from None
    return content


def _unreadable(wrong: Iterable[payment_files.Wrong]) -> list[Shown]:
    """Each mistake of a file, by its line and column."""
    found = []
    for field, message, params in wrong:
        place, _, column = field.partition("].")
        number = int(place.removeprefix("rows[").rstrip("]"))
        said = translated(message, params)
        text = f"{gettext(UNREADABLE)}: {column}: {said}" if column else said
        found.append(Shown(number, _line(number), "", "unreadable", "bad", text))
    return found


def _tried(came: Iterable[payment_receipts.Taken]) -> list[Shown]:
    """What each row that can be read comes to."""
    return [
        Shown(one.line, f"{_line(one.line)}: {one.notice_number}, {one.iur}", "", one.outcome,
              OUTCOMES[one.outcome][1], gettext(OUTCOMES[one.outcome][0]))
        for one in came
    ]  # fmt: skip


def _line(number: int) -> str:
    return gettext("Line %(number)s", number=number)


def _order(line: Shown) -> tuple[int, int]:
    """What wants a look first, and then as the file has it."""
    return list(OUTCOMES).index(line.outcome), line.number
