"""Notices and receipts are searched by their numbers."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SEARCHED = {
    "payment_notice": ("number",),
    "payment_receipt": ("iur", "notice_number"),
}


def upgrade() -> None:
    for table, columns in SEARCHED.items():
        vectors = ", ".join(f"search_words({column})" for column in columns)
        op.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin ({vectors})")


def downgrade() -> None:
    for table in SEARCHED:
        op.execute(f"DROP INDEX ix_{table}_search")
