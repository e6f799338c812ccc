"""Who may do what, on which columns: seat kind -> resource -> verbs and column groups.

Deny by default. Which rows is ``policy.py``. ``intreccio upgrade`` writes this table into
Flask-AppBuilder's roles; roles that staff make on screen only narrow one of these.
"""

from dataclasses import dataclass
from typing import Any

from flask_appbuilder.security.sqla import models as fab

from app import models as m

# Each table's name in addresses, permissions and menus.
RESOURCES: dict[str, Any] = {
    "alliances": m.Alliance,
    "municipalities": m.Municipality,
    "territories": m.Territory,
    "accounts": m.Account,
    "seats": m.Seat,
    "roles": fab.Role,
    "role-scopes": m.RoleScope,
    "keys": m.ProgramKey,
    "organizations": m.Organization,
    "organization-aliases": m.OrganizationAlias,
    "organization-contacts": m.OrganizationContact,
    "locations": m.Location,
    "projects": m.Project,
    "project-extensions": m.ProjectExtension,
    "project-partners": m.ProjectPartner,
    "calls": m.Call,
    "call-categories": m.CallCategory,
    "memberships": m.Membership,
    "service-categories": m.ServiceCategory,
    "services": m.Service,
    "service-locations": m.ServiceLocation,
    "service-requests": m.ServiceRequest,
    "seasons": m.Season,
    "workshops": m.Workshop,
    "slots": m.Slot,
    "persons": m.Person,
    "relations": m.Relation,
    "social-points": m.SocialPoint,
    "delegations": m.Delegation,
    "applications": m.Application,
    "enrollments": m.Enrollment,
    "attendances": m.Attendance,
    "criterion-sets": m.CriterionSet,
    "criteria": m.Criterion,
    "rankings": m.Ranking,
    "ranking-entries": m.RankingEntry,
    "ranking-runs": m.RankingRun,
    "ranking-scores": m.RankingScore,
    "ranking-outcomes": m.RankingOutcome,
    "complaints": m.Complaint,
    "fee-schemes": m.FeeScheme,
    "fee-bands": m.FeeBand,
    "fee-siblings": m.FeeSibling,
    "fee-extras": m.FeeExtra,
    "isee-declarations": m.Isee,
    "welfare-plans": m.WelfarePlan,
    "credit-grants": m.CreditGrant,
    "payer-funds": m.PayerFund,
    "ledger-accounts": m.LedgerAccount,
    "transfers": m.Transfer,
    "payees": m.Payee,
    "payment-notices": m.PaymentNotice,
    "payment-notice-lines": m.PaymentNoticeLine,
    "payment-receipts": m.PaymentReceipt,
    "state-changes": m.StateChange,
    "files": m.File,
    "messages": m.Message,
    "job-runs": m.JobRun,
    "audit-events": m.AuditEvent,
    "sensitive-reads": m.SensitiveRead,
    "saved-views": m.SavedView,
    "works": m.Work,
    "work-lines": m.WorkLine,
}
NAMES = {model: name for name, model in RESOURCES.items()}


@dataclass(frozen=True)
class Grant:
    """Verbs, and the column groups that may be read and written."""

    verbs: frozenset[str]
    read: frozenset[str]
    write: frozenset[str]


NOTHING = Grant(frozenset(), frozenset(), frozenset())
READ = "list get"
EDIT = "list get create update"
ALL = "list get create update delete"
REVIEWED = "submit publish return suspend"
STEPS = "answer accept start close refuse"


def may(verbs: str, read: str = "public", write: str = "") -> Grant:
    """A grant written in words; what may be written is by default what may be read."""
    changes = {"create", "update"} & set(verbs.split())
    written = write or (read if changes else "")
    return Grant(frozenset(verbs.split()), frozenset(read.split()), frozenset(written.split()))


