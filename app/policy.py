"""Which rows each seat kind sees and writes. What no rule names is seen by nobody.

A rule is a module-level function of ``cls`` alone, without branch or closure: the principal's
values are parameters read when the statement runs, and other tables are reached through
aliases of their own. ``scope.py`` enforces the rules in every session of a seat.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from flask_appbuilder import Model
from flask_appbuilder.security.sqla import models as fab
from sqlalchemy import (
    BigInteger,
    Date,
    Dialect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    false,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import psycopg

from app import clock
from app import models as m
from app.transaction import Principal, current

Rule = Callable[[Any], Any]
KINDS = ("public", *m.SEAT_KINDS)
# Seats that act for an organization.
ORGANIZATIONS = ("municipality", "provider", "partner", "company", "social_point")
# Those of them that are the body itself in the network; a desk of it is not.
NETWORK = ("municipality", "provider", "partner", "company")
# Seats of one alliance.
MEMBERS = ("staff", *ORGANIZATIONS, "citizen")
# Those of them that sit in the back-office.
OFFICES = ("staff", *ORGANIZATIONS)

_visible: dict[type[Any], dict[str, Rule]] = {}
_writable: dict[type[Any], dict[str, Rule]] = {}


def visible(model: type[Any], *kinds: str) -> Callable[[Rule], Rule]:
    """The rows of ``model`` that seats of these kinds see."""
    return _register(_visible, model, kinds)


def writable(model: type[Any], *kinds: str) -> Callable[[Rule], Rule]:
    """The rows of ``model`` that seats of these kinds may add, change and delete."""
    return _register(_writable, model, kinds)


def _register(
    registry: dict[type[Any], dict[str, Rule]], model: type[Any], kinds: tuple[str, ...]
) -> Callable[[Rule], Rule]:
    def keep(rule: Rule) -> Rule:
        for kind in kinds:
            if kind in registry.setdefault(model, {}):
                raise ValueError(f"two rules for {model.__name__} and {kind}")
            registry[model][kind] = rule
        return rule

    return keep


def rule_for(model: type[Any], kind: str, write: bool = False) -> Rule:
    """The rule of a table for a seat kind: ``nobody`` where none was written."""
    return (_writable if write else _visible).get(model, {}).get(kind, nobody)


def tables() -> list[type[Any]]:
    """Every mapped class, by name."""
    return sorted((mapper.class_ for mapper in Model.registry.mappers), key=lambda c: c.__name__)


# ---------------------------------------------------------------- the principal's values


def _user() -> int | None:
    return current.get().user_id


def _alliance() -> int | None:
    return current.get().alliance_id


def _organization() -> int | None:
    return current.get().organization_id


def _seat() -> int | None:
    return current.get().seat_id


def _kind() -> str:
    return current.get().kind


def _today() -> date:
    return clock.today()


USER = bindparam("policy_user", callable_=_user, type_=Integer)
ALLIANCE = bindparam("policy_alliance", callable_=_alliance, type_=BigInteger)
ORGANIZATION = bindparam("policy_organization", callable_=_organization, type_=BigInteger)
SEAT = bindparam("policy_seat", callable_=_seat, type_=BigInteger)
KIND = bindparam("policy_kind", callable_=_kind, type_=String)
TODAY = bindparam("policy_today", callable_=_today, type_=Date)
_VALUES = (USER, ALLIANCE, ORGANIZATION, SEAT, KIND, TODAY)
_READ = tuple((p.key, cast(Callable[[], Any], p.callable)) for p in _VALUES)


DIALECT: Dialect = cast(Any, psycopg).dialect(paramstyle="pyformat")


def compiled(statement: Any) -> tuple[str, dict[str, Any]]:
    """A statement with rules in it as text, and its constants; ``values`` gives the rest."""
    made = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    processors = made._bind_processors
    names = {p.key for p in _VALUES}
    return str(made), {
        name: processors[name](value) if name in processors else value
        for name, value in made.construct_params(_check=False).items()
        if name not in names
    }


def values(principal: Principal) -> dict[str, Any]:
    """The principal's values, for a statement that was compiled beforehand."""
    current.set(principal)
    return {key: read() for key, read in _READ}


def other(model: type[Any]) -> Any:
    """An alias of a table's own, so that no rule reaches into the caller's statement."""
    return model.__table__.alias()


def one(column: Any, *where: Any) -> Select[Any]:
    """A subquery of one column."""
    return select(column).where(*where)


# Of two ways to say the same, these let PostgreSQL begin at the few rows of the seat or at
# the row that is asked for; an OR of two IN would compute both for every statement.


def any_row(table: Any, *where: Any) -> Any:
    """Whether there is such a row, looked up for each row of the rule's own table."""
    return select(1).where(*where).correlate_except(table).exists()


def rows_of(noun: str, table: Any, *where: Any) -> Select[Any]:
    """The noun's name and number of each such row, as changes of state name them."""
    return select(literal_column(f"'{noun}'"), table.c.id).where(*where)


