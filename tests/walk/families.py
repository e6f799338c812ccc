"""The world's families: whom they act for, what they sent, and the papers about it."""

from datetime import timedelta
from typing import Any

from app import clock, models
from tests import factories as f
from tests.walk.names import World

PERSONS = ("mine", "mine_abroad", "ended", "family", "delegated", "for_requests",
           "for_enrolments", "lapsed", "revoked", "unconfirmed", "to_come", "at_theirs",
           "enrolled", "cancelled", "drafted", "asked", "foreign")  # fmt: skip


def people(world: World, sides: dict[str, Any], accounts: dict[str, Any]) -> None:
    today, now = clock.today(), clock.now()
    db = f.people._session.get()
    persons = {}
    for label in PERSONS:
        side = "foreign" if label in ("foreign", "mine_abroad") else "ours"
        persons[label] = world.keep(label, f.PersonFactory(alliance=sides[side]))
    for label, user, ends in (
        ("mine", "citizen", None),
        ("mine_abroad", "citizen", None),
        ("ended", "citizen", today - timedelta(days=1)),
        ("family", "family", None),
        ("foreign", "foreign", None),
    ):
        world.keep(
            label,
            f.RelationFactory(person=persons[label], user=accounts[user], ends_on=ends),
        )
    day = timedelta(days=1)
    consents: dict[str, dict[str, Any]] = {
        "delegated": {},
        "for_requests": {"scope": "request"},
        "for_enrolments": {"scope": "enrol"},
        "lapsed": {"starts_on": today - 30 * day, "ends_on": today - day},
        "revoked": {"revoked_at": now},
        "unconfirmed": {"confirmed_at": None},
        "to_come": {"starts_on": today + day},
        "at_theirs": {"desk": "theirs"},
        "mine": {"desk": "theirs"},
        "ended": {"desk": "theirs"},
        "family": {"desk": "theirs"},
        "mine_abroad": {"desk": "foreign"},
        "foreign": {"desk": "foreign"},
    }
    for label, facts in consents.items():
        desk = db.get(models.SocialPoint, world.id("social_point", facts.pop("desk", "ours")))
        world.keep(
            label,
            f.DelegationFactory(
                person=persons[label], social_point=desk, method="code", file=None, **facts
            ),
        )


# Who sent it, for whom, into whose slot, and what became of the application and of the place.
SENT = {
    "mine": ("citizen", "mine", "theirs", "submitted", "placed"),
    "mine_draft": ("citizen", "mine", "ours", "draft", "draft"),
    "ended": ("citizen", "ended", "theirs", "submitted", "placed"),
    "family": ("family", "family", "theirs", "submitted", "placed"),
    "to_ours": ("family", "enrolled", "ours", "submitted", "placed"),
    "drafted": ("family", "drafted", "ours", "draft", "draft"),
    "delegated": ("social_point", "delegated", "theirs", "submitted", "placed"),
    "for_requests": ("family", "for_requests", "theirs", "submitted", "placed"),
    "for_enrolments": ("family", "for_enrolments", "theirs", "submitted", "waiting"),
    "lapsed": ("social_point", "lapsed", "theirs", "submitted", "placed"),
    **{
        label: ("family", label, "theirs", "submitted", "placed")
        for label in ("revoked", "unconfirmed", "to_come", "at_theirs")
    },
    "foreign": ("foreign", "foreign", "foreign", "submitted", "placed"),
    "mine_abroad": ("citizen", "mine_abroad", "foreign", "submitted", "placed"),
}


def enrolments(world: World, accounts: dict[str, Any]) -> None:
    db = f.people._session.get()

    def row(model: type[Any], label: str) -> Any:
        return db.get(model, world.id(model.__tablename__, label))

    for label, (sender, person, slot, status, place) in SENT.items():
        application = world.keep(
            label,
            f.ApplicationFactory(
                user=accounts[sender],
                status=status,
                alliance=row(models.Person, person).alliance,
            ),
        )
        where = {"application": application, "slot": row(models.Slot, slot)}
        who = row(models.Person, person)
        name = "enrolled" if label == "to_ours" else label
        world.keep(name, f.EnrollmentFactory(person=who, status=place, **where))
        if label == "to_ours":
            gone = row(models.Person, "cancelled")
            world.keep("cancelled", f.EnrollmentFactory(person=gone, status="cancelled", **where))
    for label in ("mine", "ended", "family", "enrolled", "foreign", "mine_abroad"):
        world.keep(label, f.AttendanceFactory(enrollment=row(models.Enrollment, label)))
    for label in ("mine", "ended", "family", "asked", "delegated", "for_requests",
                  "for_enrolments", "lapsed", "revoked", "unconfirmed", "to_come", "at_theirs",
                  "foreign", "mine_abroad"):  # fmt: skip
        service = {"asked": "ours", "foreign": "foreign", "mine_abroad": "foreign"}.get(
            label, "theirs"
        )
        sender = {"mine": "citizen", "ended": "citizen", "lapsed": "social_point"}
        world.keep(
            label,
            f.ServiceRequestFactory(
                service=row(models.Service, service),
                person=row(models.Person, label),
                user=accounts[sender.get(label, "family")],
            ),
        )


