"""Say which public data changed: a trigger on every published table tells the web workers."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "alliance", "municipality", "territory", "organization", "organization_alias",
    "service_category", "call", "call_category", "project", "project_extension",
    "project_partner", "season", "location", "service", "service_location", "workshop", "slot",
    "social_point",
)  # fmt: skip

# A slot's counters move with every enrolment; what shows them is kept for a second alone.
OF_SLOT = (
    "id", "alliance_id", "title", "title_en", "workshop_id", "organization_id", "starts_on",
    "ends_on", "starts_at", "ends_at", "zone", "created_at",
)  # fmt: skip

# A sequence needs no lock, so that two who write the same table do not wait for each other.
# It keeps the instant of the last change, in milliseconds.
NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
FUNCTION = f"""
CREATE FUNCTION public_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setval(('public_change_' || TG_TABLE_NAME)::regclass,
                   {NOW});
    PERFORM pg_notify('intreccio_public', TG_TABLE_NAME);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(FUNCTION)
    for table in TABLES:
        columns = f" OF {', '.join(OF_SLOT)}" if table == "slot" else ""
        op.execute(f"CREATE SEQUENCE public_change_{table}")
        op.execute(f"SELECT setval('public_change_{table}', {NOW})")
        op.execute(
            f"CREATE TRIGGER public_change AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE{columns}"
            f' ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION public_change()'
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f'DROP TRIGGER public_change ON "{table}"')
        op.execute(f"DROP SEQUENCE public_change_{table}")
    op.execute("DROP FUNCTION public_change")