SERVICES = other(m.Service)
WORKSHOPS = other(m.Workshop)
SLOTS = other(m.Slot)
CALLS = other(m.Call)
ENROLLMENTS = other(m.Enrollment)
REQUESTS = other(m.ServiceRequest)
RELATIONS = other(m.Relation)
APPLICATIONS = other(m.Application)
DELEGATIONS = other(m.Delegation)
DESKS = other(m.SocialPoint)
SEATS = other(m.Seat)
SCOPES = other(m.RoleScope)
WORKS = other(m.Work)
CRITERION_SETS = other(m.CriterionSet)
FEE_SCHEMES = other(m.FeeScheme)
RANKINGS = other(m.Ranking)
RUNS = other(m.RankingRun)
ENTRIES = other(m.RankingEntry)
PLANS = other(m.WelfarePlan)
FUNDS = other(m.PayerFund)
LEDGER = other(m.LedgerAccount)
PAYEES = other(m.Payee)
NOTICES = other(m.PaymentNotice)
LINES = other(m.PaymentNoticeLine)

# The persons that a citizen acts for.
MY_PERSONS = one(
    RELATIONS.c.person_id,
    RELATIONS.c.user_id == USER,
    RELATIONS.c.alliance_id == ALLIANCE,
    or_(RELATIONS.c.ends_on.is_(None), RELATIONS.c.ends_on >= TODAY),
)


def delegated(*scopes: str) -> Select[Any]:
    """The persons that a desk may act for today, under a confirmed delegation of these scopes."""
    return one(
        DELEGATIONS.c.person_id,
        DELEGATIONS.c.social_point_id.in_(one(DESKS.c.id, DESKS.c.organization_id == ORGANIZATION)),
        DELEGATIONS.c.alliance_id == ALLIANCE,
        DELEGATIONS.c.scope.in_(scopes),
        DELEGATIONS.c.confirmed_at.is_not(None),
        DELEGATIONS.c.revoked_at.is_(None),
        DELEGATIONS.c.starts_on <= TODAY,
        DELEGATIONS.c.ends_on >= TODAY,
    )


DELEGATED = delegated(*m.Delegation.SCOPES)
MAY_ENROL = delegated("enrol", "all")
MAY_REQUEST = delegated("request", "all")
OUR_DESKS = one(DESKS.c.id, DESKS.c.organization_id == ORGANIZATION)
OUR_SERVICES = one(SERVICES.c.id, SERVICES.c.organization_id == ORGANIZATION)
OUR_WORKSHOPS = one(WORKSHOPS.c.id, WORKSHOPS.c.organization_id == ORGANIZATION)
OUR_SLOTS = one(SLOTS.c.id, SLOTS.c.organization_id == ORGANIZATION)
# A family's drafts are its own; whoever runs the slot sees what was submitted.
OUR_ENROLLMENTS = and_(ENROLLMENTS.c.slot_id.in_(OUR_SLOTS), ENROLLMENTS.c.status != "draft")
# A provider's roster: who holds, waits for or asks for a place.
OUR_ROSTER = and_(
    ENROLLMENTS.c.slot_id.in_(OUR_SLOTS),
    ENROLLMENTS.c.status.in_(("submitted", "waiting", "placed", "offered")),
)
OUR_PLANS = one(PLANS.c.id, PLANS.c.organization_id == ORGANIZATION)
OUR_FUNDS = one(FUNDS.c.id, FUNDS.c.organization_id == ORGANIZATION)
OUR_ACCOUNTS = one(LEDGER.c.id, LEDGER.c.fund_id.in_(OUR_FUNDS))
MY_ACCOUNTS = one(LEDGER.c.id, LEDGER.c.person_id.in_(MY_PERSONS))
OUR_PAYEES = one(PAYEES.c.id, PAYEES.c.organization_id == ORGANIZATION)
OUR_NOTICES = one(NOTICES.c.id, NOTICES.c.payee_id.in_(OUR_PAYEES))
MY_APPLICATIONS = one(APPLICATIONS.c.id, APPLICATIONS.c.user_id == USER)
MY_NOTICES = one(NOTICES.c.id, NOTICES.c.application_id.in_(MY_APPLICATIONS))
# A desk sees a notice that asks for places of persons whom it may enrol, and of nobody else: each
# notice has its lines from the start.
DELEGATED_PLACES = one(ENROLLMENTS.c.id, ENROLLMENTS.c.person_id.in_(MAY_ENROL))
OTHERS_LINES = one(LINES.c.notice_id, LINES.c.enrollment_id.not_in(DELEGATED_PLACES))
OUR_WORK = one(WORKS.c.id, WORKS.c.seat_id == SEAT)
OUR_REQUESTS = one(REQUESTS.c.id, REQUESTS.c.service_id.in_(OUR_SERVICES))
PUBLISHED_SERVICES = one(SERVICES.c.id, SERVICES.c.status == "published")
PUBLISHED_WORKSHOPS = one(WORKSHOPS.c.id, WORKSHOPS.c.status == "published")
PUBLISHED_CALLS = one(CALLS.c.id, CALLS.c.status != "draft")
PUBLISHED_CRITERIA = one(CRITERION_SETS.c.id, CRITERION_SETS.c.status == "published")
PUBLISHED_FEES = one(FEE_SCHEMES.c.id, FEE_SCHEMES.c.status == "published")
OUR_FEES = one(FEE_SCHEMES.c.id, FEE_SCHEMES.c.organization_id == ORGANIZATION)
OUR_CRITERIA = one(CRITERION_SETS.c.id, CRITERION_SETS.c.organization_id == ORGANIZATION)
# A list is published under the run that it came from.
PUBLISHED_RUNS = one(RANKINGS.c.run_id)
OUR_RANKINGS = one(RANKINGS.c.id, RANKINGS.c.organization_id == ORGANIZATION)
OUR_RUNS = one(RUNS.c.id, RUNS.c.ranking_id.in_(OUR_RANKINGS))
OUR_ENTRIES = one(ENTRIES.c.id, ENTRIES.c.ranking_id.in_(OUR_RANKINGS))
MY_ENTRIES = one(ENTRIES.c.id, ENTRIES.c.person_id.in_(MY_PERSONS))
DELEGATED_ENTRIES = one(ENTRIES.c.id, ENTRIES.c.person_id.in_(MAY_ENROL))


