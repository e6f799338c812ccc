"""One row of every sort, seen from every seat: made once, named as ``expected.py`` names them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla import models as fab
from sqlalchemy import inspect as inspect_
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import clock, models
from app.transaction import PUBLIC, Principal
from tests import factories as f
from tests.walk.markers import Markers

BODIES = ("municipality", "provider", "partner", "company", "social_point")


@dataclass
class World:
    """The numbers of the rows by table and name, and who sits where."""

    ids: dict[str, dict[str, int]] = field(default_factory=dict)
    principals: dict[str, Principal] = field(default_factory=lambda: {"public": PUBLIC})
    markers: Markers = field(default_factory=Markers)

    def keep(self, label: str, row: Any) -> Any:
        """Name a row."""
        named = self.ids.setdefault(inspect_(type(row)).local_table.name, {})
        assert named.setdefault(label, row.id) == row.id, (row, label)
        return row

    def id(self, table: str, label: str) -> int:
        """The number of a named row."""
        return self.ids[table][label]

    def labels(self, table: str, numbers: Any) -> set[str]:
        """The names of those of the numbers that have one."""
        names = {number: label for label, number in self.ids.get(table, {}).items()}
        return {names[number] for number in numbers if number in names}


def build(db: Session) -> World:
    """Fill an empty database. Every row that is made here has a name."""
    world = World()
    keep = world.keep
    _number_apart(db)
    ours = keep("ours", f.AllianceFactory())
    foreign = keep("foreign", f.AllianceFactory())
    sides = {"ours": ours, "foreign": foreign}
    town = keep("town", f.MunicipalityFactory())
    for label, alliance in sides.items():
        keep(label, f.TerritoryFactory(alliance=alliance, municipality=town))
    bodies = {
        label: keep(
            label, f.OrganizationFactory(alliance=sides.get(label, ours), municipality=town)
        )
        for label in ("ours", "theirs", "controller", "foreign")
    }
    accounts = _sit(world, ours, foreign, bodies["ours"])
    _platform(world, ours, foreign, accounts)
    _network(world, sides, bodies, town)
    _offers(world, sides, bodies, town)
    _people(world, sides, bodies, accounts)
    _enrolments(world, accounts)
    _papers(world, accounts)
    _mark(db, world)
    return world


def _number_apart(db: Session) -> None:
    """No two tables share a number: a rule that compares the wrong column finds nothing."""
    for place, table in enumerate(models.Model.metadata.sorted_tables, start=1):
        if "id" in table.c and not table.name.startswith("ab_"):
            first = f"ALTER TABLE {table.name} ALTER COLUMN id RESTART WITH {place * 1000}"
            db.execute(text(first))


def _sit(world: World, ours: Any, foreign: Any, body: Any) -> dict[str, Any]:
    """An account and a seat of every kind; another family; the other alliance's staff."""
    accounts: dict[str, Any] = {}
    for label in (*models.SEAT_KINDS, "family", "foreign"):
        kind = {"family": "citizen", "foreign": "staff"}.get(label, label)
        account = accounts[label] = world.keep(label, f.AccountFactory())
        seat = f.SeatFactory(
            user=account,
            kind=kind,
            alliance=None if kind == "admin" else (foreign if label == "foreign" else ours),
            organization=body if kind in BODIES else None,
        )
        world.keep(label, seat)
        if label in models.SEAT_KINDS:
            world.principals[label] = Principal(
                kind,
                user_id=account.id,
                seat_id=seat.id,
                alliance_id=seat.alliance_id,
                organization_id=seat.organization_id,
                name=label,
            )
    return accounts


def _platform(world: World, ours: Any, foreign: Any, accounts: dict[str, Any]) -> None:
    db = f.people._session.get()
    for label, alliance in (("ours", ours), ("foreign", foreign)):
        role = world.keep(label, f.RoleFactory())
        world.keep(label, f.RoleScopeFactory(role=role, alliance_id=alliance.id))
    world.keep("base", f.RoleFactory())
    for label, account in accounts.items():
        key = fab.ApiKey(name=label, key_hash=label, key_prefix="k", user_id=account.id)
        db.add(key)
        db.flush()
        world.keep(label, key)
    group = fab.Group(name="group")
    register = fab.RegisterUser(
        first_name="a", last_name="b", username="waiting", email="w@walk.example"
    )
    db.add_all([group, register])
    db.flush()
    world.keep("group", group)
    world.keep("waiting", register)
    for model in (fab.Permission, fab.PermissionView, fab.ViewMenu):
        row = db.scalars(select(model).limit(1)).first()
        assert row is not None
        world.keep("any", row)
    world.keep("any", f.AccountTokenFactory(user_id=accounts["citizen"].id))
    world.keep("any", f.IdempotencyKeyFactory(user=accounts["citizen"]))
    world.keep("any", f.JobRunFactory())


