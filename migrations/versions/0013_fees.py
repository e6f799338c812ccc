"""Fees by scheme: bands, brothers and sisters, extras, and the ISEE that families declare."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PUBLIC = ("fee_scheme", "fee_band", "fee_sibling", "fee_extra")
ROWS = {
    "fee_band": "from_isee, to_isee, resident, non_resident, resident_to, non_resident_to",
    "fee_sibling": "rank, per_cent, amount, residents_only",
    "fee_extra": "code, title, title_en, amount, always",
}
AUDITED = (*PUBLIC, "isee")
NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
OFFERS = ("service", "workshop")
KINDS = ("free", "fixed", "reduced")
PUBLISHED = """
CREATE FUNCTION published_fees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'changed_at' = to_jsonb(NEW) - 'changed_at' THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM fee_scheme WHERE status = 'published' AND id IN (
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.fee_scheme_id END,
        CASE WHEN TG_OP <> 'DELETE' THEN NEW.fee_scheme_id END
    );
    IF FOUND THEN
        RAISE EXCEPTION 'published fees never change'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'published_fees';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""
# What prices are computed from; the title may be put right.
SCHEME = """
CREATE FUNCTION published_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published scheme never changes'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'published_fees';
END $$
"""


def upgrade() -> None:
    op.create_table(
        "fee_scheme",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("floor", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("ceiling", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=True),
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
            "(status = 'published') = (published_at IS NOT NULL)",
            name=op.f("ck_fee_scheme_published_once"),
        ),
        sa.CheckConstraint("ceiling >= floor", name=op.f("ck_fee_scheme_ceiling_above_floor")),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_fee_scheme_edition_from_one")),
        sa.CheckConstraint("floor >= 0", name=op.f("ck_fee_scheme_floor_not_negative")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_fee_scheme_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_fee_scheme_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_scheme")),
        sa.UniqueConstraint(
            "organization_id",
            "title",
            "edition",
            name=op.f("uq_fee_scheme_organization_id_title_edition"),
        ),
    )
    op.create_index("ix_fee_scheme_alliance", "fee_scheme", ["alliance_id", "id"], unique=False)
    op.create_index(
        op.f("ix_fee_scheme_organization_id"), "fee_scheme", ["organization_id"], unique=False
    )
    op.create_table(
        "isee",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("protocol_number", sa.String(length=60), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliance.id"], name=op.f("fk_isee_alliance_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_isee_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_isee_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_isee")),
    )
    op.create_index("ix_isee_alliance", "isee", ["alliance_id", "id"], unique=False)
    op.create_index(op.f("ix_isee_person_id"), "isee", ["person_id"], unique=False)
    op.create_table(
        "fee_band",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("fee_scheme_id", sa.BigInteger(), nullable=False),
        sa.Column("from_isee", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("to_isee", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("resident", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("non_resident", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("resident_to", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("non_resident_to", sa.Numeric(precision=12, scale=2), nullable=True),
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
            "from_isee >= 0 AND to_isee > from_isee", name=op.f("ck_fee_band_band_in_order")
        ),
        sa.CheckConstraint(
            "resident >= 0 AND non_resident >= 0 AND resident_to >= 0 AND non_resident_to >= 0",
            name=op.f("ck_fee_band_fees_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_fee_band_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["fee_scheme_id"],
            ["fee_scheme.id"],
            name=op.f("fk_fee_band_fee_scheme_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_band")),
        sa.UniqueConstraint(
            "fee_scheme_id", "from_isee", name=op.f("uq_fee_band_fee_scheme_id_from_isee")
        ),
    )
    op.create_index("ix_fee_band_alliance", "fee_band", ["alliance_id", "id"], unique=False)
    op.create_index(op.f("ix_fee_band_fee_scheme_id"), "fee_band", ["fee_scheme_id"], unique=False)
    op.create_table(
        "fee_extra",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("fee_scheme_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("always", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=True),
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
        sa.CheckConstraint("code ~ '^[a-z0-9_]+$'", name=op.f("ck_fee_extra_code_form")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_fee_extra_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_fee_extra_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["fee_scheme_id"],
            ["fee_scheme.id"],
            name=op.f("fk_fee_extra_fee_scheme_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_extra")),
        sa.UniqueConstraint("fee_scheme_id", "code", name=op.f("uq_fee_extra_fee_scheme_id_code")),
    )
    op.create_index("ix_fee_extra_alliance", "fee_extra", ["alliance_id", "id"], unique=False)
    op.create_index(
        op.f("ix_fee_extra_fee_scheme_id"), "fee_extra", ["fee_scheme_id"], unique=False
    )
    op.create_table(
        "fee_sibling",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("fee_scheme_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("per_cent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("residents_only", sa.Boolean(), server_default="true", nullable=False),
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
            "(per_cent IS NULL) <> (amount IS NULL)", name=op.f("ck_fee_sibling_one_way_to_reduce")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_fee_sibling_amount_not_negative")),
        sa.CheckConstraint(
            "per_cent BETWEEN 0 AND 100", name=op.f("ck_fee_sibling_per_cent_in_range")
        ),
        sa.CheckConstraint(
            "rank BETWEEN 2 AND 20", name=op.f("ck_fee_sibling_from_the_second_child")
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_fee_sibling_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["fee_scheme_id"],
            ["fee_scheme.id"],
            name=op.f("fk_fee_sibling_fee_scheme_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_sibling")),
        sa.UniqueConstraint(
            "fee_scheme_id", "rank", name=op.f("uq_fee_sibling_fee_scheme_id_rank")
        ),
    )
    op.create_index("ix_fee_sibling_alliance", "fee_sibling", ["alliance_id", "id"], unique=False)
    op.create_index(
        op.f("ix_fee_sibling_fee_scheme_id"), "fee_sibling", ["fee_scheme_id"], unique=False
    )
    op.add_column(
        "enrollment",
        sa.Column(
            "extras",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column("service", sa.Column("fee_scheme_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_service_fee_scheme_id"),
        "service",
        "fee_scheme",
        ["fee_scheme_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.add_column(
        "service_request",
        sa.Column(
            "extras",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column(
        "service_request", sa.Column("fee", sa.Numeric(precision=12, scale=2), nullable=True)
    )
    op.add_column(
        "service_request",
        sa.Column("fee_lines", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.add_column("workshop", sa.Column("fee_scheme_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_workshop_fee_scheme_id"),
        "workshop",
        "fee_scheme",
        ["fee_scheme_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    _kinds((*KINDS, "scheme"), "price_kind IN ('free', 'scheme')")
    for table in OFFERS:
        op.create_check_constraint(
            op.f(f"ck_{table}_scheme_where_it_prices"),
            table,
            "(price_kind = 'scheme') = (fee_scheme_id IS NOT NULL)",
        )
    op.create_check_constraint(
        op.f("ck_service_request_fee_not_negative"), "service_request", "fee >= 0"
    )
    for table in AUDITED:
        op.execute(
            f"CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION audit_change()"
        )
    for table in PUBLIC:
        op.execute(f"CREATE SEQUENCE public_change_{table}")
        op.execute(f"SELECT setval('public_change_{table}', {NOW})")
        op.execute(
            "CREATE TRIGGER public_change AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE"
            f" ON {table} FOR EACH STATEMENT EXECUTE FUNCTION public_change()"
        )
    op.execute("CREATE INDEX ix_isee_search ON isee USING gin (search_words(protocol_number))")
    for table in ("fee_scheme", "fee_extra"):
        op.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin (search_stems(title))")
    op.execute(PUBLISHED)
    op.execute(SCHEME)
    for table, columns in ROWS.items():
        op.execute(
            "CREATE TRIGGER published_fees BEFORE INSERT OR DELETE OR UPDATE OF fee_scheme_id,"
            f" {columns} ON {table} FOR EACH ROW EXECUTE FUNCTION published_fees()"
        )
    op.execute(
        "CREATE TRIGGER published_scheme BEFORE UPDATE ON fee_scheme FOR EACH ROW"
        " WHEN (OLD.status = 'published' AND (OLD.floor, OLD.ceiling, OLD.edition,"
        " OLD.organization_id, OLD.status) IS DISTINCT FROM"
        " (NEW.floor, NEW.ceiling, NEW.edition, NEW.organization_id, NEW.status))"
        " EXECUTE FUNCTION published_scheme()"
    )


def downgrade() -> None:
    for table in OFFERS:
        op.drop_constraint(op.f(f"ck_{table}_scheme_where_it_prices"), table)
    _kinds(KINDS, "price_kind = 'free'")
    op.drop_constraint(op.f("ck_service_request_fee_not_negative"), "service_request")
    op.drop_constraint(op.f("fk_workshop_fee_scheme_id"), "workshop", type_="foreignkey")
    op.drop_column("workshop", "fee_scheme_id")
    op.drop_column("service_request", "fee_lines")
    op.drop_column("service_request", "fee")
    op.drop_column("service_request", "extras")
    op.drop_constraint(op.f("fk_service_fee_scheme_id"), "service", type_="foreignkey")
    op.drop_column("service", "fee_scheme_id")
    op.drop_column("enrollment", "extras")
    op.drop_index(op.f("ix_fee_sibling_fee_scheme_id"), table_name="fee_sibling")
    op.drop_index("ix_fee_sibling_alliance", table_name="fee_sibling")
    op.drop_table("fee_sibling")
    op.drop_index(op.f("ix_fee_extra_fee_scheme_id"), table_name="fee_extra")
    op.drop_index("ix_fee_extra_alliance", table_name="fee_extra")
    op.drop_table("fee_extra")
    op.drop_index(op.f("ix_fee_band_fee_scheme_id"), table_name="fee_band")
    op.drop_index("ix_fee_band_alliance", table_name="fee_band")
    op.drop_table("fee_band")
    op.drop_index(op.f("ix_isee_person_id"), table_name="isee")
    op.drop_index("ix_isee_alliance", table_name="isee")
    op.drop_table("isee")
    op.drop_index(op.f("ix_fee_scheme_organization_id"), table_name="fee_scheme")
    op.drop_index("ix_fee_scheme_alliance", table_name="fee_scheme")
    op.drop_table("fee_scheme")
    for table in PUBLIC:
        op.execute(f"DROP SEQUENCE public_change_{table}")
    op.execute("DROP FUNCTION published_fees")
    op.execute("DROP FUNCTION published_scheme")


def _kinds(kinds: tuple[str, ...], unpriced: str) -> None:
    named = ", ".join(f"'{kind}'" for kind in kinds)
    for table in OFFERS:
        for name, rule in (
            ("price_kind", f"price_kind IN ({named})"),
            ("price_where_not_free", f"({unpriced}) = (price IS NULL)"),
        ):
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)
