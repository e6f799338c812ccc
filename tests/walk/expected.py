"""Which rows of the world each seat sees and writes, said a second time.

Written from the paper ("who may do what, and see what") and not from ``policy.py``: where the
two disagree one of them is wrong. Rows are named as ``world.py`` names them: *ours* belongs to
the organization of the five seats that have one, *theirs* to another of the same alliance,
*foreign* to the other alliance; persons are named by what ties them to a seat.
"""

from dataclasses import dataclass, field

KINDS = (
    "public", "admin", "staff", "municipality", "provider", "partner", "company", "social_point",
    "citizen",
)  # fmt: skip
BODIES = "municipality provider partner company social_point"
MEMBERS = f"staff {BODIES} citizen"
# Every row of the table.
ALL = "*"
# The row that is named as the seat's kind is.
SELF = "self"

Cells = dict[str, str]


@dataclass(frozen=True)
class Table:
    """The rows of a table that each kind sees and writes; a kind that is not named, none."""

    sees: Cells = field(default_factory=dict)
    writes: Cells = field(default_factory=dict)
    # Rows that are not the alliance's of the seats, and so never move into it.
    elsewhere: str = "foreign"


def cells(*parts: tuple[str, str]) -> Cells:
    """Pairs of kinds and rows; a later pair replaces an earlier one."""
    found: Cells = {}
    for kinds, rows in parts:
        found.update(dict.fromkeys(kinds.split(), rows))
    return found


def labels(cell: str, kind: str, every: frozenset[str]) -> frozenset[str]:
    """The rows that a cell names."""
    if cell == ALL:
        return every
    return frozenset(kind if name == SELF else name for name in cell.split())


NOBODY = Table()

# What the alliance shows to the world. A member sees its own alliance's, as staff enters it.
FIGURES = Table(
    cells(("public", ALL), (MEMBERS, "ours")),
    cells(("staff", "ours")),
)
OFFERS_OF_A = "ours ours_draft theirs theirs_draft theirs_suspended"
PUBLISHED_OF_A = "ours theirs"
# Published offers are everybody's; what is not published is its organization's and the staff's.
OFFERS = Table(
    cells(
        ("public", "ours theirs foreign"),
        ("partner company social_point citizen", PUBLISHED_OF_A),
        ("municipality provider", "ours ours_draft"),
        ("staff", OFFERS_OF_A),
    ),
    cells(("municipality provider", "ours ours_draft"), ("staff", OFFERS_OF_A)),
    elsewhere="foreign foreign_draft",
)
CALLS_OF_A = "draft published closed"
CALLS = Table(
    cells(
        ("public", "published closed foreign"),
        (MEMBERS, "published closed"),
        ("staff", CALLS_OF_A),
    ),
    cells(("staff", CALLS_OF_A)),
    elsewhere="foreign foreign_draft",
)

# Persons for whom a desk holds no consent today.
UNCONSENTED = "lapsed revoked unconfirmed to_come at_theirs"
# The other alliance's, one of them of a person whom the citizen acts for there.
ABROAD = "foreign mine_abroad"
FILES_OF_A = (
    f"ours theirs mine mine_upload desk_upload ended family delegated enrolled office {UNCONSENTED}"
)
SENT_OF_A = (
    f"mine mine_draft family drafted delegated for_requests for_enrolments ended {UNCONSENTED}"
)
CHANGES_OF_A = (
    "mine ended enrolled cancelled family service_ours service_theirs workshop_ours"
    " workshop_theirs membership_ours membership_theirs request_asked request_mine request_ended"
    " request_family mixed_enrollment_mine mixed_enrollment_enrolled mixed_service_request_mine"
    " mixed_service_request_asked mixed_service_ours mixed_workshop_ours"
)
REQUESTS_OF_A = f"mine family asked delegated for_requests for_enrolments ended {UNCONSENTED}"
PERSONS_OF_A = (
    "mine ended family delegated for_requests for_enrolments lapsed revoked unconfirmed to_come"
    " at_theirs enrolled cancelled drafted asked"
)
# Those for whom a desk holds a consent today, of whatever scope.
CONSENTED = "delegated for_requests for_enrolments"

