"""Places by need: criteria, rankings, what is declared for them, and what comes of it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

AUDITED = ("criterion_set", "criterion", "ranking", "ranking_entry", "complaint")
PUBLIC = ("criterion_set", "criterion", "ranking", "ranking_run", "ranking_outcome")
# Names of persons and codes have no stems.
SEARCHED = {
    "criterion_set": {"title": "search_stems"},
    "criterion": {"title": "search_stems", "code": "search_stems"},
    "ranking": {"title": "search_stems"},
    "ranking_entry": {"code": "search_words"},
    "ranking_outcome": {"code": "search_words"},
    "complaint": {"receipt": "search_words"},
}
NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
RANKED = "allocation = 'ranking' OR (ranking_id IS NULL AND criterion_set_id IS NULL)"
STATES = (
    "draft", "submitted", "placed", "waiting", "offered", "declined", "expired", "cancelled",
    "refused",
)  # fmt: skip
WITH_PASSED = (*STATES[:7], "passed", *STATES[7:])
# What was computed from given inputs is kept as it came out.
UNCHANGED = """
CREATE FUNCTION stays_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'changed_at' = to_jsonb(NEW) - 'changed_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'stays_as_it_is';
END $$
"""
ROW = (
    "criterion_set_id, position, title, title_en, kind, code, question, points, maximum, first,"
    " declared"
)
PUBLISHED = """
CREATE FUNCTION published_criteria() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row criterion := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'changed_at' = to_jsonb(NEW) - 'changed_at' THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM criterion_set
      WHERE id IN (row.criterion_set_id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.criterion_set_id END)
        AND status = 'published';
    IF FOUND THEN
        RAISE EXCEPTION 'published criteria never change'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'published_criteria';
    END IF;
    RETURN row;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "criterion_set",
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
            name=op.f("ck_criterion_set_published_once"),
        ),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_criterion_set_edition_from_one")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_criterion_set_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_criterion_set_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_set")),
        sa.UniqueConstraint(
            "organization_id",
            "title",
            "edition",
            name=op.f("uq_criterion_set_organization_id_title_edition"),
        ),
    )
    op.create_index(
        "ix_criterion_set_alliance", "criterion_set", ["alliance_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_criterion_set_organization_id"), "criterion_set", ["organization_id"], unique=False
    )
    op.create_table(
        "criterion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("criterion_set_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "flag",
                "unit",
                "choice",
                "tie",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=True),
        sa.Column("points", sa.Numeric(precision=7, scale=2), server_default="0", nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column(
            "first",
            sa.Enum(
                "high", "low", name="first", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("declared", sa.Text(), nullable=True),
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
            "(kind = 'choice') = (question IS NOT NULL)",
            name=op.f("ck_criterion_a_choice_answers_a_question"),
        ),
        sa.CheckConstraint(
            "(kind = 'tie') = (first IS NOT NULL)", name=op.f("ck_criterion_a_tie_has_a_direction")
        ),
        sa.CheckConstraint("code ~ '^[a-z0-9_]+$'", name=op.f("ck_criterion_code_form")),
        sa.CheckConstraint(
            "kind <> 'tie' OR points = 0", name=op.f("ck_criterion_a_tie_gives_no_points")
        ),
        sa.CheckConstraint(
            "maximum IS NULL OR (kind = 'unit' AND maximum BETWEEN 1 AND 100)",
            name=op.f("ck_criterion_maximum_of_units"),
        ),
        sa.CheckConstraint("question ~ '^[a-z0-9_]+$'", name=op.f("ck_criterion_question_form")),
        sa.CheckConstraint(
            "points BETWEEN -10000 AND 10000", name=op.f("ck_criterion_points_in_range")
        ),
        sa.CheckConstraint(
            "position BETWEEN 1 AND 1000", name=op.f("ck_criterion_position_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_criterion_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["criterion_set_id"],
            ["criterion_set.id"],
            name=op.f("fk_criterion_criterion_set_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint(
            "criterion_set_id", "kind", "code", name=op.f("uq_criterion_criterion_set_id_kind_code")
        ),
    )
    op.create_index("ix_criterion_alliance", "criterion", ["alliance_id", "id"], unique=False)
    op.create_index(
        op.f("ix_criterion_criterion_set_id"), "criterion", ["criterion_set_id"], unique=False
    )
    op.create_table(
        "ranking",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=False),
        sa.Column("criterion_set_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                "drawn",
                "provisional",
                "final",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("weeks_quota", sa.Integer(), nullable=True),
        sa.Column("seed_source", sa.String(length=300), nullable=True),
        sa.Column("seed_on", sa.Date(), nullable=True),
        sa.Column("seed", sa.String(length=200), nullable=True),
        sa.Column("complaints_until", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provisional_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("act_number", sa.String(length=40), nullable=True),
        sa.Column("act_date", sa.Date(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
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
            "(status = 'final') = (act_number IS NOT NULL AND act_date IS NOT NULL)",
            name=op.f("ck_ranking_an_act_approves_the_final_list"),
        ),
        sa.CheckConstraint(
            "(status IN ('draft', 'published')) = (seed IS NULL)",
            name=op.f("ck_ranking_drawn_after_closing"),
        ),
        sa.CheckConstraint(
            "(status IN ('provisional', 'final')) = (run_id IS NOT NULL)",
            name=op.f("ck_ranking_a_list_has_a_run"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR (seed_source IS NOT NULL AND seed_on IS NOT NULL AND published_at IS NOT NULL)",
            name=op.f("ck_ranking_the_source_is_announced"),
        ),
        sa.CheckConstraint(
            "weeks_quota BETWEEN 1 AND 60", name=op.f("ck_ranking_weeks_quota_range")
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_ranking_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["criterion_set_id"],
            ["criterion_set.id"],
            name=op.f("fk_ranking_criterion_set_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_ranking_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_ranking_season_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking")),
        sa.UniqueConstraint(
            "organization_id",
            "season_id",
            "title",
            name=op.f("uq_ranking_organization_id_season_id_title"),
        ),
    )
    op.create_index("ix_ranking_alliance", "ranking", ["alliance_id", "id"], unique=False)
    op.create_index(
        op.f("ix_ranking_organization_id"), "ranking", ["organization_id"], unique=False
    )
    op.create_index(op.f("ix_ranking_season_id"), "ranking", ["season_id"], unique=False)
    op.create_table(
        "ranking_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("ranking_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "declared",
                "checking",
                "confirmed",
                "excluded",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="declared",
            nullable=False,
        ),
        sa.Column("weeks", sa.Integer(), nullable=True),
        sa.Column("together", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
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
            "status <> 'excluded' OR length(reason) > 0",
            name=op.f("ck_ranking_entry_excluded_with_a_reason"),
        ),
        sa.CheckConstraint("weeks BETWEEN 1 AND 60", name=op.f("ck_ranking_entry_weeks_range")),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_ranking_entry_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_ranking_entry_person_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["ranking_id"],
            ["ranking.id"],
            name=op.f("fk_ranking_entry_ranking_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_ranking_entry_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_entry")),
        sa.UniqueConstraint("ranking_id", "code", name=op.f("uq_ranking_entry_ranking_id_code")),
        sa.UniqueConstraint(
            "ranking_id", "person_id", name=op.f("uq_ranking_entry_ranking_id_person_id")
        ),
    )
    op.create_index(
        "ix_ranking_entry_alliance", "ranking_entry", ["alliance_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_ranking_entry_person_id"), "ranking_entry", ["person_id"], unique=False
    )
    op.create_index(
        op.f("ix_ranking_entry_ranking_id"), "ranking_entry", ["ranking_id"], unique=False
    )
    op.create_table(
        "ranking_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("ranking_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "trial",
                "provisional",
                "final",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=False),
        sa.Column("outcome_sha256", sa.String(length=64), nullable=False),
        sa.Column("placed", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
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
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_ranking_run_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["ranking_id"],
            ["ranking.id"],
            name=op.f("fk_ranking_run_ranking_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_ranking_run_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_run")),
        sa.UniqueConstraint("ranking_id", "number", name=op.f("uq_ranking_run_ranking_id_number")),
    )
    op.create_index("ix_ranking_run_alliance", "ranking_run", ["alliance_id", "id"], unique=False)
    op.create_index(op.f("ix_ranking_run_ranking_id"), "ranking_run", ["ranking_id"], unique=False)
    op.create_table(
        "complaint",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "received",
                "upheld",
                "rejected",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="received",
            nullable=False,
        ),
        sa.Column("complaint", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.String(length=10), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("officer", sa.String(length=200), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "desk",
                "staff",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="web",
            nullable=False,
        ),
        sa.Column("protocol_number", sa.String(length=40), nullable=True),
        sa.Column("protocol_date", sa.Date(), nullable=True),
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
            "(status = 'received') = (answered_at IS NULL)", name=op.f("ck_complaint_answered_once")
        ),
        sa.CheckConstraint(
            "status = 'received' OR length(answer) > 0",
            name=op.f("ck_complaint_answered_with_reasons"),
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_complaint_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ranking_entry.id"],
            name=op.f("fk_complaint_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_complaint_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("receipt", name=op.f("uq_complaint_receipt")),
    )
    op.create_index("ix_complaint_alliance", "complaint", ["alliance_id", "id"], unique=False)
    op.create_index(op.f("ix_complaint_entry_id"), "complaint", ["entry_id"], unique=False)
    op.create_index(
        "one_open_complaint",
        "complaint",
        ["entry_id"],
        unique=True,
        postgresql_where=sa.text("status = 'received'"),
    )
    op.create_table(
        "ranking_score",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("criterion_set_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("draw", sa.String(length=64), nullable=False),
        sa.Column("points", sa.Numeric(precision=9, scale=2), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
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
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_ranking_score_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["criterion_set_id"],
            ["criterion_set.id"],
            name=op.f("fk_ranking_score_criterion_set_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ranking_entry.id"],
            name=op.f("fk_ranking_score_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["ranking_run.id"],
            name=op.f("fk_ranking_score_run_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_score")),
        sa.UniqueConstraint(
            "run_id",
            "entry_id",
            "criterion_set_id",
            name=op.f("uq_ranking_score_run_id_entry_id_criterion_set_id"),
        ),
    )
    op.create_index(
        "ix_ranking_score_alliance", "ranking_score", ["alliance_id", "id"], unique=False
    )
    op.create_index(op.f("ix_ranking_score_entry_id"), "ranking_score", ["entry_id"], unique=False)
    op.create_index(op.f("ix_ranking_score_run_id"), "ranking_score", ["run_id"], unique=False)
    op.create_table(
        "ranking_outcome",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("enrollment_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "placed",
                "waiting",
                "passed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("waiting_no", sa.Integer(), nullable=True),
        sa.Column("wish", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(length=20), nullable=False),
        sa.Column("last_points", sa.Numeric(precision=9, scale=2), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
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
            "(state = 'waiting') = (waiting_no IS NOT NULL)",
            name=op.f("ck_ranking_outcome_who_waits_has_a_number"),
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_ranking_outcome_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollment.id"],
            name=op.f("fk_ranking_outcome_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ranking_entry.id"],
            name=op.f("fk_ranking_outcome_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["ranking_run.id"],
            name=op.f("fk_ranking_outcome_run_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slot.id"], name=op.f("fk_ranking_outcome_slot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_outcome")),
        sa.UniqueConstraint(
            "run_id", "enrollment_id", name=op.f("uq_ranking_outcome_run_id_enrollment_id")
        ),
    )
    op.create_index(
        "ix_ranking_outcome_alliance", "ranking_outcome", ["alliance_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_ranking_outcome_enrollment_id"), "ranking_outcome", ["enrollment_id"], unique=False
    )
    op.create_index(
        op.f("ix_ranking_outcome_entry_id"), "ranking_outcome", ["entry_id"], unique=False
    )
    op.create_index(op.f("ix_ranking_outcome_run_id"), "ranking_outcome", ["run_id"], unique=False)
    op.create_index(
        op.f("ix_ranking_outcome_slot_id"), "ranking_outcome", ["slot_id"], unique=False
    )
    op.add_column("workshop", sa.Column("ranking_id", sa.BigInteger(), nullable=True))
    op.add_column("workshop", sa.Column("criterion_set_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_workshop_ranking_id"), "workshop", ["ranking_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_workshop_ranking_id"),
        "workshop",
        "ranking",
        ["ranking_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.create_foreign_key(
        op.f("fk_workshop_criterion_set_id"),
        "workshop",
        "criterion_set",
        ["criterion_set_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.create_foreign_key(
        op.f("fk_ranking_run_id"), "ranking", "ranking_run", ["run_id"], ["id"], ondelete="RESTRICT"
    )
    op.create_check_constraint(
        op.f("ck_workshop_ranked_where_places_are_ranked"), "workshop", RANKED
    )
    _states(WITH_PASSED)
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
    for table, columns in SEARCHED.items():
        vectors = ", ".join(f"{function}({column})" for column, function in columns.items())
        op.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin ({vectors})")
    op.execute(UNCHANGED)
    for table in ("ranking_run", "ranking_score", "ranking_outcome"):
        op.execute(
            f"CREATE TRIGGER stays_as_it_is BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION stays_as_it_is()"
        )
    op.execute(PUBLISHED)
    op.execute(
        f"CREATE TRIGGER published_criteria BEFORE INSERT OR DELETE OR UPDATE OF {ROW} ON criterion"
        " FOR EACH ROW EXECUTE FUNCTION published_criteria()"
    )


def downgrade() -> None:
    _states(STATES)
    op.drop_constraint(op.f("ck_workshop_ranked_where_places_are_ranked"), "workshop")
    op.drop_constraint(op.f("fk_ranking_run_id"), "ranking", type_="foreignkey")
    op.drop_constraint(op.f("fk_workshop_criterion_set_id"), "workshop", type_="foreignkey")
    op.drop_constraint(op.f("fk_workshop_ranking_id"), "workshop", type_="foreignkey")
    op.drop_index(op.f("ix_workshop_ranking_id"), table_name="workshop")
    op.drop_column("workshop", "criterion_set_id")
    op.drop_column("workshop", "ranking_id")
    op.drop_index(op.f("ix_ranking_outcome_slot_id"), table_name="ranking_outcome")
    op.drop_index(op.f("ix_ranking_outcome_run_id"), table_name="ranking_outcome")
    op.drop_index(op.f("ix_ranking_outcome_entry_id"), table_name="ranking_outcome")
    op.drop_index(op.f("ix_ranking_outcome_enrollment_id"), table_name="ranking_outcome")
    op.drop_index("ix_ranking_outcome_alliance", table_name="ranking_outcome")
    op.drop_table("ranking_outcome")
    op.drop_index(op.f("ix_ranking_score_run_id"), table_name="ranking_score")
    op.drop_index(op.f("ix_ranking_score_entry_id"), table_name="ranking_score")
    op.drop_index("ix_ranking_score_alliance", table_name="ranking_score")
    op.drop_table("ranking_score")
    op.drop_index(
        "one_open_complaint",
        table_name="complaint",
        postgresql_where=sa.text("status = 'received'"),
    )
    op.drop_index(op.f("ix_complaint_entry_id"), table_name="complaint")
    op.drop_index("ix_complaint_alliance", table_name="complaint")
    op.drop_table("complaint")
    op.drop_index(op.f("ix_ranking_run_ranking_id"), table_name="ranking_run")
    op.drop_index("ix_ranking_run_alliance", table_name="ranking_run")
    op.drop_table("ranking_run")
    op.drop_index(op.f("ix_ranking_entry_ranking_id"), table_name="ranking_entry")
    op.drop_index(op.f("ix_ranking_entry_person_id"), table_name="ranking_entry")
    op.drop_index("ix_ranking_entry_alliance", table_name="ranking_entry")
    op.drop_table("ranking_entry")
    op.drop_index(op.f("ix_ranking_season_id"), table_name="ranking")
    op.drop_index(op.f("ix_ranking_organization_id"), table_name="ranking")
    op.drop_index("ix_ranking_alliance", table_name="ranking")
    op.drop_table("ranking")
    op.drop_index(op.f("ix_criterion_criterion_set_id"), table_name="criterion")
    op.drop_index("ix_criterion_alliance", table_name="criterion")
    op.drop_table("criterion")
    op.drop_index(op.f("ix_criterion_set_organization_id"), table_name="criterion_set")
    op.drop_index("ix_criterion_set_alliance", table_name="criterion_set")
    op.drop_table("criterion_set")
    for table in PUBLIC:
        op.execute(f"DROP SEQUENCE public_change_{table}")
    op.execute("DROP FUNCTION stays_as_it_is")
    op.execute("DROP FUNCTION published_criteria")


def _states(states: tuple[str, ...]) -> None:
    named = ", ".join(f"'{state}'" for state in states)
    op.drop_constraint(op.f("ck_enrollment_status"), "enrollment")
    op.create_check_constraint(op.f("ck_enrollment_status"), "enrollment", f"status IN ({named})")