# What is published of fees.
FEES = {
    "fee-schemes": may(READ),
    "fee-bands": may(READ),
    "fee-siblings": may(READ),
    "fee-extras": may(READ),
}
PUBLISHED = {
    "alliances": may(READ),
    "municipalities": may(READ),
    "territories": may(READ),
    "organizations": may(READ),
    "service-categories": may(READ),
    "calls": may(READ),
    "call-categories": may(READ),
    "projects": may(READ),
    "project-extensions": may(READ),
    "project-partners": may(READ),
    "seasons": may(READ),
    "locations": may(READ),
    "services": may(READ),
    "service-locations": may(READ),
    "workshops": may(READ),
    "slots": may(READ),
    "social-points": may(READ),
    "criterion-sets": may(READ),
    "criteria": may(READ),
    "rankings": may(READ),
    "ranking-runs": may(READ),
    "ranking-outcomes": may(READ),
    **FEES,
}
OFFICE = "public internal"
# What every seat of the office keeps of its own work.
OWN = {
    "saved-views": may(ALL, OFFICE),
    "works": may("list get stop", OFFICE),
    "work-lines": may(READ, OFFICE),
}
# Who publishes fees: the office, and a municipality its own.
TARIFFS = {
    "fee-schemes": may(f"{EDIT} publish revise simulate", OFFICE),
    "fee-bands": may(ALL, OFFICE),
    "fee-siblings": may(ALL, OFFICE),
    "fee-extras": may(ALL, OFFICE),
}
# Who runs a ranking: the office, and a municipality its own.
RANKED = {
    "criterion-sets": may(f"{EDIT} publish revise", OFFICE),
    "criteria": may(ALL, OFFICE),
    "rankings": may(f"{EDIT} publish draw try provisional finalize sample", OFFICE),
    "ranking-entries": may(
        "list get create correct confirm exclude why declared", "public internal points"
    ),
    "ranking-runs": may("list get replay difference", OFFICE),
    "ranking-scores": may(READ, "public points"),
    "ranking-outcomes": may(READ, "public points"),
    "complaints": may("list get create uphold reject", "public internal contact"),
}
# A citizen has none: a year's key would go round the digital identity (DL 76/2020, art. 24).
KEYS = {"keys": may("list get create revoke", OFFICE)}
# What a body is paid: of whoever pays it reads the name and no more.
PAID = {
    "payees": may(READ, OFFICE),
    "payment-notices": may(READ, "public money"),
    "payment-notice-lines": may(READ, "public money"),
    "payment-receipts": may(READ, "public money"),
}
# A body's own sheet, and those of the controllers that it names, without the office's note.
BODY = "public contact"