# ---------------------------------------------------------------- rules many tables share


def nobody(cls: Any) -> Any:
    return false()


@visible(m.Alliance, "public", "admin")
@visible(m.Municipality, *KINDS)
@visible(m.Territory, "public", "admin")
@visible(m.Organization, "public", "admin")
@visible(m.Project, "public")
@visible(m.ProjectExtension, "public")
@visible(m.ProjectPartner, "public")
@visible(m.ServiceCategory, "public")
@visible(m.Season, "public")
@visible(m.Location, "public")
@visible(m.SocialPoint, "public")
@visible(m.JobRun, "admin", "staff")
@visible(m.Seat, "admin")
@visible(m.RoleScope, "admin")
@visible(m.Account, "admin")
@visible(fab.User, "admin")
@visible(fab.Role, "admin")
@visible(fab.Group, "admin")
@visible(fab.Permission, "admin")
@visible(fab.PermissionView, "admin")
@visible(fab.ViewMenu, "admin")
@writable(m.Alliance, "admin")
@writable(m.Municipality, "admin")
@writable(m.Territory, "admin")
@writable(m.Seat, "admin")
@writable(m.RoleScope, "admin")
@writable(m.Account, "admin")
@writable(fab.User, "admin")
@writable(fab.Role, "admin")
@writable(fab.Group, "admin")
@writable(m.JobRun, "admin", "staff")
def everybody(cls: Any) -> Any:
    return true()


@visible(m.Alliance, *MEMBERS)
@writable(m.Alliance, "staff")
def own_alliance(cls: Any) -> Any:
    return cls.id == ALLIANCE


