"""What each noun is called on screens and in menus: one of it, and many."""

from flask_babel import gettext

from app.errors import N_

TITLES: dict[str, tuple[str, str]] = {
    "alliances": (N_("Alliance"), N_("Alliances")),
    "municipalities": (N_("Municipality"), N_("Municipalities")),
    "territories": (N_("Municipality of the territory"), N_("Territories")),
    "accounts": (N_("Account"), N_("Accounts")),
    "seats": (N_("Seat"), N_("Seats")),
    "roles": (N_("Role"), N_("Roles")),
    "role-scopes": (N_("Scope of a role"), N_("Scopes of roles")),
    "keys": (N_("Key of a program"), N_("Keys of programs")),
    "organizations": (N_("Organization"), N_("Organizations")),
    "organization-aliases": (N_("Other name"), N_("Other names")),
    "organization-contacts": (N_("Contact"), N_("Contacts")),
    "locations": (N_("Location"), N_("Locations")),
    "projects": (N_("Project"), N_("Projects")),
    "project-extensions": (N_("Extension"), N_("Extensions")),
    "project-partners": (N_("Partner of a project"), N_("Partners of projects")),
    "calls": (N_("Call"), N_("Calls")),
    "call-categories": (N_("Category of a call"), N_("Categories of calls")),
    "memberships": (N_("Membership"), N_("Memberships")),
    "service-categories": (N_("Service category"), N_("Service categories")),
    "services": (N_("Service"), N_("Services")),
    "service-locations": (N_("Location of a service"), N_("Locations of services")),
    "service-requests": (N_("Service request"), N_("Service requests")),
    "seasons": (N_("Season"), N_("Seasons")),
    "workshops": (N_("Workshop or camp"), N_("Workshops")),
    "slots": (N_("Slot"), N_("Slots")),
    "persons": (N_("Person"), N_("Persons")),
    "relations": (N_("Relation"), N_("Relations")),
    "social-points": (N_("Social point"), N_("Social points")),
    "delegations": (N_("Delegation"), N_("Delegations")),
    "applications": (N_("Application"), N_("Applications")),
    "enrollments": (N_("Enrolment"), N_("Enrolments")),
    "attendances": (N_("Attendance"), N_("Attendances")),
    "criterion-sets": (N_("Set of criteria"), N_("Criteria of precedence")),
    "criteria": (N_("Criterion"), N_("Criteria")),
    "rankings": (N_("Ranking"), N_("Rankings")),
    "ranking-entries": (N_("Entry of a ranking"), N_("Entries of rankings")),
    "ranking-runs": (N_("Run of a ranking"), N_("Runs of rankings")),
    "ranking-scores": (N_("Points in a ranking"), N_("Points in rankings")),
    "ranking-outcomes": (N_("Outcome of a wish"), N_("Outcomes of wishes")),
    "complaints": (N_("Complaint"), N_("Complaints")),
    "fee-schemes": (N_("Fee scheme"), N_("Fee schemes")),
    "fee-bands": (N_("ISEE band"), N_("ISEE bands")),
    "fee-siblings": (N_("Reduction for brothers and sisters"), N_("Reductions for siblings")),
    "fee-extras": (N_("Extra of a fee"), N_("Extras of fees")),
    "isee-declarations": (N_("Declared ISEE"), N_("Declared ISEEs")),
    "welfare-plans": (N_("Welfare plan"), N_("Welfare plans")),
    "credit-grants": (N_("Welfare credit"), N_("Welfare credits")),
    "payer-funds": (N_("Fund of a payer"), N_("Funds of payers")),
    "ledger-accounts": (N_("Account of the ledger"), N_("Accounts of the ledger")),
    "transfers": (N_("Transfer"), N_("Transfers")),
    "payees": (N_("Payee"), N_("Payees")),
    "payment-notices": (N_("Payment notice"), N_("Payment notices")),
    "payment-notice-lines": (N_("Line of a payment notice"), N_("Lines of payment notices")),
    "payment-receipts": (N_("Receipt of a payment"), N_("Receipts of payments")),
    "state-changes": (N_("Change of state"), N_("Changes of state")),
    "files": (N_("File"), N_("Files")),
    "saved-views": (N_("Saved view"), N_("Saved views")),
    "works": (N_("Long work"), N_("Long works")),
    "work-lines": (N_("Line of a long work"), N_("Lines of a long work")),
    "messages": (N_("Message"), N_("Messages")),
    "job-runs": (N_("Run of a job"), N_("Runs of jobs")),
    "audit-events": (N_("Recorded change"), N_("Recorded changes")),
    "sensitive-reads": (N_("Reading of health notes"), N_("Readings of health notes")),
}


def one(resource: str) -> str:
    """A single one, in the reader's language."""
    return gettext(TITLES[resource][0])


def many(resource: str) -> str:
    """Several, in the reader's language."""
    return gettext(TITLES[resource][1])
