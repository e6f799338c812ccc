"""Which verbs and column groups each seat has of each noun, said a second time, noun by noun.

Written from the paper and from what each kind of user has to do, not from ``permissions.py``.
"""

from dataclasses import dataclass, field

Kinds = str
BODIES = "municipality provider partner company"
SEATED = f"{BODIES} social_point citizen"
DESKS = f"admin staff {BODIES} social_point"
ALL = f"public admin staff {SEATED}"


@dataclass(frozen=True)
class Noun:
    """Who reads a noun's public columns, and who may do more."""

    read: Kinds
    verbs: dict[str, Kinds] = field(default_factory=dict)
    # Groups besides the public one; reading never gives what is not named here.
    groups: dict[str, Kinds] = field(default_factory=dict)
    # Groups that those who create or change may write; by default the public one.
    writes: dict[str, Kinds] = field(default_factory=dict)

    def verbs_of(self, kind: str) -> frozenset[str]:
        found = {verb for verb, kinds in self.verbs.items() if kind in kinds.split()}
        return frozenset(found | ({"list", "get"} if kind in self.read.split() else set()))

    def reads_of(self, kind: str) -> frozenset[str]:
        if kind not in self.read.split():
            return frozenset()
        found = {group for group, kinds in self.groups.items() if kind in kinds.split()}
        return frozenset(found | {"public"})

    def writes_of(self, kind: str) -> frozenset[str]:
        if not {"create", "update"} & self.verbs_of(kind):
            return frozenset()
        found = {group for group, kinds in self.writes.items() if kind in kinds.split()}
        return frozenset(found | {"public"})


def plain(read: Kinds, write: Kinds, groups: dict[str, Kinds] | None = None) -> Noun:
    """A noun that some read and some also enter, change and delete."""
    verbs = dict.fromkeys(("create", "update", "delete"), write)
    return Noun(read, verbs, groups or {}, groups or {})


def each(kinds: Kinds, *verbs: str) -> dict[str, Kinds]:
    return dict.fromkeys(verbs, kinds)


OFFICE = {"internal": "staff"}
FIGURES = "public staff citizen"
RANKERS = "staff municipality"
REVIEW = each("staff", "publish", "return", "suspend")