@visible(m.Organization, "staff", "citizen", "social_point")
@visible(m.Location, "staff", "citizen", "social_point")
@visible(m.OrganizationAlias, "staff", "citizen")
@visible(m.OrganizationContact, "staff")
@visible(m.Territory, *MEMBERS)
@visible(m.Project, *MEMBERS)
@visible(m.ProjectExtension, *MEMBERS)
@visible(m.ProjectPartner, *MEMBERS)
@visible(m.ServiceCategory, *MEMBERS)
@visible(m.Season, *MEMBERS)
@visible(m.SocialPoint, "staff", "citizen")
@visible(m.Call, "staff")
@visible(m.CallCategory, "staff")
@visible(m.Membership, "staff")
@visible(m.Service, "staff")
@visible(m.ServiceLocation, "staff")
@visible(m.ServiceRequest, "staff")
@visible(m.Workshop, "staff")
@visible(m.Slot, "staff")
@visible(m.Person, "staff")
@visible(m.Relation, "staff")
@visible(m.Delegation, "staff")
@visible(m.Application, "staff")
@visible(m.Attendance, "staff")
@visible(m.Enrollment, "staff")
@visible(m.CriterionSet, "staff")
@visible(m.Criterion, "staff")
@visible(m.Ranking, "staff")
@visible(m.RankingEntry, "staff")
@visible(m.RankingRun, "staff")
@visible(m.RankingScore, "staff")
@visible(m.RankingOutcome, "staff")
@visible(m.Complaint, "staff")
@visible(m.StateChange, "staff")
@visible(m.FeeScheme, "staff")
@visible(m.FeeBand, "staff")
@visible(m.FeeSibling, "staff")
@visible(m.FeeExtra, "staff")
@visible(m.Isee, "staff")
@visible(m.WelfarePlan, "staff")
@visible(m.CreditGrant, "staff")
@visible(m.PayerFund, "staff")
@visible(m.LedgerAccount, "staff")
@visible(m.Transfer, "staff")
@visible(m.Payee, "staff")
@visible(m.PaymentNotice, "staff")
@visible(m.PaymentNoticeLine, "staff")
@visible(m.PaymentReceipt, "staff")
@visible(m.File, "staff")
@visible(m.Message, "staff")
@visible(m.AuditEvent, "staff")
@visible(m.AuditValue, "staff")
@visible(m.SensitiveRead, "staff")
@visible(m.Seat, "staff")
@visible(m.RoleScope, "staff")
@visible(m.ProgramKey, "staff")
@writable(m.Organization, "staff")
@writable(m.OrganizationAlias, "staff")
@writable(m.OrganizationContact, "staff")
@writable(m.Location, "staff")
@writable(m.Territory, "staff")
@writable(m.Project, "staff")
@writable(m.ProjectExtension, "staff")
@writable(m.ProjectPartner, "staff")
@writable(m.ServiceCategory, "staff")
@writable(m.Season, "staff")
@writable(m.SocialPoint, "staff")
@writable(m.Call, "staff")
@writable(m.CallCategory, "staff")
@writable(m.Membership, "staff")
@writable(m.Service, "staff")
@writable(m.ServiceLocation, "staff")
@writable(m.ServiceRequest, "staff")
@writable(m.Workshop, "staff")
@writable(m.Slot, "staff")
@writable(m.Person, "staff")
@writable(m.Relation, "staff")
@writable(m.Delegation, "staff")
@writable(m.Application, "staff")
@writable(m.Enrollment, "staff")
@writable(m.CriterionSet, "staff")
@writable(m.Criterion, "staff")
@writable(m.Ranking, "staff")
@writable(m.FeeScheme, "staff")
@writable(m.FeeBand, "staff")
@writable(m.FeeSibling, "staff")
@writable(m.FeeExtra, "staff")
@writable(m.WelfarePlan, "staff")
@writable(m.PayerFund, "staff")
@writable(m.File, "staff")
@writable(m.Message, "staff")
def in_alliance(cls: Any) -> Any:
    return cls.alliance_id == ALLIANCE


# ---------------------------------------------------------------- accounts


@visible(m.Account, "staff")
@visible(fab.User, "staff")
def accounts_of_alliance(cls: Any) -> Any:
    return or_(
        cls.id == USER,
        any_row(SEATS, SEATS.c.user_id == cls.id, SEATS.c.alliance_id == ALLIANCE),
    )


@visible(m.Account, *ORGANIZATIONS, "citizen")
@visible(fab.User, *ORGANIZATIONS, "citizen")
def own_account(cls: Any) -> Any:
    return cls.id == USER


@visible(fab.ApiKey, "admin", *MEMBERS)
@visible(m.Seat, *ORGANIZATIONS, "citizen")
@writable(fab.ApiKey, "admin", *MEMBERS)
def of_own_account(cls: Any) -> Any:
    return cls.user_id == USER


# Made and revoked by operations: nobody writes a digest of their own.
@visible(m.ProgramKey, *ORGANIZATIONS)
def keys_of_the_seat(cls: Any) -> Any:
    return and_(cls.seat_id == SEAT, cls.alliance_id == ALLIANCE)


# ---------------------------------------------------------------- what seats keep of their work


@visible(m.SavedView, *OFFICES)
def views_of_the_seat_or_shared(cls: Any) -> Any:
    of_the_role = and_(
        cls.audience == "role",
        cls.kind == KIND,
        cls.organization_id.is_not_distinct_from(ORGANIZATION),
    )
    shared = and_(cls.alliance_id == ALLIANCE, or_(cls.audience == "everybody", of_the_role))
    return or_(cls.seat_id == SEAT, shared)


@visible(m.SavedView, "admin")
def views_of_administrators(cls: Any) -> Any:
    return or_(cls.seat_id == SEAT, and_(cls.alliance_id.is_(None), cls.audience != "mine"))


@writable(m.SavedView, "admin", *OFFICES)
@visible(m.Work, "admin", *OFFICES)
@writable(m.Work, "admin", *OFFICES)
def of_the_seat(cls: Any) -> Any:
    return and_(cls.seat_id == SEAT, cls.alliance_id.is_not_distinct_from(ALLIANCE))


@visible(m.WorkLine, "admin", *OFFICES)
@writable(m.WorkLine, "admin", *OFFICES)
def lines_of_own_work(cls: Any) -> Any:
    return cls.work_id.in_(OUR_WORK)


@visible(fab.Role, "staff")
def roles_of_alliance(cls: Any) -> Any:
    return cls.id.in_(one(SCOPES.c.role_id, SCOPES.c.alliance_id == ALLIANCE))


