"""What must be true of the whole database at any moment; ``intreccio check`` proves it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import inspect as inspect_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from app import clock
from app.models import (
    Application,
    Attendance,
    Base,
    Complaint,
    Enrollment,
    PaymentNotice,
    PaymentNoticeLine,
    PaymentReceipt,
    Ranking,
    RankingRun,
    ServiceRequest,
    Slot,
    StateChange,
    Tenant,
    Workshop,
)
from app.operations import ledger_checks, queues, ranking_runs, seals
from app.transaction import elevated

MOST = 100  # rows named for one check


@dataclass(frozen=True)
class Broken:
    """A check that fails, and a row that breaks it."""

    check: str
    table: str
    row_id: int
    detail: str = ""

    def __str__(self) -> str:
        where = f"{self.table} {self.row_id}" if self.row_id else self.table
        return f"{where}: breaks the rule that {self.check} ({self.detail})"


def run(db: Session, *, now: datetime | None = None) -> list[Broken]:
    """Every row that breaks a rule, at most a hundred a check; empty when all is well."""
    moment = now or clock.now()
    found: list[Broken] = []
    with elevated(db, "prove the rules") as system:
        every = [*_rules(moment), *ledger_checks.rules(), *_payments(), *_alliances()]
        for name, table, rows in every:
            for row_id, detail in system.execute(rows.limit(MOST)):
                found.append(Broken(name, table, row_id, str(detail)))
        found += _lists(system, moment)
        for line in seals.verify(system)[:MOST]:
            found.append(Broken("the trail of changes is as it was sealed", "audit_event", 0, line))
    return found


Check = tuple[str, str, Any]


def _rules(now: datetime) -> Iterator[Check]:
    held = func.count(case((Enrollment.status.in_(queues.HOLDING), 1)))
    waits = func.count(case((Enrollment.status == "waiting", 1)))
    last = func.coalesce(func.max(Enrollment.queue_no), 0)
    by_slot = (
        select(Slot.id, Slot.places_taken)
        .outerjoin(Enrollment, Enrollment.slot_id == Slot.id)
        .group_by(Slot.id)
    )
    yield "places taken are those held", "slot", by_slot.having(held != Slot.places_taken)
    yield "waiting are those who wait", "slot", by_slot.having(waits != Slot.waiting_count)
    yield "no number beyond the last one given", "slot", by_slot.having(last > Slot.last_queue_no)

    begins = func.timezone(Slot.zone, Slot.starts_on + Slot.starts_at)
    servable = exists().where(
        Enrollment.slot_id == Slot.id,
        Enrollment.status == "waiting",
        ~queues.held_elsewhere(),
    )
    idle = select(Slot.id, Slot.places - Slot.places_taken).where(
        Slot.places_taken < Slot.places, begins > now, servable
    )
    yield "no free place beside a family whom it could serve", "slot", idle

    # Who was placed on arrival found nobody waiting; a newcomer whom the place serves while
    # it serves nobody before has waited first, if only for a moment.
    earlier, waited = aliased(Enrollment), aliased(StateChange)
    on_arrival = ~exists().where(
        waited.noun == "enrollment",
        waited.row_id == Enrollment.id,
        waited.to_status == "waiting",
    )
    overtaken = exists().where(
        earlier.slot_id == Enrollment.slot_id,
        earlier.queue_no < Enrollment.queue_no,
        earlier.status == "waiting",
    )
    order = select(Enrollment.id, Enrollment.queue_no).where(
        Enrollment.status == "placed", on_arrival, overtaken
    )
    yield "nobody is placed before who came earlier", "enrollment", order

    in_queue = (*queues.HOLDING, "waiting", "declined", "expired")
    yield (
        "whoever joined a queue has a number",
        "enrollment",
        select(Enrollment.id, Enrollment.status).where(
            Enrollment.status.in_(in_queue), Enrollment.queue_no.is_(None)
        ),
    )
    yield (
        "a decided enrolment belongs to an application that was sent",
        "enrollment",
        select(Enrollment.id, Enrollment.status)
        .join(Application, Application.id == Enrollment.application_id)
        .where((Enrollment.status == "draft") != (Application.status == "draft")),
    )
    yield (
        "an offer has not run out for more than an hour",
        "enrollment",
        select(Enrollment.id, Enrollment.offer_expires_at).where(
            Enrollment.status == "offered",
            func.extract("epoch", literal(now) - Enrollment.offer_expires_at) > 3600,
        ),
    )
    for model in (Application, ServiceRequest, Complaint):
        form = model.receipt.regexp_match("^[0-9A-HJKMNP-TV-Z]{10}$")
        sent = and_(
            model.status != "draft",
            or_(model.submitted_at.is_(None), model.due_on.is_(None), model.officer.is_(None)),
        )
        yield (
            "a receipt has its number, term and officer",
            str(model.__tablename__),
            select(model.id, model.receipt).where(or_(~form, sent)),
        )
    last_change = (
        select(StateChange.row_id, StateChange.to_status)
        .where(StateChange.noun == "enrollment")
        .ext(distinct_on(StateChange.row_id))
        .order_by(StateChange.row_id, StateChange.id.desc())
        .subquery()
    )
    yield (
        "the last change that was kept led to the present state",
        "enrollment",
        select(Enrollment.id, Enrollment.status)
        .outerjoin(last_change, last_change.c.row_id == Enrollment.id)
        .where(
            Enrollment.status != "draft",
            last_change.c.to_status.is_distinct_from(Enrollment.status),
        ),
    )

    yield (
        "nobody waits for a list that is final",
        "enrollment",
        select(Enrollment.id, Enrollment.status)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .join(Workshop, Workshop.id == Slot.workshop_id)
        .join(Ranking, Ranking.id == Workshop.ranking_id)
        .where(Ranking.status == "final", Enrollment.status == "submitted"),
    )

    yield (
        "an attendance is of a day on which its slot is held",
        "attendance",
        select(Attendance.id, Attendance.day)
        .join(Enrollment, Enrollment.id == Attendance.enrollment_id)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .where(~Attendance.day.between(Slot.starts_on, Slot.ends_on)),
    )


def _lists(system: Session, now: datetime) -> Iterator[Broken]:
    """Published lists that do not come out the same when they are computed again."""
    published = select(RankingRun).join(Ranking, Ranking.run_id == RankingRun.id)
    for run in system.scalars(published.order_by(RankingRun.id)):
        differs = ranking_runs.replay(system, run, now=now).differs
        if differs:
            name = "a published list comes out the same once more"
            yield Broken(name, "ranking_run", run.id, ", ".join(differs))


def _payments() -> Iterator[Check]:
    """Notices ask for what their lines say, and are paid by a receipt."""
    line, asked = PaymentNoticeLine, PaymentNotice
    by_notice = (
        select(asked.id, asked.amount)
        .outerjoin(line, line.notice_id == asked.id)
        .group_by(asked.id)
    )
    whole = func.coalesce(func.sum(line.amount), 0)
    yield (
        "a notice asks for the sum of its lines",
        "payment_notice",
        by_notice.having(whole != asked.amount),
    )
    paid_by = exists().where(
        PaymentReceipt.notice_id == asked.id,
        PaymentReceipt.outcome == "matched",
        PaymentReceipt.amount == asked.paid_amount,
        PaymentReceipt.payee_id == asked.payee_id,
        PaymentReceipt.notice_number == asked.number,
    )
    yield (
        "a notice is paid by a receipt of its own",
        "payment_notice",
        select(asked.id, asked.status).where((asked.status == "paid") != paid_by),
    )
    yield (
        "an open notice asks for places that are held",
        "payment_notice",
        select(asked.id, Enrollment.status)
        .join(line, line.notice_id == asked.id)
        .join(Enrollment, Enrollment.id == line.enrollment_id)
        .where(asked.status == "open", Enrollment.status != "placed"),
    )
    over = asked.status.in_(("expired", "cancelled"))
    yield (
        "the lines of a notice end with it",
        "payment_notice_line",
        select(line.id, asked.status)
        .join(asked, asked.id == line.notice_id)
        .where(line.ended != over),
    )


def _alliances() -> Iterator[Check]:
    """No row names a row of another alliance."""
    by_table = {m.local_table: m.class_ for m in Base.registry.mappers if _is_tenant(m.class_)}
    for model in sorted(by_table.values(), key=lambda m: str(m.__tablename__)):
        for column in inspect_(model).local_table.columns:
            for key in column.foreign_keys:
                target = by_table.get(key.column.table)
                if target is None or key.column.name != "id":
                    continue
                there = aliased(target)
                rows = (
                    select(model.id, literal(column.name))
                    .join(there, there.id == column)
                    .where(there.alliance_id != model.alliance_id)
                )
                yield "no row outside its alliance", str(model.__tablename__), rows


def _is_tenant(model: type[Any]) -> bool:
    return issubclass(model, Tenant)