RANKINGS_OF_A = "ours ours_draft theirs theirs_draft"
CRITERIA_OF_A = "ours ours_published theirs theirs_published"
CRITERIA = Table(
    cells(
        ("public", "ours_published theirs_published foreign_published"),
        ("provider social_point citizen", "ours_published theirs_published"),
        ("municipality", "ours ours_published theirs_published"),
        ("staff", CRITERIA_OF_A),
    ),
    cells(("municipality", "ours ours_published"), ("staff", CRITERIA_OF_A)),
    elsewhere="foreign foreign_published",
)
LISTED_OF_A = (
    "mine ended family delegated for_requests for_enrolments lapsed revoked unconfirmed to_come"
    " enrolled"
)
TRIED_OF_A = " ".join(f"{name}_trial" for name in LISTED_OF_A.split())
ENTRIES = Table(
    cells(
        ("staff", LISTED_OF_A),
        ("municipality", "enrolled"),
        ("social_point", "delegated for_enrolments"),
        ("citizen", "mine"),
    ),
    elsewhere=ABROAD,
)

# What a body asks is its own and the staff's; of the payer's side, the family's that applied, and
# a desk's for persons whom it may enrol. Operations alone write it.
NOTICES = Table(
    cells(
        (
            "staff",
            "ours theirs delegated for_requests for_enrolments lapsed revoked unconfirmed to_come",
        ),
        ("municipality provider", "ours"),
        ("social_point", "delegated for_enrolments"),
        ("citizen", "ours"),
    ),
    elsewhere="foreign mine_abroad",
)

