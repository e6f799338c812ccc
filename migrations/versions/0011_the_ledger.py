"""The ledger: welfare plans, credits, payers' funds, accounts and transfers."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LETTER = "(f|f-bis|f-ter|c|d-bis)"
LETTERS_KNOWN = f"letters ~ '^{LETTER}( {LETTER})*$'"

# The one hand that writes balances. Both accounts in the order of their numbers, so that two
# transfers never wait for each other.
WRITE_BALANCES = """
CREATE FUNCTION write_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account bigint;
    former transfer%ROWTYPE;
    refunded numeric;
BEGIN
    FOREACH account IN ARRAY ARRAY[LEAST(NEW.debit_id, NEW.credit_id),
                                   GREATEST(NEW.debit_id, NEW.credit_id)] LOOP
        UPDATE ledger_account
           SET balance = balance + CASE WHEN id = NEW.credit_id THEN NEW.amount ELSE -NEW.amount END
         WHERE id = account AND alliance_id = NEW.alliance_id;
        IF NOT FOUND THEN
            RAISE foreign_key_violation
                USING MESSAGE = 'an account of another alliance', CONSTRAINT = 'of_one_alliance';
        END IF;
    END LOOP;
    IF NEW.settles_id IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT * INTO former FROM transfer WHERE id = NEW.settles_id;
    SELECT COALESCE(sum(amount), 0) INTO refunded FROM transfer
     WHERE settles_id = NEW.settles_id AND kind = 'refund';
    -- What ends a transfer is of its kind, between its accounts, and of its amount.
    IF former.alliance_id <> NEW.alliance_id
       OR (NEW.kind IN ('capture', 'release') AND former.kind <> 'hold')
       OR (NEW.kind = 'refund' AND former.kind <> 'capture')
       OR (NEW.kind = 'reverse' AND former.kind NOT IN ('fund', 'grant', 'pay', 'expire'))
       OR (NEW.kind IN ('capture', 'release', 'refund') AND NEW.debit_id <> former.credit_id)
       OR (NEW.kind IN ('release', 'reverse') AND NEW.credit_id <> former.debit_id)
       OR (NEW.kind = 'reverse' AND NEW.debit_id <> former.credit_id)
       OR (NEW.kind <> 'refund' AND NEW.amount <> former.amount)
       OR (NEW.kind = 'refund' AND refunded > former.amount) THEN
        RAISE check_violation
            USING MESSAGE = 'it does not settle what it names', CONSTRAINT = 'settles_as_made';
    END IF;
    RETURN NULL;
END $$
"""
KEEP_TRANSFERS = """
CREATE FUNCTION keep_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation
        USING MESSAGE = 'a transfer is never changed, only reversed', CONSTRAINT = 'never_changed';
END $$
"""
GUARD_BALANCE = """
CREATE FUNCTION guard_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.balance = 0 THEN
            RETURN NEW;
        END IF;
    ELSIF pg_trigger_depth() > 1 THEN
        RETURN NEW;
    END IF;
    RAISE check_violation
        USING MESSAGE = 'transfers alone write a balance', CONSTRAINT = 'balance_by_transfers';
