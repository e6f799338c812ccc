"""One row of every sort, seen from every seat: made once, named as ``expected.py`` names them."""

from collections.abc import Callable
from typing import Any

from flask_appbuilder.security.sqla import models as fab
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import models
from app.transaction import Principal
from tests import factories as f
from tests.walk import families, rankings
from tests.walk.names import World

BODIES = ("municipality", "provider", "partner", "company", "social_point")


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
    accounts = _sit(world, ours, foreign, bodies)
    _platform(world, ours, foreign, accounts)
    _network(world, sides, bodies, town)
    _offers(world, sides, bodies, town)
    families.people(world, sides, accounts)
    families.enrolments(world, accounts)
    families.payments(world)
    families.papers(world, accounts)
    rankings.rankings(world, bodies)
    rankings.fees(world, bodies)
    families.credit(world, bodies)
    _mark(db, world)
    rankings.publish(world)
    return world


def _number_apart(db: Session) -> None:
    """No two tables share a number: a rule that compares the wrong column finds nothing."""
    for place, table in enumerate(models.Model.metadata.sorted_tables, start=1):
        if "id" in table.c and not table.name.startswith("ab_"):
            first = f"ALTER TABLE {table.name} ALTER COLUMN id RESTART WITH {place * 1000}"
            db.execute(text(first))


def _sit(world: World, ours: Any, foreign: Any, bodies: dict[str, Any]) -> dict[str, Any]:
    """An account and a seat of every kind; another family; the other alliance's staff."""
    accounts: dict[str, Any] = {}
    body = bodies["ours"]
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
        if label in ("staff", *BODIES, "foreign"):
            world.keep(label, f.ProgramKeyFactory(seat=seat))
        if kind != "citizen":
            work = world.keep(label, f.WorkFactory(seat=seat))
            world.keep(label, f.WorkLineFactory(work=work))
            world.keep(label, f.SavedViewFactory(seat=seat))
            world.keep(f"{label}_shared", f.SavedViewFactory(seat=seat, audience="role"))
        if label in ("staff", "foreign"):
            world.keep(f"{label}_for_all", f.SavedViewFactory(seat=seat, audience="everybody"))
        if label == "citizen":
            world.keep("any", f.TokenFamilyFactory(seat=seat))
            world.keep("any", f.DigitalIdentityFactory(user=account))
        if label in models.SEAT_KINDS:
            world.principals[label] = Principal(
                kind,
                user_id=account.id,
                seat_id=seat.id,
                alliance_id=seat.alliance_id,
                organization_id=seat.organization_id,
                name=label,
            )
    _keep_for_others(world, ours, foreign, bodies, seat)
    return accounts


def _keep_for_others(
    world: World, ours: Any, foreign: Any, bodies: dict[str, Any], stranger: Any
) -> None:
    """What a colleague of each kind, whom no other row knows, keeps for the role and for itself.

    All of it hangs on the other alliance's seat: that of the rows themselves is what counts.
    """
    body, other = bodies["ours"], bodies["theirs"]
    for kind in ("admin", "staff", *BODIES):
        alliance = None if kind == "admin" else ours.id
        own = body.id if kind in BODIES else None
        for label, organization, audience in (
            ("colleague", own, "role"), ("private", own, "mine"), ("apart", other.id, "role"),
        ):  # fmt: skip
            if label == "apart" and kind == "admin":
                continue
            world.keep(f"{kind}_{label}", f.SavedViewFactory(
                seat=stranger, alliance_id=alliance, kind=kind, organization_id=organization,
                audience=audience,
            ))  # fmt: skip
    world.keep("family_shared", f.SavedViewFactory(
        seat=stranger, alliance_id=ours.id, kind="citizen", audience="role"
    ))  # fmt: skip
    world.keep("nobody", f.WorkFactory(seat=stranger, alliance_id=None))
    # A seat that was moved to another alliance has left its work there.
    sat = world.principals["staff"].seat_id
    moved = f.WorkFactory(seat=stranger, alliance_id=foreign.id)
    moved.seat_id = sat
    world.keep("moved", moved)


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
    world.keep("any", f.RateCountFactory())


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


def _mark(db: Session, world: World) -> None:
    """Fill every column of free text with the row's marker."""
    classes: dict[str, Callable[..., Any]] = {
        mapper.local_table.name: mapper.class_ for mapper in models.Model.registry.mappers
    }
    for table, rows in world.ids.items():
        for label, number in rows.items():
            world.markers.put(db.get(classes[table], number), label)
    db.flush()