ROWS: dict[str, Table] = {
    # ------------------------------------------------------------ the platform
    "alliance": Table(
        cells(("public admin", ALL), (MEMBERS, "ours")),
        cells(("admin", ALL), ("staff", "ours")),
    ),
    "municipality": Table(
        cells((f"public admin {MEMBERS}", ALL)), cells(("admin", ALL)), elsewhere=""
    ),
    "territory": Table(
        cells(("public admin", ALL), (MEMBERS, "ours")),
        cells(("admin", ALL), ("staff", "ours")),
    ),
    "ab_user": Table(
        cells(
            ("admin", ALL),
            ("staff", f"staff {BODIES} citizen family"),
            (f"{BODIES} citizen", SELF),
        ),
        cells(("admin", ALL)),
    ),
    "seat": Table(
        cells(
            ("admin", ALL),
            ("staff", f"staff {BODIES} citizen family"),
            (f"{BODIES} citizen", SELF),
        ),
        cells(("admin", ALL)),
    ),
    "ab_role": Table(cells(("admin", ALL), ("staff", "ours")), cells(("admin", ALL))),
    "role_scope": Table(cells(("admin", ALL), ("staff", "ours")), cells(("admin", ALL))),
    "ab_api_key": Table(cells((f"admin {MEMBERS}", SELF)), cells((f"admin {MEMBERS}", SELF))),
    "ab_group": Table(cells(("admin", ALL)), cells(("admin", ALL))),
    "ab_permission": Table(cells(("admin", ALL))),
    "ab_permission_view": Table(cells(("admin", ALL))),
    "ab_view_menu": Table(cells(("admin", ALL))),
    "ab_register_user": NOBODY,
    "account_token": NOBODY,
    "token_family": NOBODY,
    "digital_identity": NOBODY,
    "rate_count": NOBODY,
    # A key is its seat's, and the office sees which there are; operations make and revoke them.
    "program_key": Table(cells(("staff", f"staff {BODIES}"), (BODIES, SELF))),
    "idempotency_key": NOBODY,
    # What a seat keeps of its own work is its own; a list may be for its role, or for everybody.
    "saved_view": Table(
        cells(
            *(
                (kind, f"{kind} {kind}_shared {kind}_colleague staff_for_all")
                for kind in BODIES.split()
            ),
            ("admin", "admin admin_shared admin_colleague"),
            ("staff", "staff staff_shared staff_colleague staff_for_all"),
        ),
        cells(
            *((kind, f"{kind} {kind}_shared") for kind in f"admin {BODIES}".split()),
            ("staff", "staff staff_shared staff_for_all"),
        ),
        elsewhere="foreign foreign_shared foreign_for_all",
    ),
    "work": Table(cells((f"admin staff {BODIES}", SELF)), cells((f"admin staff {BODIES}", SELF))),
    "work_line": Table(
        cells((f"admin staff {BODIES}", SELF)), cells((f"admin staff {BODIES}", SELF))
    ),
    # The same jobs serve every alliance.
    "job_run": Table(cells(("admin staff", ALL)), cells(("admin staff", ALL)), elsewhere=""),
    # ------------------------------------------------------------ the network
    "organization": Table(
        cells(
            ("public admin", ALL),
            ("staff citizen social_point", "ours theirs controller"),
            # Its own, and the controllers that its own offers name.
            ("municipality provider partner company", "ours controller"),
        ),
        cells(
            ("staff", "ours theirs controller"), ("municipality provider partner company", "ours")
        ),
    ),
    # By which other name a body is found: nothing that the papers do not print.
    "organization_alias": Table(
        cells(("public", ALL), ("staff citizen", "ours theirs"), (BODIES, "ours")),
        cells(("staff", "ours theirs")),
    ),
    "organization_contact": Table(
        cells(("staff", "ours theirs"), ("municipality provider partner company", "ours")),
        cells(("staff", "ours theirs"), ("municipality provider partner company", "ours")),
    ),
    "location": Table(
        cells(
            ("public", ALL),
            ("staff citizen social_point", "ours theirs"),
            ("municipality provider partner company", "ours"),
        ),
        cells(("staff", "ours theirs"), ("municipality provider social_point", "ours")),
    ),
    "social_point": Table(
        cells(
            ("public", ALL),
            ("staff citizen", "ours theirs"),
            (BODIES, "ours"),
        ),
        cells(("staff", "ours theirs"), ("social_point", "ours")),
    ),
    "project": FIGURES,
    "project_extension": FIGURES,
    "project_partner": FIGURES,
    "season": FIGURES,
    "service_category": FIGURES,
    "call": CALLS,
    "call_category": CALLS,
    "membership": Table(
        cells(
            ("staff", "ours ours_draft theirs"),
            ("municipality provider partner company", "ours ours_draft"),
        ),
        # That a form which was sent stays as it was sent is the operations' to say.
        cells(
            ("staff", "ours ours_draft theirs"),
            ("municipality provider partner company", "ours ours_draft"),
        ),
    ),
    # ------------------------------------------------------------ offers
    "service": OFFERS,
    "service_location": OFFERS,
    "workshop": OFFERS,
    "slot": OFFERS,
    # ------------------------------------------------------------ people
    "person": Table(
        cells(
            ("staff", PERSONS_OF_A),
            # Who enrolled with it, in whatever state, or asks for its services.
            ("municipality", "enrolled cancelled asked"),
            # The roster, and who asks for its services.
            ("provider", "enrolled asked"),
            ("social_point", CONSENTED),
            ("citizen", "mine"),
        ),
        cells(("staff", PERSONS_OF_A), ("social_point", CONSENTED), ("citizen", "mine")),
        elsewhere=ABROAD,
    ),
    "relation": Table(
        # An end that has come leaves the row: one sees that one no longer acts for somebody.
        cells(("staff", "mine ended family"), ("citizen", "mine ended")),
        # The policy's own root: no one writes for whom they act.
        cells(("staff", "mine ended family")),
        elsewhere=ABROAD,
    ),
    "delegation": Table(
        cells(
            (
                "staff",
                f"{CONSENTED} lapsed revoked unconfirmed to_come at_theirs mine ended family",
            ),
            # A desk sees the consents that it ever had, but no longer the persons.
            ("social_point", f"{CONSENTED} lapsed revoked unconfirmed to_come"),
            ("citizen", "mine"),
        ),
        # The policy's own root: no desk writes its own consent, an operation does.
        cells(
            ("staff", f"{CONSENTED} lapsed revoked unconfirmed to_come at_theirs mine ended family")
        ),
    ),
    "application": Table(
        cells(
            ("staff", f"{SENT_OF_A} to_ours"),
            # A family's draft is its own until it is sent.
            ("municipality", "to_ours"),
            ("social_point", "delegated for_enrolments"),
            ("citizen", "mine mine_draft ended"),
        ),
        # Kept, sent, placed and cancelled by operations.
        cells(("staff", f"{SENT_OF_A} to_ours")),
    ),
    "enrollment": Table(
        cells(
            ("staff", f"{SENT_OF_A} enrolled cancelled"),
            ("municipality", "enrolled cancelled"),
            # The roster of today: who holds, waits for or asks for a place.
            ("provider", "enrolled"),
            ("social_point", "delegated for_enrolments"),
            ("citizen", "mine mine_draft"),
        ),
        cells(("staff", f"{SENT_OF_A} enrolled cancelled")),
    ),
    # Recorded by who runs the slot, by an operation.
    "attendance": Table(
        cells(
            ("staff", "mine ended family enrolled"),
            ("municipality provider", "enrolled"),
            ("citizen", "mine"),
        ),
        elsewhere=ABROAD,
    ),
    "service_request": Table(
        cells(
            ("staff", REQUESTS_OF_A),
            ("municipality provider", "asked"),
            ("social_point", "delegated for_requests"),
            ("citizen", "mine"),
        ),
        # Sent, answered, closed: each of these is an operation.
        cells(("staff", REQUESTS_OF_A)),
    ),
    # ------------------------------------------------------------ credit and who pays
    # A company sees what it gave, and neither the wallet behind it nor what moved on it.
    "welfare_plan": Table(
        cells(("staff", "ours theirs"), ("company", "ours")), cells(("staff", "ours theirs"))
    ),
    "credit_grant": Table(
        cells(
            ("staff", "mine ended family theirs"),
            ("company", "mine ended family"),
            ("citizen", "mine"),
        ),
        elsewhere=ABROAD,
    ),
    "payer_fund": Table(
        cells(("staff", "ours theirs"), ("municipality", "ours")), cells(("staff", "ours theirs"))
    ),
    # Written by operations alone.
    "ledger_account": Table(
        cells(
            ("staff", "outside plan mine ended family fund fund_theirs provider"),
            ("municipality", "fund"),
            ("citizen", "mine"),
        ),
        elsewhere=f"{ABROAD} foreign_wallet",
    ),
    "transfer": Table(
        cells(
            ("staff", "plan mine ended family fund fund_theirs"),
            ("municipality", "fund"),
            ("citizen", "mine"),
        ),
        elsewhere=f"{ABROAD} foreign_wallet",
    ),
    "payee": Table(cells(("staff", "ours theirs"), ("municipality provider", "ours"))),
    "payment_notice": NOTICES,
    "payment_notice_line": NOTICES,
    "payment_receipt": Table(cells(("staff", "ours theirs"), ("municipality provider", "ours"))),
    "state_change": Table(
        cells(
            ("staff", CHANGES_OF_A),
            ("municipality provider", "enrolled service_ours workshop_ours request_asked"),
            ("citizen", "mine request_mine"),
        ),
        elsewhere=ABROAD,
    ),
    # ------------------------------------------------------------ fees
    "fee_scheme": CRITERIA,
    "fee_band": CRITERIA,
    "fee_sibling": CRITERIA,
    "fee_extra": CRITERIA,
    # An income: the family's and the office's alone. Declared by an operation.
    "isee": Table(
        cells(
            ("staff", f"{LISTED_OF_A} at_theirs"),
            ("social_point", "delegated for_enrolments"),
            ("citizen", "mine"),
        ),
        elsewhere=ABROAD,
    ),
    # ------------------------------------------------------------ rankings
    # Whoever enrols reads by which criteria; drafts are their body's and the staff's.
    "criterion_set": CRITERIA,
    "criterion": CRITERIA,
    "ranking": Table(
        cells(
            ("public", "ours theirs foreign"),
            ("provider social_point citizen", "ours theirs"),
            ("municipality", "ours ours_draft"),
            ("staff", RANKINGS_OF_A),
        ),
        cells(("municipality", "ours ours_draft"), ("staff", RANKINGS_OF_A)),
        elsewhere="foreign foreign_draft",
    ),
    # Only the run that a published list came from is everybody's.
    "ranking_run": Table(
        cells(
            ("public", "ours theirs foreign"),
            ("citizen", "ours theirs"),
            ("municipality", "ours ours_trial"),
            ("staff", "ours ours_trial theirs theirs_trial"),
        ),
        elsewhere="foreign foreign_trial",
    ),
    # Declared, checked and put right by operations.
    "ranking_entry": ENTRIES,
    "complaint": ENTRIES,
    "ranking_score": Table(
        cells(
            ("municipality", "enrolled enrolled_trial"), ("staff", f"{LISTED_OF_A} {TRIED_OF_A}")
        ),
        elsewhere="foreign foreign_trial mine_abroad mine_abroad_trial",
    ),
    "ranking_outcome": Table(
        cells(
            ("public", f"{LISTED_OF_A} {ABROAD}"),
            ("citizen", LISTED_OF_A),
            ("municipality", "enrolled enrolled_trial"),
            ("staff", f"{LISTED_OF_A} {TRIED_OF_A}"),
        ),
        elsewhere="foreign foreign_trial mine_abroad mine_abroad_trial",
    ),
    # ------------------------------------------------------------ papers, mail, trail
    "file": Table(
        cells(
            ("staff", FILES_OF_A),
            ("municipality provider partner company", "ours"),
            ("social_point", "ours delegated desk_upload"),
            ("citizen", "mine mine_upload"),
        ),
        cells(
            ("staff", FILES_OF_A),
            ("municipality provider partner company", "ours"),
            ("social_point", "ours delegated desk_upload"),
            ("citizen", "mine mine_upload"),
        ),
    ),
    "message": Table(cells(("staff", "ours")), cells(("staff", "ours"))),
    "audit_event": Table(cells(("staff", "ours"))),
    "audit_value": Table(cells(("staff", "ours"))),
    "sensitive_read": Table(cells(("staff", "ours"))),
}