def payments(world: World) -> None:
    """What is asked of a family of each alliance, and what was paid."""
    db = f.people._session.get()
    payees = {}
    for label in ("ours", "theirs", "foreign"):
        body = db.get(models.Organization, world.id("organization", label))
        payees[label] = world.keep(label, f.PayeeFactory(organization=body))
        world.keep(label, f.PaymentReceiptFactory(payee=payees[label]))
    for label, owner, sent in (
        ("ours", "ours", "mine"), ("theirs", "theirs", "family"),
        ("delegated", "theirs", "delegated"), ("for_requests", "theirs", "for_requests"),
        *((label, "theirs", label) for label in
          ("for_enrolments", "lapsed", "revoked", "unconfirmed", "to_come")),
        ("foreign", "foreign", "foreign"), ("mine_abroad", "foreign", "mine_abroad"),
    ):  # fmt: skip
        payee = payees[owner]
        application = db.get(models.Application, world.id("application", sent))
        notice = world.keep(label, f.PaymentNoticeFactory(payee=payee, application=application))
        place = db.get(models.Enrollment, world.id("enrollment", sent))
        world.keep(label, f.PaymentNoticeLineFactory(notice=notice, enrollment=place))


REACHED = {"enrollment": "placed", "service_request": "answered", "membership": "sent"}


def papers(world: World, accounts: dict[str, Any]) -> None:
    db = f.people._session.get()
    sides = {s: db.get(models.Alliance, world.id("alliance", s)) for s in ("ours", "foreign")}

    def changed(label: str, noun: str, row: str, said: str = "", side: str = "ours") -> None:
        number = world.id(noun, row)
        made = f.StateChangeFactory(
            noun=said or noun,
            row_id=number,
            alliance=sides[side],
            to_status=REACHED.get(said or noun, "published"),
        )
        world.keep(label, made)

    for label in ("mine", "ended", "enrolled", "cancelled", "family"):
        changed(label, "enrollment", label)
    for label in ("foreign", "mine_abroad"):
        changed(label, "enrollment", label, side="foreign")
    for label in ("ours", "theirs"):
        for noun in ("service", "workshop", "membership"):
            changed(f"{noun}_{label}", noun, label)
    for label in ("asked", "mine", "ended", "family"):
        changed(f"request_{label}", "service_request", label)
    # The numbers of rows that are somebody's, under a noun whose they are not.
    for noun, row in (
        ("enrollment", "mine"), ("enrollment", "enrolled"), ("service_request", "mine"),
        ("service_request", "asked"), ("service", "ours"), ("workshop", "ours"),
    ):  # fmt: skip
        changed(f"mixed_{noun}_{row}", noun, row, said="membership")
    files: dict[str, dict[str, Any]] = {
        "ours": {"organization_id": world.id("organization", "ours")},
        "theirs": {"organization_id": world.id("organization", "theirs")},
        "mine_upload": {"user_id": accounts["citizen"].id},
        "desk_upload": {"user_id": accounts["social_point"].id},
        "office": {"user_id": accounts["staff"].id},
        "lapsed": {
            "person_id": world.id("person", "lapsed"),
            "user_id": accounts["social_point"].id,
        },
        "foreign": {},
        "mine_abroad": {"user_id": accounts["citizen"].id},
    }
    for label in ("mine", "ended", "family", "delegated", "revoked", "unconfirmed", "to_come",
                  "at_theirs", "enrolled"):  # fmt: skip
        files[label] = {"person_id": world.id("person", label)}
    for label, facts in files.items():
        side = sides["foreign" if label in ("foreign", "mine_abroad") else "ours"]
        world.keep(label, f.FileFactory(alliance=side, **facts))
    for label, side in sides.items():
        world.keep(label, f.MessageFactory(alliance=side))
        world.keep(label, f.SensitiveReadFactory(alliance=side))
        event = world.keep(label, f.AuditEventFactory(alliance_id=side.id))
        world.keep(label, f.AuditValueFactory(event=event))
    event = world.keep("platform", f.AuditEventFactory(alliance_id=None))
    world.keep("platform", f.AuditValueFactory(event=event, alliance_id=None))


def credit(world: World, bodies: dict[str, Any]) -> None:
    """A plan and a fund of each body, two employees of ours, and the money behind them."""
    db, keep = f.people._session.get(), world.keep
    plans, funds = {}, {}
    for label in ("ours", "theirs", "foreign"):
        plans[label] = keep(label, f.WelfarePlanFactory(organization=bodies[label]))
        funds[label] = keep(label, f.PayerFundFactory(organization=bodies[label]))
    account, moved = f.LedgerAccountFactory, f.TransferFactory
    outside = keep("outside", account(plan=None, organization=None, kind="outside",
                                      alliance=bodies["ours"].alliance))  # fmt: skip
    plan = keep("plan", account(plan=plans["ours"]))
    keep("plan", moved(debit=outside, credit=plan, amount=900))
    abroad = keep("foreign", account(plan=plans["foreign"]))
    keep("foreign", moved(credit=abroad, amount=900))
    for label, owner in (("mine", "ours"), ("ended", "ours"), ("family", "ours"),
                         ("theirs", "theirs"), ("mine_abroad", "foreign"),
                         ("foreign", "foreign")):  # fmt: skip
        person = db.get(models.Person, world.id("person", label if owner != "theirs" else "family"))
        given = keep(label, f.CreditGrantFactory(plan=plans[owner], person=person))
        if owner != "theirs":
            wallet = account(
                plan=plans[owner], organization=None, kind="wallet", person=person, grant=given
            )
            name = "foreign_wallet" if label == "foreign" else label
            source = plan if owner == "ours" else abroad
            keep(name, moved(kind="grant", debit=source, credit=keep(name, wallet), grant=given))
    for label, owner in (("fund", "ours"), ("fund_theirs", "theirs")):
        pot = account(plan=None, organization=bodies[owner], kind="voucher_fund",
                      fund=funds[owner], alliance=bodies[owner].alliance)  # fmt: skip
        keep(label, moved(debit=outside, credit=keep(label, pot)))
    # A body that is a provider too: what it is paid is nobody's to see but the office's.
    keep("provider", account(plan=None, organization=bodies["ours"], kind="provider",
                             alliance=bodies["ours"].alliance))  # fmt: skip
