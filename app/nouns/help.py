"""What each noun's screens are for, what one does there and who sees it: a paragraph each."""

from flask_babel import gettext

from app.errors import N_

# fmt: off
HELP: dict[str, str] = {
    "alliances": N_(
        "The local alliances that work here: each has its name, its lead body and the words of "
        "its public site. What one alliance enters, no other sees. Staff keep their own "
        "alliance's sheet; a new one is opened by the platform's administration."
    ),
    "municipalities": N_(
        "All of Italy's municipalities with their ISTAT code, for addresses and residence. One "
        "only looks them up here; the list is kept by the platform's administration."
    ),
    "territories": N_(
        "The municipalities that belong to the alliance's territory. Who lives in one of them "
        "counts as a resident for places and fees. Staff add one that joins and take out one "
        "that leaves."
    ),
    "accounts": N_(
        "The people who can sign in, whatever they do here. An invitation by mail lets somebody "
        "choose a password; what they may do then depends on their seats. Only staff and "
        "administration see the accounts."
    ),
    "seats": N_(
        "What a person may act as: for which body and in which alliance. Somebody with several "
        "seats changes between them at the top of every page. The administration gives seats; "
        "staff may narrow one to a role of their own."
    ),
    "roles": N_(
        "What each kind of seat may do, and the narrower roles that the alliance makes for "
        "itself, for instance for a trainee who only reads. A role of one's own only ever takes "
        "away from a base role, and never adds to it."
    ),
    "role-scopes": N_(
        "Which alliance a role belongs to, and which base role it narrows. This is written when "
        "a role is made; here it is only read, to see where a permission comes from."
    ),
    "keys": N_(
        "Keys with which a program reads and writes in your place, such as a municipality's own "
        "website. A key can do no more than the seat that made it, is shown once only, and can "
        "be revoked at any time."
    ),
    "organizations": N_(
        "The bodies of the alliance: municipalities, third sector, companies, unions, health "
        "bodies and the others. One sheet for each body, with its codice fiscale and its kind. "
        "Every body keeps its own sheet; staff keep all of them, with an internal note that "
        "nobody else reads."
    ),
    "organization-aliases": N_(
        "Other names under which a body stands in papers and calls, so that it is found under "
        "each of them and is not entered twice."
    ),
    "organization-contacts": N_(
        "The people to turn to in each body, with telephone and e-mail. Every body keeps its "
        "own contacts; staff see and keep those of all."
    ),
    "locations": N_(
        "The places where services and workshops are held: address, municipality, access for "
        "people with disabilities. A location is entered once and then chosen wherever it is "
        "needed."
    ),
    "projects": N_(
        "The funded projects of the alliance: programme, legal act, budget, dates, and the "
        "project that each continues. Staff keep them; the published facts can be read by "
        "everybody."
    ),
    "project-extensions": N_(
        "The extensions of a project: until when it was prolonged, and by which act. Each is a "
        "line of its own, so that one sees how the end moved."
    ),
    "project-partners": N_(
        "Who takes part in which project, and as what: lead, partner, funder or technical "
        "partner, from when to when, and which document says so."
    ),
    "calls": N_(
        "The alliance's public calls: window, legal act, and who may answer. While a call is "
        "open, bodies can join through it; where it asks for services, it says which categories "
        "it admits."
    ),
    "call-categories": N_(
        "The categories of services that a call admits. A service of another category cannot be "
        "proposed under that call."
    ),
    "memberships": N_(
        "The bodies' memberships in the networks: the form, its signature, protocol number and "
        "decision. A body prepares and sends its own; staff accept it, or refuse it with a "
        "reason."
    ),
    "service-categories": N_(
        "The tree of categories under which families find a service. Staff add and rename them; "
        "a category that is in use cannot be deleted."
    ),
    "services": N_(
        "What municipalities and providers offer to families, such as home care or babysitting, "
        "with prices and locations. A provider's new service, and each change to it, "
        "is sent to review; families see a service once it is published."
    ),
    "service-locations": N_(
        "Which service is held at which location. A service without a location is offered at "
        "people's homes or by telephone."
    ),
    "service-requests": N_(
        "What citizens ask of a service. Who offers the service answers, accepts, starts and "
        "closes the request, or refuses it with a reason; staff see all requests, the others "
        "only those to their own services. Each has a receipt and a term."
    ),
    "seasons": N_(
        "The periods in which workshops are held: Christmas, Carnival, Easter, summer. Staff "
        "enter each season with its dates before municipalities and providers enter their "
        "workshops."
    ),
    "workshops": N_(
        "Holiday workshops and summer camps: ages, price, enrolment window. The days or weeks "
        "that one enrols in are its slots. It is sent to review, and families can enrol once it "
        "is published and its window is open."
    ),
    "slots": N_(
        "The days or weeks of a workshop, each with its places. The list shows how many are "
        "taken and how many families wait; more places call up the waiting list by themselves. "
        "The roster says who comes, with allergies and who may collect."
    ),
    "persons": N_(
        "The parents and children whom applications and requests are about. Each person is "
        "entered once, under their codice fiscale. One sees only the people whom one's own seat "
        "has to do with; health notes are shown only to those who may read them, and each "
        "reading is recorded."
    ),
    "relations": N_(
        "Who is whose parent or guardian, and who may collect a child. A parent can act only "
        "for the people to whom such a relation leads."
    ),
    "social-points": N_(
        "The desks where families get help in person: where they are and when they are open. "
        "Families find them on the public site."
    ),
    "delegations": N_(
        "With a delegation a citizen lets a desk act in their name, for a purpose and a time. "
        "The citizen confirms it by a code or on paper, and can revoke it; every act then "
        "carries both names."
    ),
    "applications": N_(
        "An application holds a family's enrolments and wishes for one workshop, in their "
        "order, with receipt and term. Families send it from the site; staff can also enter it "
        "at the counter."
    ),
    "enrollments": N_(
        "One child's place, or turn on the waiting list, in one slot. A place that becomes free "
        "is offered to the next family by itself; staff can cancel, offer out of turn or "
        "refuse, always with a reason, and the page says why it stands as it does."
    ),
    "attendances": N_(
        "Who came to which day of a slot, recorded on the roster: present, absent, or gone home "
        "early with whoever picked them up. Put right for seven days by who runs the slot, and "
        "then by the office with a reason."
    ),
    "criterion-sets": N_(
        "What gives a child precedence where places are given by need: a set of rows, published "
        "before the enrolments open. Once published it stays as it is; a change is a new "
        "edition. Everybody reads what is published."
    ),
    "criteria": N_(
        "One row of a set: what a family declares, and the points that it gives. Only what a "
        "row needs may be asked. Rows of the kind that parts equals say who goes first where "
        "points are the same."
    ),
    "rankings": N_(
        "How the places of several workshops are given by need: announced with the source of "
        "the draw, drawn after the last enrolments close, published by codes, open to "
        "complaints, and made final by an act. Families read codes only; points are told to "
        "each family alone."
    ),
    "ranking-entries": N_(
        "A person in a ranking: the code under which it is published, and what was declared for "
        "it under responsibility. The office puts a fact right with a reason, checks a drawn "
        "sample, and excludes who declared what is false."
    ),
    "ranking-runs": N_(
        "Each computation of a list, with the fingerprints of what went in and what came out. A "
        "run never changes; replaying it gives the same list bit for bit, and two runs can be "
        "compared."
    ),
    "ranking-scores": N_(
        "Where each entry stands in one order of a run: its points, its position and its draw. "
        "Only the office and the municipality that runs the ranking see this."
    ),
    "ranking-outcomes": N_(
        "What became of each wish in a run: placed, waiting with a number, or passed over "
        "because a better wish was granted. Of the published run everybody sees the code, the "
        "position and the outcome, and nothing else."
    ),
    "complaints": N_(
        "What families object to in a provisional list. Each has a receipt and is answered with "
        "reasons; if it is upheld, the declared fact is put right and counts in the final list."
    ),
    "fee-schemes": N_(
        "What places cost by a family's means, published with the workshops: ISEE bands, "
        "residents and others, brothers and sisters, extras. Once published an edition stays as "
        "it is, and workshops keep theirs; a change is a new edition. Try it with any ISEE "
        "before it is published."
    ),
    "fee-bands": N_(
        "From an ISEE up to, not including, another: what residents and others pay for a day or "
        "week. With a second amount the fee rises evenly inside the band. Bands begin at 0, and "
        "the last has no end: it is also for families without an ISEE."
    ),
    "fee-siblings": N_(
        "What the second child of a family, and those after it, pay: a percentage less, or an "
        "amount of their own. A reduction never makes a place dearer."
    ),
    "fee-extras": N_(
        "What is paid besides for each day or week: the meal, hours before or after. A family "
        "chooses it with the place, unless nobody goes without it."
    ),
    "isee-declarations": N_(
        "The ISEE as a family declares it under responsibility, with its protocol number at INPS "
        "and its last day. The one declared last counts; without one, the highest band does. "
        "Whoever opens the amount is written down."
    ),
    "welfare-plans": N_(
        "The welfare plans of companies, one a year: which letters of TUIR they pay for and how "
        "long they run. Staff open a plan and record what the company has paid in; the company "
        "sees its own plans."
    ),
    "credit-grants": N_(
        "What each employee may spend, and until when. Company or staff enter credits by codice "
        "fiscale, one by one or from a file that is tried out first. What an employee used is "
        "shown to nobody but the employee and staff."
    ),
    "payer-funds": N_(
        "Public money that pays a part of each enrolment: vouchers of a municipality, or a "
        "project's subsidy. Each fund says how much it pays at most, for whom and when; staff "
        "record what comes in."
    ),
    "ledger-accounts": N_(
        "The accounts of the ledger with their balances: plans, wallets, funds, families, "
        "providers. A balance is changed by transfers alone and is never edited. Each seat sees "
        "its own accounts, staff see all."
    ),
    "transfers": N_(
        "Every movement of money: from which account, to which, how much, why. Transfers are "
        "never changed or deleted; staff reverse one that was wrong, with a reason."
    ),
    "payees": N_(
        "How each body is paid: a public one by pagoPA, another by pagoPA or bank transfer. Staff "
        "enter it once; without it nobody can be asked to pay that body."
    ),
    "payment-notices": N_(
        "What families are asked to pay, and until when. Staff issue a notice for the places of "
        "an application; the family prints it and pays where it likes. A notice is cancelled, "
        "never changed."
    ),
    "payment-notice-lines": N_(
        "The places that a payment notice asks for, with what each of them costs the family."
    ),
    "payment-receipts": N_(
        "What the payee's own system says was paid. Staff take its file in, try it out first, "
        "and see here what matched no notice, came twice, too late or with another amount."
    ),
    "state-changes": N_(
        "Every step of services, workshops, requests and enrolments: who took it, when, from "
        "what to what, and why. Steps are written by themselves and cannot be changed."
    ),
    "files": N_(
        "The documents that were uploaded: signed forms, acts, pictures. A file opens from the "
        "page that it belongs to; here one finds it by its name or its date."
    ),
    "saved-views": N_(
        "Lists that are kept under a name, with their filters, order and columns. One keeps a "
        "list with “Views” above it; here one renames it, takes it out of the menu or deletes "
        "it. It is for yourself, for your role, or, from staff, for everybody."
    ),
    "works": N_(
        "What takes longer than a page should: big exports, imports, changes to many rows. It "
        "goes on when the page is closed, shows how far it is, can be stopped, and keeps its "
        "report here."
    ),
    "work-lines": N_(
        "What became of each row of a long work: done, or not and why. From here one opens the "
        "rows that still need a hand."
    ),
    "messages": N_(
        "The letters that the alliance sends by mail: to whom, about what, and whether they "
        "went out. A letter that failed is tried again by itself, and staff can send it once "
        "more."
    ),
    "job-runs": N_(
        "The jobs that run by themselves, such as the offers of free places and the reminders: "
        "when each ran last, and whether it failed. Staff and administration can run one at "
        "once."
    ),
    "audit-events": N_(
        "Who changed what, when and on whose behalf. Every change is written here by itself and "
        "cannot be altered; what a row was before stands on its own history page."
    ),
    "sensitive-reads": N_(
        "Who read the health notes of whom, and when. Each reading is written here by itself, "
        "so that the office can answer for it to the family."
    ),
}
# fmt: on


def of(resource: str) -> str:
    """The noun's paragraph, in the reader's language."""
    return gettext(HELP[resource])