END $$
"""
AUDITED = ("welfare_plan", "credit_grant", "payer_fund", "transfer")
# A balance follows from the transfers: it is not told once more.
OF_ACCOUNT = (
    "alliance_id", "kind", "organization_id", "person_id", "plan_id", "grant_id", "fund_id",
    "holds_for_id", "currency", "created_at",
)  # fmt: skip


def _watch(table: str, columns: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE{columns} ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION audit_change()"
    )


def _guard() -> None:
    for table in AUDITED:
        _watch(table)
    _watch("ledger_account", f" OF {', '.join(OF_ACCOUNT)}")
    for function in (WRITE_BALANCES, KEEP_TRANSFERS, GUARD_BALANCE):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER write_balances AFTER INSERT ON transfer"
        " FOR EACH ROW EXECUTE FUNCTION write_balances()"
    )
    op.execute(
        "CREATE TRIGGER keep_transfers BEFORE UPDATE OR DELETE ON transfer"
        " FOR EACH ROW EXECUTE FUNCTION keep_transfers()"
    )
    op.execute(
        "CREATE TRIGGER keep_all_transfers BEFORE TRUNCATE ON transfer"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_transfers()"
    )
    op.execute(
        "CREATE TRIGGER guard_balance BEFORE INSERT OR UPDATE OF balance ON ledger_account"
        " FOR EACH ROW EXECUTE FUNCTION guard_balance()"
    )


def upgrade() -> None:

    op.create_table(
        "payer_fund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "voucher_fund",
                "subsidy",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("per_enrollment", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("residence_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
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
            "num_nonnulls(organization_id, project_id) = 1 AND (kind = 'voucher_fund') = (organization_id IS NOT NULL)",
            name=op.f("ck_payer_fund_one_payer"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_payer_fund_ends_after_start")),
        sa.CheckConstraint(
            "per_enrollment > 0", name=op.f("ck_payer_fund_per_enrollment_positive")
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_payer_fund_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["service_category.id"],
            name=op.f("fk_payer_fund_category_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_payer_fund_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_payer_fund_project_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["residence_id"],
            ["municipality.id"],
            name=op.f("fk_payer_fund_residence_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_payer_fund_season_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_fund")),
    )
    op.create_index("ix_payer_fund_alliance", "payer_fund", ["alliance_id", "id"], unique=False)
    op.create_index(
        op.f("ix_payer_fund_organization_id"), "payer_fund", ["organization_id"], unique=False
    )
    op.create_index(op.f("ix_payer_fund_project_id"), "payer_fund", ["project_id"], unique=False)
    op.create_index(
        "ix_payer_fund_search",
        "payer_fund",
        [sa.literal_column("search_stems(title)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "welfare_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("letters", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
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
        sa.CheckConstraint(LETTERS_KNOWN, name=op.f("ck_welfare_plan_letters_known")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_welfare_plan_ends_after_start")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_welfare_plan_year_range")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_welfare_plan_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_welfare_plan_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welfare_plan")),
        sa.UniqueConstraint(
            "organization_id", "title", name=op.f("uq_welfare_plan_organization_id_title")
        ),
    )
    op.create_index("ix_welfare_plan_alliance", "welfare_plan", ["alliance_id", "id"], unique=False)
    op.create_index(
        op.f("ix_welfare_plan_organization_id"), "welfare_plan", ["organization_id"], unique=False
    )
    op.create_index(
        "ix_welfare_plan_search",
        "welfare_plan",
        [sa.literal_column("search_stems(title)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "credit_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("fiscal_code", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("letters", sa.String(length=40), nullable=False),
        sa.Column("title_voucher", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("workshop_id", sa.BigInteger(), nullable=True),
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
        sa.CheckConstraint(LETTERS_KNOWN, name=op.f("ck_credit_grant_letters_known")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_grant_amount_positive")),
        sa.CheckConstraint(
            "num_nonnulls(service_id, workshop_id) = title_voucher::int",
            name=op.f("ck_credit_grant_voucher_names_one_service"),
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_credit_grant_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_credit_grant_person_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["welfare_plan.id"],
            name=op.f("fk_credit_grant_plan_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_credit_grant_service_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"],
            ["workshop.id"],
            name=op.f("fk_credit_grant_workshop_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_grant")),
    )
    op.create_index(
        "one_credit_of_a_kind",
        "credit_grant",
        ["plan_id", "person_id", "amount", "expires_on", "service_id", "workshop_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_credit_grant_alliance", "credit_grant", ["alliance_id", "id"], unique=False)
    op.create_index(op.f("ix_credit_grant_person_id"), "credit_grant", ["person_id"], unique=False)
    op.create_index(op.f("ix_credit_grant_plan_id"), "credit_grant", ["plan_id"], unique=False)
    op.create_table(
        "ledger_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "plan",
                "wallet",
                "voucher_fund",
                "subsidy",
                "family",
                "provider",
                "held",
                "returned",
                "outside",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("grant_id", sa.BigInteger(), nullable=True),
        sa.Column("fund_id", sa.BigInteger(), nullable=True),
        sa.Column("holds_for_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False),
        sa.Column("balance", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
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
            "(kind = 'held') = (holds_for_id IS NOT NULL) AND (kind NOT IN ('wallet') OR (grant_id IS NOT NULL AND person_id IS NOT NULL)) AND (kind NOT IN ('plan', 'returned') OR plan_id IS NOT NULL) AND (kind NOT IN ('voucher_fund', 'subsidy') OR fund_id IS NOT NULL) AND (kind <> 'family' OR person_id IS NOT NULL) AND (kind <> 'provider' OR organization_id IS NOT NULL)",
            name=op.f("ck_ledger_account_owner_where_needed"),
        ),
        sa.CheckConstraint(
            "balance >= 0 OR kind IN ('outside', 'family')",
            name=op.f("ck_ledger_account_never_below_zero"),
        ),
        sa.CheckConstraint("currency = 'EUR'", name=op.f("ck_ledger_account_in_euro")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_ledger_account_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id"],
            ["payer_fund.id"],
            name=op.f("fk_ledger_account_fund_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["credit_grant.id"],
            name=op.f("fk_ledger_account_grant_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["holds_for_id"],
            ["ledger_account.id"],
            name=op.f("fk_ledger_account_holds_for_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_ledger_account_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_ledger_account_person_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["welfare_plan.id"],
            name=op.f("fk_ledger_account_plan_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
    )
    op.create_index(
        "ix_ledger_account_alliance", "ledger_account", ["alliance_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_account_organization_id"),
        "ledger_account",
        ["organization_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ledger_account_person_id"), "ledger_account", ["person_id"], unique=False
    )
    op.create_index(
        "one_account_an_owner",
        "ledger_account",
        [
            "alliance_id",
            "kind",
            "organization_id",
            "person_id",
            "plan_id",
            "grant_id",
            "fund_id",
            "holds_for_id",
        ],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "transfer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fund",
                "grant",
                "hold",
                "capture",
                "release",
                "refund",
                "reverse",
                "expire",
                "pay",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("debit_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("settles_id", sa.BigInteger(), nullable=True),
        sa.Column("enrollment_id", sa.BigInteger(), nullable=True),
        sa.Column("service_request_id", sa.BigInteger(), nullable=True),
        sa.Column("grant_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
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
            "(kind IN ('capture', 'release', 'refund', 'reverse')) = (settles_id IS NOT NULL)",
            name=op.f("ck_transfer_settles_where_needed"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfer_amount_positive")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_transfer_two_accounts")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_transfer_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["credit_id"],
            ["ledger_account.id"],
            name=op.f("fk_transfer_credit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["debit_id"],
            ["ledger_account.id"],
            name=op.f("fk_transfer_debit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollment.id"],
            name=op.f("fk_transfer_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["credit_grant.id"],
            name=op.f("fk_transfer_grant_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_request_id"],
            ["service_request.id"],
            name=op.f("fk_transfer_service_request_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["settles_id"],
            ["transfer.id"],
            name=op.f("fk_transfer_settles_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_transfer_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index("ix_transfer_alliance", "transfer", ["alliance_id", "id"], unique=False)
    op.create_index(op.f("ix_transfer_credit_id"), "transfer", ["credit_id"], unique=False)
    op.create_index(op.f("ix_transfer_debit_id"), "transfer", ["debit_id"], unique=False)
    op.create_index(op.f("ix_transfer_enrollment_id"), "transfer", ["enrollment_id"], unique=False)
    op.create_index(op.f("ix_transfer_grant_id"), "transfer", ["grant_id"], unique=False)
    op.create_index(
        op.f("ix_transfer_service_request_id"), "transfer", ["service_request_id"], unique=False
    )
    op.create_index(op.f("ix_transfer_settles_id"), "transfer", ["settles_id"], unique=False)
    op.create_index(
        "settled_once",
        "transfer",
        ["settles_id"],
        unique=True,
        postgresql_where=sa.text("kind <> 'refund'"),
    )

    _guard()


def downgrade() -> None:

    op.drop_index(
        "settled_once", table_name="transfer", postgresql_where=sa.text("kind <> 'refund'")
    )
    op.drop_index(op.f("ix_transfer_settles_id"), table_name="transfer")
    op.drop_index(op.f("ix_transfer_service_request_id"), table_name="transfer")
    op.drop_index(op.f("ix_transfer_grant_id"), table_name="transfer")
    op.drop_index(op.f("ix_transfer_enrollment_id"), table_name="transfer")
    op.drop_index(op.f("ix_transfer_debit_id"), table_name="transfer")
    op.drop_index(op.f("ix_transfer_credit_id"), table_name="transfer")
    op.drop_index("ix_transfer_alliance", table_name="transfer")
    op.drop_table("transfer")
    op.drop_index(
        "one_account_an_owner", table_name="ledger_account", postgresql_nulls_not_distinct=True
    )
    op.drop_index(op.f("ix_ledger_account_person_id"), table_name="ledger_account")
    op.drop_index(op.f("ix_ledger_account_organization_id"), table_name="ledger_account")
    op.drop_index("ix_ledger_account_alliance", table_name="ledger_account")
    op.drop_table("ledger_account")
    op.drop_index(op.f("ix_credit_grant_plan_id"), table_name="credit_grant")
    op.drop_index(op.f("ix_credit_grant_person_id"), table_name="credit_grant")
    op.drop_index("ix_credit_grant_alliance", table_name="credit_grant")
    op.drop_table("credit_grant")
    op.drop_index("ix_welfare_plan_search", table_name="welfare_plan", postgresql_using="gin")
    op.drop_index(op.f("ix_welfare_plan_organization_id"), table_name="welfare_plan")
    op.drop_index("ix_welfare_plan_alliance", table_name="welfare_plan")
    op.drop_table("welfare_plan")
    op.drop_index("ix_payer_fund_search", table_name="payer_fund", postgresql_using="gin")
    op.drop_index(op.f("ix_payer_fund_project_id"), table_name="payer_fund")
    op.drop_index(op.f("ix_payer_fund_organization_id"), table_name="payer_fund")
    op.drop_index("ix_payer_fund_alliance", table_name="payer_fund")
    op.drop_table("payer_fund")

    for function in ("write_balances", "keep_transfers", "guard_balance"):
        op.execute(f"DROP FUNCTION {function}")
