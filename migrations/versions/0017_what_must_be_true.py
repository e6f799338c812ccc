"""A statement that goes out with its COMMIT says itself that it must not stand."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION require_true(fact boolean) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF fact THEN
        RETURN true;
    END IF;
    RAISE EXCEPTION 'come again' USING ERRCODE = 'IN001';
END $$
"""


def upgrade() -> None:
    op.execute(FUNCTION)


def downgrade() -> None:
    op.execute("DROP FUNCTION require_true(boolean)")