def _network(world: World, sides: dict[str, Any], bodies: dict[str, Any], town: Any) -> None:
    keep = world.keep
    for label in ("ours", "theirs", "foreign"):
        body = bodies[label]
        keep(label, f.OrganizationAliasFactory(organization=body))
        keep(label, f.OrganizationContactFactory(organization=body))
        place = keep(label, f.LocationFactory(organization=body, municipality=town))
        keep(label, f.SocialPointFactory(organization=body, location=place))
        keep(label, f.MembershipFactory(organization=body, status="accepted"))
    keep("ours_draft", f.MembershipFactory(organization=bodies["ours"], network="ats"))
    for label, alliance in sides.items():
        project = keep(label, f.ProjectFactory(alliance=alliance))
        keep(label, f.ProjectExtensionFactory(project=project))
        # The other body's part: what a project shows is not its own partners' alone.
        part = bodies["theirs" if label == "ours" else "foreign"]
        keep(label, f.ProjectPartnerFactory(project=project, organization=part))
        category = keep(label, f.ServiceCategoryFactory(alliance=alliance))
        keep(label, f.SeasonFactory(alliance=alliance))
        states = ("draft", "published", "closed") if label == "ours" else ("published", "draft")
        for status in states:
            name = status if label == "ours" else {"published": label}.get(status, "foreign_draft")
            call = keep(name, f.CallFactory(alliance=alliance, status=status))
            keep(name, f.CallCategoryFactory(call=call, category=category))


OFFERED = {
    "ours": ("ours", "published"),
    "ours_draft": ("ours", "draft"),
    "theirs": ("theirs", "published"),
    "theirs_draft": ("theirs", "draft"),
    "theirs_suspended": ("theirs", "suspended"),
    "foreign": ("foreign", "published"),
    "foreign_draft": ("foreign", "draft"),
}


def _offers(world: World, sides: dict[str, Any], bodies: dict[str, Any], town: Any) -> None:
    db = f.people._session.get()
    for label, (owner, status) in OFFERED.items():
        side = "foreign" if owner == "foreign" else "ours"
        body = bodies[owner]
        controller = bodies["controller"] if label == "ours" else body
        common = {"organization": body, "controller": controller, "status": status}
        service = f.ServiceFactory(
            category=db.get(models.ServiceCategory, world.id("service_category", side)), **common
        )
        world.keep(label, service)
        place = db.get(models.Location, world.id("location", owner))
        world.keep(label, f.ServiceLocationFactory(service=service, location=place))
        season = db.get(models.Season, world.id("season", side))
        workshop = f.WorkshopFactory(season=season, municipality=town, location=place, **common)
        world.keep(label, workshop)
        world.keep(label, f.SlotFactory(workshop=workshop))


PERSONS = ("mine", "mine_abroad", "ended", "family", "delegated", "for_requests",
           "for_enrolments", "lapsed", "revoked", "unconfirmed", "to_come", "at_theirs",
           "enrolled", "cancelled", "drafted", "asked", "foreign")  # fmt: skip


def _people(
    world: World, sides: dict[str, Any], bodies: dict[str, Any], accounts: dict[str, Any]
) -> None:
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


def _enrolments(world: World, accounts: dict[str, Any]) -> None:
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


REACHED = {"enrollment": "placed", "service_request": "answered", "membership": "sent"}


def _papers(world: World, accounts: dict[str, Any]) -> None:
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


def _mark(db: Session, world: World) -> None:
    """Fill every column of free text with the row's marker."""
    classes: dict[str, Callable[..., Any]] = {
        mapper.local_table.name: mapper.class_ for mapper in models.Model.registry.mappers
    }
    for table, rows in world.ids.items():
        for label, number in rows.items():
            world.markers.put(db.get(classes[table], number), label)
    db.flush()
