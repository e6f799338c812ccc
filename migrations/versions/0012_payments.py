"""Payments of the family's part: payees, notices, receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = ("payee", "payment_notice", "payment_notice_line", "payment_receipt")


def upgrade() -> None:
    op.create_table(
        "payee",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pagopa",
                "transfer",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("segregation_code", sa.Integer(), nullable=True),
        sa.Column("iban", sa.String(length=34), nullable=True),
        sa.Column("account_holder", sa.String(length=70), nullable=True),
        sa.Column("last_base", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(kind = 'pagopa') = (segregation_code IS NOT NULL)",
            name=op.f("ck_payee_pagopa_has_a_code"),
        ),
        sa.CheckConstraint(
            "kind <> 'transfer' OR (iban IS NOT NULL AND account_holder IS NOT NULL)",
            name=op.f("ck_payee_transfer_has_an_account"),
        ),
        sa.CheckConstraint(
            "last_base BETWEEN 0 AND 9999999999999", name=op.f("ck_payee_last_base_range")
        ),
        sa.CheckConstraint(
            "segregation_code BETWEEN 0 AND 45", name=op.f("ck_payee_segregation_range")
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliance.id"], name=op.f("fk_payee_alliance_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_payee_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_payee_organization_id")),
    )
    op.create_index("ix_payee_alliance", "payee", ["alliance_id", "id"], unique=False)
    op.create_table(
        "payment_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("payee_id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pagopa",
                "transfer",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=25), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("reason", sa.String(length=140), nullable=False),
        sa.Column("debtor_name", sa.String(length=200), nullable=False),
        sa.Column("debtor_code", sa.String(length=16), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "paid",
                "expired",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "CASE WHEN status = 'paid' THEN paid_on IS NOT NULL AND paid_amount = amount ELSE paid_on IS NULL AND paid_amount IS NULL END",
            name=op.f("ck_payment_notice_paid_in_full"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_notice_amount_positive")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_payment_notice_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_payment_notice_application_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payee_id"], ["payee.id"], name=op.f("fk_payment_notice_payee_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_notice")),
        sa.UniqueConstraint("payee_id", "number", name=op.f("uq_payment_notice_payee_id_number")),
    )
    op.create_index(
        "ix_payment_notice_alliance", "payment_notice", ["alliance_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_payment_notice_application_id"), "payment_notice", ["application_id"], unique=False
    )
    op.create_index(
        "ix_payment_notice_due",
        "payment_notice",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        op.f("ix_payment_notice_payee_id"), "payment_notice", ["payee_id"], unique=False
    )
    op.create_table(
        "payment_notice_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("enrollment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_notice_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_payment_notice_line_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollment.id"],
            name=op.f("fk_payment_notice_line_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["payment_notice.id"],
            name=op.f("fk_payment_notice_line_notice_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_notice_line")),
        sa.UniqueConstraint(
            "notice_id",
            "enrollment_id",
            name=op.f("uq_payment_notice_line_notice_id_enrollment_id"),
        ),
    )
    op.create_index(
        "ix_payment_notice_line_alliance",
        "payment_notice_line",
        ["alliance_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_payment_notice_line_notice_id"), "payment_notice_line", ["notice_id"], unique=False
    )
    op.create_index(
        "one_notice_an_enrollment",
        "payment_notice_line",
        ["enrollment_id"],
        unique=True,
        postgresql_where=sa.text("NOT ended"),
    )
    op.create_table(
        "payment_receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("payee_id", sa.BigInteger(), nullable=False),
        sa.Column("iur", sa.String(length=35), nullable=False),
        sa.Column("notice_number", sa.String(length=25), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "matched",
                "unmatched",
                "double",
                "amount_differs",
                "late",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("notice_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(outcome = 'unmatched') = (notice_id IS NULL)",
            name=op.f("ck_payment_receipt_unmatched_has_no_notice"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_receipt_amount_positive")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_payment_receipt_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["payment_notice.id"],
            name=op.f("fk_payment_receipt_notice_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payee_id"],
            ["payee.id"],
            name=op.f("fk_payment_receipt_payee_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_receipt")),
        sa.UniqueConstraint("payee_id", "iur", name=op.f("uq_payment_receipt_payee_id_iur")),
    )
    op.create_index(
        "ix_payment_receipt_alliance", "payment_receipt", ["alliance_id", "id"], unique=False
    )
    op.create_index(
        "one_payment_a_notice",
        "payment_receipt",
        ["notice_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'matched'"),
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION audit_change()"
        )


def downgrade() -> None:
    op.drop_index(
        "one_payment_a_notice",
        table_name="payment_receipt",
        postgresql_where=sa.text("outcome = 'matched'"),
    )
    op.drop_index("ix_payment_receipt_alliance", table_name="payment_receipt")
    op.drop_table("payment_receipt")
    op.drop_index(
        "one_notice_an_enrollment",
        table_name="payment_notice_line",
        postgresql_where=sa.text("NOT ended"),
    )
    op.drop_index(op.f("ix_payment_notice_line_notice_id"), table_name="payment_notice_line")
    op.drop_index("ix_payment_notice_line_alliance", table_name="payment_notice_line")
    op.drop_table("payment_notice_line")
    op.drop_index(op.f("ix_payment_notice_payee_id"), table_name="payment_notice")
    op.drop_index(
        "ix_payment_notice_due",
        table_name="payment_notice",
        postgresql_where=sa.text("status = 'open'"),
    )
    op.drop_index(op.f("ix_payment_notice_application_id"), table_name="payment_notice")
    op.drop_index("ix_payment_notice_alliance", table_name="payment_notice")
    op.drop_table("payment_notice")
    op.drop_index("ix_payee_alliance", table_name="payee")
    op.drop_table("payee")
