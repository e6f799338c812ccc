"""What seats keep of their own work: lists under a name, long work and its lines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "admin",
                "staff",
                "municipality",
                "provider",
                "partner",
                "company",
                "social_point",
                "citizen",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=4000), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "mine",
                "role",
                "everybody",
                name="who_sees_it",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="mine",
            nullable=False,
        ),
        sa.Column("in_menu", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_saved_view_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_saved_view_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seat.id"], name=op.f("fk_saved_view_seat_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index(op.f("ix_saved_view_alliance_id"), "saved_view", ["alliance_id"], unique=False)
    op.create_index(
        "ix_saved_view_search",
        "saved_view",
        [sa.literal_column("search_words(title)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_saved_view_seat_id"), "saved_view", ["seat_id"], unique=False)
    op.create_table(
        "work",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "import",
                "undo",
                "bulk",
                "export",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "prepared",
                "queued",
                "running",
                "done",
                "failed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stop_asked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undoes_id", sa.BigInteger(), nullable=True),
        sa.Column("source_name", sa.String(length=200), nullable=True),
        sa.Column("source_digest", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("file_digest", sa.String(length=64), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("done >= 0 AND failed >= 0", name=op.f("ck_work_counts_positive")),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliance.id"], name=op.f("fk_work_alliance_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seat.id"], name=op.f("fk_work_seat_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["work.id"], name=op.f("fk_work_undoes_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
    )
    op.create_index(op.f("ix_work_alliance_id"), "work", ["alliance_id"], unique=False)
    op.create_index(
        "ix_work_search",
        "work",
        [sa.literal_column("search_words(title)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index("ix_work_seat", "work", ["seat_id", "id"], unique=False)
    op.create_index(
        "ix_work_to_do",
        "work",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_index(op.f("ix_work_undoes_id"), "work", ["undoes_id"], unique=False)
    op.create_table(
        "work_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("work_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "created",
                "changed",
                "unchanged",
                "deleted",
                "refused",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["work_id"], ["work.id"], name=op.f("fk_work_line_work_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_line")),
        sa.UniqueConstraint("work_id", "line", name=op.f("uq_work_line_work_id_line")),
    )
    op.add_column("seat", sa.Column("toured_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("seat", "toured_at")
    op.drop_table("work_line")
    op.drop_index(op.f("ix_work_undoes_id"), table_name="work")
    op.drop_index(
        "ix_work_to_do",
        table_name="work",
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.drop_index("ix_work_seat", table_name="work")
    op.drop_index("ix_work_search", table_name="work", postgresql_using="gin")
    op.drop_index(op.f("ix_work_alliance_id"), table_name="work")
    op.drop_table("work")
    op.drop_index(op.f("ix_saved_view_seat_id"), table_name="saved_view")
    op.drop_index("ix_saved_view_search", table_name="saved_view", postgresql_using="gin")
    op.drop_index(op.f("ix_saved_view_alliance_id"), table_name="saved_view")
    op.drop_table("saved_view")