# ---------------------------------------------------------------- organizations and network


@visible(m.Organization, *NETWORK)
def own_organization_and_controllers(cls: Any) -> Any:
    return and_(
        cls.alliance_id == ALLIANCE,
        or_(
            cls.id == ORGANIZATION,
            cls.id.in_(
                one(SERVICES.c.controller_id, SERVICES.c.organization_id == ORGANIZATION)
            ),
            cls.id.in_(
                one(WORKSHOPS.c.controller_id, WORKSHOPS.c.organization_id == ORGANIZATION)
            ),
        ),
    )  # fmt: skip


@writable(m.Organization, *NETWORK)
def own_organization(cls: Any) -> Any:
    return and_(cls.id == ORGANIZATION, cls.alliance_id == ALLIANCE)


@visible(m.OrganizationAlias, *ORGANIZATIONS)
@visible(m.OrganizationContact, *NETWORK)
@visible(m.Membership, *NETWORK)
@visible(m.Location, *NETWORK)
@visible(m.SocialPoint, *ORGANIZATIONS)
@visible(m.WelfarePlan, "company")
@visible(m.PayerFund, "municipality")
@visible(m.Payee, "municipality", "provider")
@visible(m.Service, "municipality", "provider")
@visible(m.Workshop, "municipality", "provider")
@visible(m.Slot, "municipality", "provider")
@visible(m.File, *NETWORK)
@writable(m.OrganizationContact, *NETWORK)
@writable(m.Membership, *NETWORK)
@writable(m.Location, "municipality", "provider", "social_point")
@writable(m.SocialPoint, "social_point")
@writable(m.Service, "municipality", "provider")
@writable(m.Workshop, "municipality", "provider")
@writable(m.Slot, "municipality", "provider")
@visible(m.Ranking, "municipality")
@writable(m.Ranking, "municipality")
@writable(m.CriterionSet, "municipality")
@writable(m.FeeScheme, "municipality")
@writable(m.File, *NETWORK)
def of_organization(cls: Any) -> Any:
    return and_(cls.organization_id == ORGANIZATION, cls.alliance_id == ALLIANCE)


@visible(m.OrganizationAlias, "public")
def aliases_are_public(cls: Any) -> Any:
    return true()


@visible(m.Call, "public")
def published_calls(cls: Any) -> Any:
    return cls.status != "draft"


@visible(m.Call, *ORGANIZATIONS, "citizen")
def published_calls_of_alliance(cls: Any) -> Any:
    return and_(cls.status != "draft", cls.alliance_id == ALLIANCE)


@visible(m.CallCategory, "public")
def of_published_calls(cls: Any) -> Any:
    return cls.call_id.in_(PUBLISHED_CALLS)


@visible(m.CallCategory, *ORGANIZATIONS, "citizen")
def of_published_calls_of_alliance(cls: Any) -> Any:
    return and_(cls.call_id.in_(PUBLISHED_CALLS), cls.alliance_id == ALLIANCE)


# ---------------------------------------------------------------- offers


@visible(m.Service, "public")
@visible(m.Workshop, "public")
def published(cls: Any) -> Any:
    return cls.status == "published"


@visible(m.Service, "partner", "company", "citizen", "social_point")
@visible(m.Workshop, "partner", "company", "citizen", "social_point")
def published_in_alliance(cls: Any) -> Any:
    return and_(cls.status == "published", cls.alliance_id == ALLIANCE)


@visible(m.Slot, "public")
def slots_of_published(cls: Any) -> Any:
    return cls.workshop_id.in_(PUBLISHED_WORKSHOPS)


@visible(m.Slot, "partner", "company", "citizen", "social_point")
def slots_of_published_in_alliance(cls: Any) -> Any:
    return and_(cls.workshop_id.in_(PUBLISHED_WORKSHOPS), cls.alliance_id == ALLIANCE)


@visible(m.ServiceLocation, "public")
def places_of_published(cls: Any) -> Any:
    return cls.service_id.in_(PUBLISHED_SERVICES)


@visible(m.ServiceLocation, "partner", "company", "citizen", "social_point")
def places_of_published_in_alliance(cls: Any) -> Any:
    return and_(cls.service_id.in_(PUBLISHED_SERVICES), cls.alliance_id == ALLIANCE)


@visible(m.ServiceLocation, "municipality", "provider")
@writable(m.ServiceLocation, "municipality", "provider")
def places_of_our_services(cls: Any) -> Any:
    return and_(cls.service_id.in_(OUR_SERVICES), cls.alliance_id == ALLIANCE)


# ---------------------------------------------------------------- people


@visible(m.Person, "municipality")
def persons_of_our_offers(cls: Any) -> Any:
    return and_(
        cls.alliance_id == ALLIANCE,
        or_(
            any_row(ENROLLMENTS, ENROLLMENTS.c.person_id == cls.id, OUR_ENROLLMENTS),
            any_row(
                REQUESTS, REQUESTS.c.person_id == cls.id, REQUESTS.c.service_id.in_(OUR_SERVICES)
            ),
        ),
    )


