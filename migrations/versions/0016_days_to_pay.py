"""How long a family has to pay, by workshop."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NAME = "ck_workshop_pay_within_days_range"


def upgrade() -> None:
    op.add_column("workshop", sa.Column("pay_within_days", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f(NAME), "workshop", "pay_within_days BETWEEN 1 AND 365")


def downgrade() -> None:
    op.drop_constraint(op.f(NAME), "workshop")
    op.drop_column("workshop", "pay_within_days")
