"""Indexes that lists of a million rows rest on: each begins with the alliance and ends with the
number, so that a page in the list's order is read off it, however deep."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Where an index on the alliance alone stood.
TENANTS = (
    "application", "call", "call_category", "delegation", "enrollment", "file", "location",
    "membership", "message", "organization", "organization_alias", "organization_contact",
    "person", "program_key", "project", "project_extension", "project_partner", "relation",
    "season", "sensitive_read", "service", "service_category", "service_location",
    "service_request", "slot", "social_point", "state_change", "territory", "workshop",
)  # fmt: skip
# Index, table, columns: as they were, and the number besides.
LENGTHENED = (
    ("ix_person_name", "person", ["alliance_id", "last_name", "first_name"]),
    ("ix_enrollment_status", "enrollment", ["alliance_id", "status"]),
)


def upgrade() -> None:
    for table in TENANTS:
        op.drop_index(f"ix_{table}_alliance_id", table_name=table)
        op.create_index(f"ix_{table}_alliance", table, ["alliance_id", "id"])
    for name, table, columns in LENGTHENED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [*columns, "id"])
    op.create_index("ix_slot_starts_on", "slot", ["alliance_id", "starts_on", "id"])
    op.create_index("ix_ab_user_name", "ab_user", ["last_name", "id"])


def downgrade() -> None:
    op.drop_index("ix_ab_user_name", table_name="ab_user")
    op.drop_index("ix_slot_starts_on", table_name="slot")
    for name, table, columns in LENGTHENED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)
    for table in TENANTS:
        op.drop_index(f"ix_{table}_alliance", table_name=table)
        op.create_index(f"ix_{table}_alliance_id", table, ["alliance_id"])