@visible(m.Person, "provider")
def persons_of_our_roster(cls: Any) -> Any:
    return and_(
        cls.alliance_id == ALLIANCE,
        cls.id.in_(
            union_all(
                one(ENROLLMENTS.c.person_id, OUR_ROSTER),
                one(REQUESTS.c.person_id, REQUESTS.c.service_id.in_(OUR_SERVICES)),
            )
        ),
    )


@visible(m.Person, "citizen")
@writable(m.Person, "citizen")
def my_persons(cls: Any) -> Any:
    return and_(cls.id.in_(MY_PERSONS), cls.alliance_id == ALLIANCE)


@visible(m.Person, "social_point")
@writable(m.Person, "social_point")
def delegated_persons(cls: Any) -> Any:
    return and_(cls.id.in_(DELEGATED), cls.alliance_id == ALLIANCE)


@visible(m.Relation, "citizen")
def my_relations(cls: Any) -> Any:
    return and_(cls.user_id == USER, cls.alliance_id == ALLIANCE)


# No desk writes its own consent: operations do.
@visible(m.Delegation, "social_point")
def delegations_to_our_desks(cls: Any) -> Any:
    return and_(cls.social_point_id.in_(OUR_DESKS), cls.alliance_id == ALLIANCE)


@visible(m.Delegation, "citizen")
@visible(m.CreditGrant, "citizen")
@visible(m.LedgerAccount, "citizen")
@visible(m.Enrollment, "citizen")
@visible(m.Isee, "citizen")
@visible(m.RankingEntry, "citizen")
@visible(m.ServiceRequest, "citizen")
def of_my_persons(cls: Any) -> Any:
    return and_(cls.person_id.in_(MY_PERSONS), cls.alliance_id == ALLIANCE)


@visible(m.Enrollment, "social_point")
@visible(m.Isee, "social_point")
@visible(m.RankingEntry, "social_point")
def enrollments_under_delegation(cls: Any) -> Any:
    return and_(cls.person_id.in_(MAY_ENROL), cls.alliance_id == ALLIANCE)


@visible(m.ServiceRequest, "social_point")
def requests_under_delegation(cls: Any) -> Any:
    return and_(cls.person_id.in_(MAY_REQUEST), cls.alliance_id == ALLIANCE)


# ---------------------------------------------------------------- enrolments and requests


@visible(m.Enrollment, "municipality")
def of_our_slots(cls: Any) -> Any:
    return and_(
        cls.slot_id.in_(OUR_SLOTS), cls.status != "draft", cls.alliance_id == ALLIANCE
    )  # fmt: skip


@visible(m.Enrollment, "provider")
def on_our_roster(cls: Any) -> Any:
    return and_(
        cls.slot_id.in_(OUR_SLOTS),
        cls.status.in_(("submitted", "waiting", "placed", "offered")),
        cls.alliance_id == ALLIANCE,
    )


# Recorded by an operation.
@visible(m.Attendance, "municipality", "provider")
def of_our_enrollments(cls: Any) -> Any:
    return and_(
        cls.enrollment_id.in_(one(ENROLLMENTS.c.id, ENROLLMENTS.c.slot_id.in_(OUR_SLOTS))),
        cls.alliance_id == ALLIANCE,
    )


@visible(m.Attendance, "citizen")
def of_my_enrollments(cls: Any) -> Any:
    return and_(
        cls.enrollment_id.in_(one(ENROLLMENTS.c.id, ENROLLMENTS.c.person_id.in_(MY_PERSONS))),
        cls.alliance_id == ALLIANCE,
    )


@visible(m.Application, "municipality")
def with_our_enrollments(cls: Any) -> Any:
    return and_(
        cls.id.in_(one(ENROLLMENTS.c.application_id, OUR_ENROLLMENTS)),
        cls.alliance_id == ALLIANCE,
    )


@visible(m.Application, "citizen")
def my_applications(cls: Any) -> Any:
    return and_(cls.user_id == USER, cls.alliance_id == ALLIANCE)


@visible(m.Application, "social_point")
def applications_of_delegated(cls: Any) -> Any:
    return and_(
        cls.id.in_(one(ENROLLMENTS.c.application_id, ENROLLMENTS.c.person_id.in_(MAY_ENROL))),
        cls.alliance_id == ALLIANCE,
    )


@visible(m.ServiceRequest, "municipality", "provider")
def of_our_services(cls: Any) -> Any:
    return and_(cls.service_id.in_(OUR_SERVICES), cls.alliance_id == ALLIANCE)


