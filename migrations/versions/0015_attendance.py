"""Who came to which day of a slot, and how many absences a workshop allows."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("enrollment_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "present",
                "absent",
                "left_early",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("excused", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("left_at", sa.Time(), nullable=True),
        sa.Column("picked_up_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
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
        sa.CheckConstraint(
            "num_nonnulls(left_at, picked_up_by) = CASE status WHEN 'left_early' THEN 2 ELSE 0 END",
            name=op.f("ck_attendance_who_leaves_early_is_picked_up"),
        ),
        sa.CheckConstraint(
            "status = 'absent' OR NOT excused", name=op.f("ck_attendance_only_absence_is_excused")
        ),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliance.id"],
            name=op.f("fk_attendance_alliance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollment.id"],
            name=op.f("fk_attendance_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_attendance_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("enrollment_id", "day", name=op.f("uq_attendance_enrollment_id_day")),
    )
    op.create_index("ix_attendance_alliance", "attendance", ["alliance_id", "id"], unique=False)
    op.create_index(
        op.f("ix_attendance_enrollment_id"), "attendance", ["enrollment_id"], unique=False
    )
    op.execute(
        "CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON attendance"
        " FOR EACH ROW EXECUTE FUNCTION audit_change()"
    )
    op.add_column("workshop", sa.Column("absences_allowed", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_workshop_absences_allowed_range"), "workshop", "absences_allowed BETWEEN 0 AND 60"
    )


def downgrade() -> None:
    op.drop_column("workshop", "absences_allowed")
    op.drop_index(op.f("ix_attendance_enrollment_id"), table_name="attendance")
    op.drop_index("ix_attendance_alliance", table_name="attendance")
    op.drop_table("attendance")