GRANTS: dict[str, dict[str, Grant]] = {
    "public": PUBLISHED,
    "admin": {
        **OWN,
        "alliances": may(EDIT),
        "municipalities": may(EDIT),
        "territories": may(ALL, "public system"),
        "organizations": may(READ),
        "accounts": may("list get update invite", "public internal contact system"),
        "seats": may(EDIT, "public internal system"),
        "roles": may(READ, "public internal"),
        "role-scopes": may(READ, "public internal system"),
        "job-runs": may("list get run", OFFICE),
    },
    "staff": {
        **KEYS,
        **OWN,
        **RANKED,
        **TARIFFS,
        "alliances": may("list get update"),
        "municipalities": may(READ),
        "territories": may("list get create delete"),
        "accounts": may("list get invite", "public internal contact"),
        "seats": may("list get narrow", OFFICE),
        "roles": may(EDIT, OFFICE),
        "role-scopes": may(READ, OFFICE),
        "organizations": may(EDIT, f"{OFFICE} contact"),
        "organization-aliases": may(ALL, OFFICE),
        "organization-contacts": may(ALL, "public internal contact"),
        "locations": may(ALL, OFFICE),
        "projects": may(ALL, OFFICE),
        "project-extensions": may(ALL, OFFICE),
        "project-partners": may(ALL, OFFICE),
        "calls": may(EDIT, OFFICE),
        "call-categories": may("list get create delete", OFFICE),
        "memberships": may(f"{EDIT} send accept refuse", OFFICE),
        "service-categories": may(ALL, OFFICE),
        "services": may(f"{EDIT} {REVIEWED}", OFFICE),
        "service-locations": may("list get create delete", OFFICE),
        "service-requests": may(
            f"{READ} create {STEPS} cancel",
            "public internal contact money",
            "public internal contact",
        ),
        "isee-declarations": may("list get create amount", f"{OFFICE} money"),
        "seasons": may(f"{ALL} propose", OFFICE),
        "workshops": may(f"{EDIT} {REVIEWED} weeks copy", OFFICE),
        "slots": may(f"{ALL} roster attend", OFFICE),
        "persons": may(EDIT, "public internal contact"),
        "relations": may("list get create update", OFFICE),
        "social-points": may(ALL, OFFICE),
        "delegations": may("list get create revoke", OFFICE),
        "applications": may(f"{READ} create", "public internal contact money"),
        "enrollments": may(
            "list get cancel accept decline refuse offer why mark",
            "public internal contact money points",
        ),
        "attendances": may(READ, OFFICE),
        "state-changes": may(READ, OFFICE),
        "files": may("list get create", OFFICE),
        "messages": may("list get resend", "public internal contact"),
        "job-runs": may("list get run", OFFICE),
        "audit-events": may(READ, OFFICE),
        "sensitive-reads": may(READ, OFFICE),
        "welfare-plans": may(f"{EDIT} fund use", OFFICE),
        "credit-grants": may("list get create", f"{OFFICE} money"),
        "payer-funds": may(f"{EDIT} fund", OFFICE),
        "ledger-accounts": may(READ, f"{OFFICE} money"),
        "transfers": may("list get reverse", f"{OFFICE} money"),
        "payees": may(EDIT, OFFICE),
        "payment-notices": may("list get create cancel debts", f"{OFFICE} money contact", "public"),
        "payment-notice-lines": may(READ, f"{OFFICE} money"),
        "payment-receipts": may("list get receive", f"{OFFICE} money"),
    },
    "municipality": {
        **KEYS,
        **OWN,
        **RANKED,
        **TARIFFS,
        "municipalities": may(READ),
        "organizations": may("list get update", BODY, "public"),
        "organization-aliases": may(READ),
        "organization-contacts": may(ALL, "public internal contact"),
        "locations": may(ALL),
        "calls": may(READ),
        "call-categories": may(READ),
        "memberships": may("list get create update send", OFFICE, "public internal"),
        "service-categories": may(READ),
        "services": may(f"{EDIT} submit publish", OFFICE, "public"),
        "service-locations": may("list get create delete"),
        "service-requests": may(f"{READ} {STEPS}", "public internal contact money"),
        "seasons": may(READ),
        "workshops": may(f"{EDIT} submit publish weeks copy", OFFICE, "public"),
        "slots": may(f"{ALL} roster attend"),
        "persons": may(READ, "public contact"),
        "applications": may(READ, "public internal contact money"),
        "enrollments": may("list get refuse why mark", "public internal money points"),
        "attendances": may(READ, OFFICE),
        "state-changes": may(READ, OFFICE),
        "files": may("list get create", OFFICE),
        "projects": may(READ),
        # What its own fund paid, and no other payer's.
        "payer-funds": may(READ, OFFICE),
        "ledger-accounts": may(READ, "public money"),
        "transfers": may(READ, "public money"),
        **PAID,
        "seats": may(READ, OFFICE),
    },
    "provider": {
        **KEYS,
        **OWN,
        **FEES,
        "fee-schemes": may("list get simulate"),
        **PAID,
        "criterion-sets": may(READ),
        "criteria": may(READ),
        "rankings": may(READ),
        "municipalities": may(READ),
        "organizations": may("list get update", BODY, "public"),
        "organization-aliases": may(READ),
        "organization-contacts": may(ALL, "public internal contact"),
        "locations": may(ALL),
        "calls": may(READ),
        "call-categories": may(READ),
        "memberships": may("list get create update send", OFFICE, "public internal"),
        "service-categories": may(READ),
        "services": may(f"{EDIT} submit", OFFICE, "public"),
        "service-locations": may("list get create delete"),
        "service-requests": may(f"{READ} {STEPS}", "public internal contact"),
        "seasons": may(READ),
        "workshops": may(f"{EDIT} submit weeks copy", OFFICE, "public"),
        "slots": may("list get create update roster attend"),
        "persons": may(READ, "public"),
        "enrollments": may("list get mark", "public"),
        "attendances": may(READ, OFFICE),
        "state-changes": may(READ),
        "files": may("list get create", OFFICE),
        "seats": may(READ, OFFICE),
    },
    "partner": {
        **KEYS,
        **OWN,
        "organizations": may("list get update", BODY, "public"),
        "organization-aliases": may(READ),
        "organization-contacts": may(ALL, "public internal contact"),
        "locations": may(READ),
        "calls": may(READ),
        "call-categories": may(READ),
        "service-categories": may(READ),
        "services": may(READ),
        "workshops": may(READ),
        "seasons": may(READ),
        "slots": may(READ),
        "projects": may(READ),
        "project-extensions": may(READ),
        "project-partners": may(READ),
        "memberships": may("list get create update send", OFFICE, "public internal"),
        "files": may("list get create", OFFICE),
        "municipalities": may(READ),
        "seats": may(READ, OFFICE),
    },
    "company": {
        **KEYS,
        **OWN,
        "organizations": may("list get update", BODY, "public"),
        "organization-contacts": may(ALL, "public internal contact"),
        "calls": may(READ),
        "memberships": may("list get create update send", OFFICE, "public internal"),
        "service-categories": may(READ),
        "services": may(READ),
        "workshops": may(READ),
        "files": may("list get create", OFFICE),
        # What it gave; never what became of it.
        "welfare-plans": may("list get use"),
        "credit-grants": may("list get create", "public money"),
        "municipalities": may(READ),
        "seats": may(READ, OFFICE),
    },
    "social_point": {
        **KEYS,
        **OWN,
        **FEES,
        "fee-schemes": may("list get simulate"),
        "criterion-sets": may(READ),
        "criteria": may(READ),
        "rankings": may(READ),
        "ranking-entries": may("list get create why", "public points"),
        "complaints": may("list get create", "public contact"),
        "municipalities": may(READ),
        "organizations": may(READ),
        "social-points": may("list get update", OFFICE, "public"),
        "locations": may("list get create update"),
        "service-categories": may(READ),
        "services": may(READ),
        "service-locations": may(READ),
        "seasons": may(READ),
        "workshops": may(READ),
        "slots": may(READ),
        "persons": may("list get create update", "public contact"),
        "delegations": may("list get create confirm revoke", OFFICE),
        "applications": may(f"{READ} create", "public contact money"),
        "enrollments": may("list get cancel accept decline why", "public money"),
        "service-requests": may(f"{READ} create cancel", "public contact money", "public contact"),
        "isee-declarations": may("list get create", "public money"),
        "payment-notices": may(READ, "public money contact"),
        "payment-notice-lines": may(READ, "public money"),
        "files": may("list get create", OFFICE),
        "seats": may(READ, OFFICE),
    },
    "citizen": {
        **PUBLISHED,
        "fee-schemes": may("list get simulate"),
        "ranking-entries": may("list get create why", "public points"),
        "complaints": may("list get create", "public contact"),
        "persons": may("list get create update", "public contact care"),
        "relations": may(READ, OFFICE),
        "delegations": may("list get revoke", OFFICE),
        "applications": may(f"{READ} create update submit", "public contact internal money"),
        "enrollments": may("list get cancel accept decline why", "public money points"),
        "attendances": may(READ, "public internal"),
        "service-requests": may(f"{READ} create cancel", "public contact money", "public contact"),
        "isee-declarations": may("list get create amount", "public money"),
        "state-changes": may(READ),
        "credit-grants": may(READ, "public money"),
        "ledger-accounts": may(READ, "public money"),
        "transfers": may(READ, "public money"),
        "payment-notices": may(READ, "public money contact"),
        "payment-notice-lines": may(READ, "public money"),
        "files": may("list get create", OFFICE),
        "seats": may(READ, OFFICE),
    },
}

# Who is given fixed tables only: an employer never learns what one employee used.
FIXED_TABLES_ONLY = frozenset({"company"})


def grant(kind: str, resource: str) -> Grant:
    """What a seat kind may do with a resource: nothing, where no row says so."""
    return GRANTS.get(kind, {}).get(resource, NOTHING)


def readable(kind: str, resource: str, care: bool = False) -> frozenset[str]:
    """The column groups that a seat reads of a resource; ``care`` adds the health notes."""
    groups = grant(kind, resource).read
    return groups | {"care"} if care and groups else groups


def permissions(kind: str) -> set[tuple[str, str]]:
    """The pairs (``can_<verb>``, resource) that the seat kind's role holds."""
    return {
        (f"can_{verb}", resource)
        for resource, given in GRANTS[kind].items()
        for verb in given.verbs
    }