@visible(m.StateChange, "municipality", "provider")
def changes_of_ours(cls: Any) -> Any:
    return and_(
        cls.alliance_id == ALLIANCE,
        tuple_(cls.noun, cls.row_id).in_(
            union_all(
                rows_of("service", SERVICES, SERVICES.c.organization_id == ORGANIZATION),
                rows_of("workshop", WORKSHOPS, WORKSHOPS.c.organization_id == ORGANIZATION),
                rows_of("service_request", REQUESTS, REQUESTS.c.service_id.in_(OUR_SERVICES)),
                rows_of("enrollment", ENROLLMENTS, OUR_ROSTER),
            )
        ),
    )


@visible(m.StateChange, "citizen")
def changes_of_mine(cls: Any) -> Any:
    return and_(
        cls.alliance_id == ALLIANCE,
        tuple_(cls.noun, cls.row_id).in_(
            union_all(
                rows_of("enrollment", ENROLLMENTS, ENROLLMENTS.c.person_id.in_(MY_PERSONS)),
                rows_of("service_request", REQUESTS, REQUESTS.c.person_id.in_(MY_PERSONS)),
            )
        ),
    )


# ---------------------------------------------------------------- rankings


@visible(m.CriterionSet, "public")
@visible(m.FeeScheme, "public")
def published_criteria(cls: Any) -> Any:
    return cls.status == "published"


@visible(m.CriterionSet, "provider", "citizen", "social_point")
@visible(m.FeeScheme, "provider", "citizen", "social_point")
def published_criteria_of_alliance(cls: Any) -> Any:
    return and_(cls.status == "published", cls.alliance_id == ALLIANCE)


@visible(m.CriterionSet, "municipality")
@visible(m.FeeScheme, "municipality")
def our_criteria_and_published(cls: Any) -> Any:
    return and_(
        or_(cls.organization_id == ORGANIZATION, cls.status == "published"),
        cls.alliance_id == ALLIANCE,
    )


@visible(m.Criterion, "public")
def of_published_criteria(cls: Any) -> Any:
    return cls.criterion_set_id.in_(PUBLISHED_CRITERIA)


@visible(m.Criterion, "provider", "citizen", "social_point")
def of_published_criteria_of_alliance(cls: Any) -> Any:
    return and_(cls.criterion_set_id.in_(PUBLISHED_CRITERIA), cls.alliance_id == ALLIANCE)


@visible(m.Criterion, "municipality")
def of_our_criteria_and_published(cls: Any) -> Any:
    return and_(
        or_(cls.criterion_set_id.in_(OUR_CRITERIA), cls.criterion_set_id.in_(PUBLISHED_CRITERIA)),
        cls.alliance_id == ALLIANCE,
    )


@writable(m.Criterion, "municipality")
def of_our_criteria(cls: Any) -> Any:
    return and_(cls.criterion_set_id.in_(OUR_CRITERIA), cls.alliance_id == ALLIANCE)


@visible(m.Ranking, "public")
def announced_rankings(cls: Any) -> Any:
    return cls.status != "draft"


@visible(m.Ranking, "provider", "citizen", "social_point")
def announced_rankings_of_alliance(cls: Any) -> Any:
    return and_(cls.status != "draft", cls.alliance_id == ALLIANCE)


@visible(m.RankingRun, "public")
def published_runs(cls: Any) -> Any:
    return cls.id.in_(PUBLISHED_RUNS)


@visible(m.RankingRun, "citizen")
def published_runs_of_alliance(cls: Any) -> Any:
    return and_(cls.id.in_(PUBLISHED_RUNS), cls.alliance_id == ALLIANCE)


@visible(m.RankingOutcome, "public")
def published_outcomes(cls: Any) -> Any:
    return cls.run_id.in_(PUBLISHED_RUNS)


@visible(m.RankingOutcome, "citizen")
def published_outcomes_of_alliance(cls: Any) -> Any:
    return and_(cls.run_id.in_(PUBLISHED_RUNS), cls.alliance_id == ALLIANCE)


# Entries and complaints are written by operations alone, for what else follows from them.
@visible(m.RankingEntry, "municipality")
@visible(m.RankingRun, "municipality")
def of_our_rankings(cls: Any) -> Any:
    return and_(cls.ranking_id.in_(OUR_RANKINGS), cls.alliance_id == ALLIANCE)


@visible(m.RankingScore, "municipality")
@visible(m.RankingOutcome, "municipality")
def of_our_runs(cls: Any) -> Any:
    return and_(cls.run_id.in_(OUR_RUNS), cls.alliance_id == ALLIANCE)


@visible(m.Complaint, "municipality")
def complaints_of_our_rankings(cls: Any) -> Any:
    return and_(cls.entry_id.in_(OUR_ENTRIES), cls.alliance_id == ALLIANCE)


@visible(m.Complaint, "citizen")
def my_complaints(cls: Any) -> Any:
    return and_(cls.entry_id.in_(MY_ENTRIES), cls.alliance_id == ALLIANCE)


@visible(m.Complaint, "social_point")
def complaints_under_delegation(cls: Any) -> Any:
    return and_(cls.entry_id.in_(DELEGATED_ENTRIES), cls.alliance_id == ALLIANCE)