NOUNS: dict[str, Noun] = {
    "alliances": Noun("public admin staff citizen", {"create": "admin", "update": "admin staff"}),
    "municipalities": Noun(ALL, each("admin", "create", "update")),
    "territories": Noun(
        "public admin staff citizen",
        {**each("admin staff", "create", "delete"), "update": "admin"},
        {"system": "admin"}, {"system": "admin"},
    ),
    "accounts": Noun(
        "admin staff", {"update": "admin", "invite": "admin staff"},
        {"internal": "admin staff", "contact": "admin staff", "system": "admin"},
        {"internal": "admin", "contact": "admin", "system": "admin"},
    ),
    "seats": Noun(
        f"admin staff {SEATED}",
        {**each("admin", "create", "update"), "narrow": "staff"},
        {"internal": f"admin staff {SEATED}", "system": "admin"},
        {"internal": "admin", "system": "admin"},
    ),
    # Roles that staff make narrow a base role of their own alliance.
    "roles": Noun(
        "admin staff", each("staff", "create", "update"), {"internal": "admin staff"}, OFFICE
    ),
    # A citizen's sign-in is a digital identity; an administrator's programs have no alliance.
    "keys": Noun(
        f"staff {BODIES} social_point", each(f"staff {BODIES} social_point", "create", "revoke"),
        {"internal": f"staff {BODIES} social_point"},
        {"internal": f"staff {BODIES} social_point"},
    ),
    # What everybody in the back-office keeps of their own work; a citizen works elsewhere.
    "saved-views": plain(DESKS, DESKS, {"internal": DESKS}),
    "works": Noun(DESKS, {"stop": DESKS}, {"internal": DESKS}),
    "work-lines": Noun(DESKS, {}, {"internal": DESKS}),
    "role-scopes": Noun("admin staff", {}, {"internal": "admin staff", "system": "admin"}),
    "organizations": Noun(
        f"{ALL}", {"create": "staff", "update": f"staff {BODIES}"},
        {"internal": "staff", "contact": f"staff {BODIES}"},
        {"internal": "staff", "contact": "staff"},
    ),
    "organization-aliases": plain("staff municipality provider partner", "staff", OFFICE),
    "organization-contacts": plain(
        f"staff {BODIES}", f"staff {BODIES}",
        {"internal": f"staff {BODIES}", "contact": f"staff {BODIES}"},
    ),
    "locations": Noun(
        f"{FIGURES} municipality provider partner social_point",
        {**each("staff municipality provider social_point", "create", "update"),
         "delete": "staff municipality provider"},
        OFFICE, OFFICE,
    ),
    "projects": plain(f"{FIGURES} municipality partner", "staff", OFFICE),
    "project-extensions": plain(f"{FIGURES} partner", "staff", OFFICE),
    "project-partners": plain(f"{FIGURES} partner", "staff", OFFICE),
    "calls": Noun(f"{FIGURES} {BODIES}", each("staff", "create", "update"), OFFICE, OFFICE),
    "call-categories": Noun(
        f"{FIGURES} municipality provider partner", each("staff", "create", "delete"), OFFICE,
        OFFICE,
    ),
    "memberships": Noun(
        f"staff {BODIES}",
        {**each(f"staff {BODIES}", "create", "update", "send"),
         **each("staff", "accept", "refuse")},
        {"internal": f"staff {BODIES}"}, {"internal": f"staff {BODIES}"},
    ),
    "service-categories": plain(f"{FIGURES} {BODIES} social_point", "staff", OFFICE),
    "services": Noun(
        f"{FIGURES} {BODIES} social_point",
        {**each("staff municipality provider", "create", "update", "submit"), **REVIEW,
         "publish": "staff municipality"},
        {"internal": "staff municipality provider"}, OFFICE,
    ),
    "service-locations": Noun(
        f"{FIGURES} municipality provider social_point",
        each("staff municipality provider", "create", "delete"), OFFICE, OFFICE,
    ),
    "service-requests": Noun(
        "staff municipality provider social_point citizen",
        {**each("staff municipality provider", "answer", "accept", "start", "close", "refuse"),
         **each("staff social_point citizen", "create", "cancel")},
        {"internal": "staff municipality provider",
         "contact": "staff municipality provider social_point citizen",
         "money": "staff municipality social_point citizen"},
        {"internal": "staff", "contact": "staff social_point citizen"},
    ),
    "seasons": Noun(
        f"{FIGURES} municipality provider partner social_point",
        each("staff", "create", "update", "delete", "propose"), OFFICE, OFFICE,
    ),
    "workshops": Noun(
        f"{FIGURES} {BODIES} social_point",
        {**each("staff municipality provider", "create", "update", "submit", "weeks", "copy"),
         **REVIEW, "publish": "staff municipality"},
        {"internal": "staff municipality provider"}, OFFICE,
    ),
    "slots": Noun(
        f"{FIGURES} municipality provider partner social_point",
        {**each("staff municipality provider", "create", "update", "roster", "attend"),
         "delete": "staff municipality"},
        OFFICE, OFFICE,
    ),
    # The roster alone shows a provider the health notes; here nobody's but one's family's.
    "persons": Noun(
        "staff municipality provider social_point citizen",
        each("staff social_point citizen", "create", "update"),
        {"internal": "staff", "contact": "staff municipality social_point citizen",
         "care": "citizen"},
        {"internal": "staff", "contact": "staff social_point citizen", "care": "citizen"},
    ),
    "relations": Noun(
        "staff citizen", each("staff", "create", "update"), {"internal": "staff citizen"}, OFFICE
    ),
    "social-points": Noun(
        f"{FIGURES} social_point",
        {**each("staff", "create", "delete"), "update": "staff social_point"},
        {"internal": "staff social_point"}, OFFICE,
    ),
    "delegations": Noun(
        "staff social_point citizen",
        {"create": "staff social_point", "confirm": "social_point",
         "revoke": "staff social_point citizen"},
        {"internal": "staff social_point citizen"}, {"internal": "staff social_point"},
    ),
    "applications": Noun(
        "staff municipality social_point citizen",
        {"create": "staff social_point citizen", **each("citizen", "update", "submit")},
        {"internal": "staff municipality citizen",
         "contact": "staff municipality social_point citizen",
         "money": "staff municipality social_point citizen"},
        {"internal": "staff citizen", "contact": "staff social_point citizen",
         "money": "staff social_point citizen"},
    ),
    # Never points or money to a provider.
    "enrollments": Noun(
        "staff municipality provider social_point citizen",
        {**each("staff social_point citizen", "cancel", "accept", "decline"),
         "why": "staff municipality social_point citizen", "refuse": "staff municipality",
         "mark": "staff municipality provider",
         "offer": "staff"},
        {"internal": "staff municipality",
         "money": "staff municipality social_point citizen",
         "points": "staff municipality citizen", "contact": "staff"},
    ),
    # Who runs a slot records it, and the family reads who took its child home.
    "attendances": Noun(
        "staff municipality provider citizen", {},
        {"internal": "staff municipality provider citizen"},
    ),
    # The office and the municipality run a ranking; others read what is published.
    "criterion-sets": Noun(
        f"{FIGURES} municipality provider social_point",
        each(RANKERS, "create", "update", "publish", "revise"),
        {"internal": RANKERS}, {"internal": RANKERS},
    ),
    "criteria": plain(
        f"{FIGURES} municipality provider social_point", RANKERS, {"internal": RANKERS}
    ),
    "rankings": Noun(
        f"{FIGURES} municipality provider social_point",
        each(RANKERS, "create", "update", "publish", "draw", "try", "provisional", "finalize",
             "sample"),
        {"internal": RANKERS}, {"internal": RANKERS},
    ),
    # Who publishes fees publishes their rows; everybody may try what is published.
    "fee-schemes": Noun(
        f"{FIGURES} municipality provider social_point",
        {**each(RANKERS, "create", "update", "publish", "revise"),
         "simulate": "staff citizen municipality provider social_point"},
        {"internal": RANKERS}, {"internal": RANKERS},
    ),
    **dict.fromkeys(
        ("fee-bands", "fee-siblings", "fee-extras"),
        plain(f"{FIGURES} municipality provider social_point", RANKERS, {"internal": RANKERS}),
    ),
    # Nobody who organizes reads what a family earns.
    "isee-declarations": Noun(
        "staff social_point citizen",
        {"create": "staff social_point citizen", "amount": "staff citizen"},
        {"internal": "staff", "money": "staff social_point citizen"},
        {"internal": "staff", "money": "staff social_point citizen"},
    ),
    # Never points to a provider.
    "ranking-entries": Noun(
        f"{RANKERS} social_point citizen",
        {**each(f"{RANKERS} social_point citizen", "create", "why"),
         **each(RANKERS, "correct", "confirm", "exclude", "declared")},
        {"internal": RANKERS, "points": f"{RANKERS} social_point citizen"},
        {"internal": RANKERS, "points": f"{RANKERS} social_point citizen"},
    ),
    "ranking-runs": Noun(
        f"{FIGURES} municipality", each(RANKERS, "replay", "difference"), {"internal": RANKERS}
    ),
    "ranking-scores": Noun(RANKERS, {}, {"points": RANKERS}),
    "ranking-outcomes": Noun(f"{FIGURES} municipality", {}, {"points": RANKERS}),
    "complaints": Noun(
        f"{RANKERS} social_point citizen",
        {"create": f"{RANKERS} social_point citizen", **each(RANKERS, "uphold", "reject")},
        {"internal": RANKERS, "contact": f"{RANKERS} social_point citizen"},
        {"internal": RANKERS, "contact": f"{RANKERS} social_point citizen"},
    ),
    # A company gives, and never learns what became of it; a provider sees no payer.
    "welfare-plans": Noun(
        "staff company", {**each("staff", "create", "update", "fund"), "use": "staff company"},
        OFFICE, OFFICE,
    ),
    "credit-grants": Noun(
        "staff company citizen", {"create": "staff company"},
        {"internal": "staff", "money": "staff company citizen"},
        {"internal": "staff", "money": "staff company"},
    ),
    "payer-funds": Noun(
        "staff municipality", each("staff", "create", "update", "fund"),
        {"internal": "staff municipality"}, OFFICE,
    ),
    "ledger-accounts": Noun(
        "staff municipality citizen", {},
        {"internal": "staff", "money": "staff municipality citizen"},
    ),
    "transfers": Noun(
        "staff municipality citizen", {"reverse": "staff"},
        {"internal": "staff", "money": "staff municipality citizen"},
    ),
    # A payee's body reads of whoever pays the name alone.
    "payees": Noun(
        "staff municipality provider", each("staff", "create", "update"),
        {"internal": "staff municipality provider"}, OFFICE,
    ),
    "payment-notices": Noun(
        "staff municipality provider social_point citizen",
        each("staff", "create", "cancel", "debts"),
        {"internal": "staff", "money": "staff municipality provider social_point citizen",
         "contact": "staff social_point citizen"},
    ),
    "payment-notice-lines": Noun(
        "staff municipality provider social_point citizen", {},
        {"internal": "staff", "money": "staff municipality provider social_point citizen"},
    ),
    "payment-receipts": Noun(
        "staff municipality provider", {"receive": "staff"},
        {"internal": "staff", "money": "staff municipality provider"},
    ),
    "state-changes": Noun(
        "staff municipality provider citizen", {}, {"internal": "staff municipality"}
    ),
    "files": Noun(
        f"staff {SEATED}", {"create": f"staff {SEATED}"}, {"internal": f"staff {SEATED}"},
        {"internal": f"staff {SEATED}"},
    ),
    "messages": Noun("staff", {"resend": "staff"}, {"internal": "staff", "contact": "staff"}),
    "job-runs": Noun("admin staff", {"run": "admin staff"}, {"internal": "admin staff"}),
    "audit-events": Noun("staff", {}, OFFICE),
    "sensitive-reads": Noun("staff", {}, OFFICE),
}  # fmt: skip