# ---------------------------------------------------------------- fees


@visible(m.FeeBand, "public")
@visible(m.FeeSibling, "public")
@visible(m.FeeExtra, "public")
def of_published_fees(cls: Any) -> Any:
    return cls.fee_scheme_id.in_(PUBLISHED_FEES)


@visible(m.FeeBand, "provider", "citizen", "social_point")
@visible(m.FeeSibling, "provider", "citizen", "social_point")
@visible(m.FeeExtra, "provider", "citizen", "social_point")
def of_published_fees_of_alliance(cls: Any) -> Any:
    return and_(cls.fee_scheme_id.in_(PUBLISHED_FEES), cls.alliance_id == ALLIANCE)


@visible(m.FeeBand, "municipality")
@visible(m.FeeSibling, "municipality")
@visible(m.FeeExtra, "municipality")
def of_our_fees_and_published(cls: Any) -> Any:
    return and_(
        or_(cls.fee_scheme_id.in_(OUR_FEES), cls.fee_scheme_id.in_(PUBLISHED_FEES)),
        cls.alliance_id == ALLIANCE,
    )


@writable(m.FeeBand, "municipality")
@writable(m.FeeSibling, "municipality")
@writable(m.FeeExtra, "municipality")
def of_our_fees(cls: Any) -> Any:
    return and_(cls.fee_scheme_id.in_(OUR_FEES), cls.alliance_id == ALLIANCE)


# ---------------------------------------------------------------- credit and who pays


# What it gave: neither the wallets behind it nor what moved on them.
@visible(m.CreditGrant, "company")
def of_our_plans(cls: Any) -> Any:
    return and_(cls.plan_id.in_(OUR_PLANS), cls.alliance_id == ALLIANCE)


@visible(m.LedgerAccount, "municipality")
def of_our_funds(cls: Any) -> Any:
    return and_(cls.fund_id.in_(OUR_FUNDS), cls.alliance_id == ALLIANCE)


@visible(m.Transfer, "municipality")
def transfers_of_our_funds(cls: Any) -> Any:
    return and_(
        or_(cls.debit_id.in_(OUR_ACCOUNTS), cls.credit_id.in_(OUR_ACCOUNTS)),
        cls.alliance_id == ALLIANCE,
    )


@visible(m.Transfer, "citizen")
def transfers_of_my_persons(cls: Any) -> Any:
    return and_(
        or_(cls.debit_id.in_(MY_ACCOUNTS), cls.credit_id.in_(MY_ACCOUNTS)),
        cls.alliance_id == ALLIANCE,
    )


# ---------------------------------------------------------------- what is asked for and paid


# Payees, notices and receipts are written by operations alone.
@visible(m.PaymentNotice, "municipality", "provider")
@visible(m.PaymentReceipt, "municipality", "provider")
def paid_to_us(cls: Any) -> Any:
    return and_(cls.payee_id.in_(OUR_PAYEES), cls.alliance_id == ALLIANCE)


@visible(m.PaymentNoticeLine, "municipality", "provider")
def lines_of_our_notices(cls: Any) -> Any:
    return and_(cls.notice_id.in_(OUR_NOTICES), cls.alliance_id == ALLIANCE)


@visible(m.PaymentNotice, "citizen")
def notices_of_my_applications(cls: Any) -> Any:
    return and_(cls.application_id.in_(MY_APPLICATIONS), cls.alliance_id == ALLIANCE)


@visible(m.PaymentNoticeLine, "citizen")
def lines_of_my_notices(cls: Any) -> Any:
    return and_(cls.notice_id.in_(MY_NOTICES), cls.alliance_id == ALLIANCE)


@visible(m.PaymentNotice, "social_point")
def notices_under_delegation(cls: Any) -> Any:
    return and_(cls.id.not_in(OTHERS_LINES), cls.alliance_id == ALLIANCE)


@visible(m.PaymentNoticeLine, "social_point")
def lines_under_delegation(cls: Any) -> Any:
    return and_(cls.notice_id.not_in(OTHERS_LINES), cls.alliance_id == ALLIANCE)


# ---------------------------------------------------------------- files


@visible(m.File, "citizen")
@writable(m.File, "citizen")
def my_files(cls: Any) -> Any:
    return and_(
        cls.alliance_id == ALLIANCE,
        or_(cls.user_id == USER, cls.person_id.in_(MY_PERSONS)),
    )


@visible(m.File, "social_point")
@writable(m.File, "social_point")
def files_of_desk(cls: Any) -> Any:
    return and_(
        cls.alliance_id == ALLIANCE,
        or_(
            cls.organization_id == ORGANIZATION,
            cls.person_id.in_(DELEGATED),
            # What its operator uploaded and nobody's paper is yet.
            and_(cls.user_id == USER, cls.person_id.is_(None)),
        ),
    )
