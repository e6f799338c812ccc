"""The trail of changes: an AFTER trigger on every table of an alliance."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Written by machines for machines, or the trail itself.
NOT_AUDITED = (
    "alembic_version", "audit_event", "audit_value", "sensitive_read", "message", "job_run",
    "idempotency_key", "state_change", "account_token", "ab_permission", "ab_view_menu",
    "ab_permission_view", "ab_permission_view_role", "ab_user_group", "ab_group_role",
    "ab_group", "ab_register_user", "ab_api_key",
)  # fmt: skip

FUNCTION = """
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    hidden text[] := ARRAY['password', 'version', 'changed_at', 'last_login', 'login_count',
                           'fail_login_count', 'changed_on'];
    names text[];
    event bigint;
    alliance bigint;
    salt bytea := decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(key ORDER BY key) INTO names FROM jsonb_object_keys(new_row) AS key
         WHERE new_row -> key IS DISTINCT FROM old_row -> key AND NOT key = ANY (hidden);
        IF names IS NULL THEN
            IF NOT (new_row ? 'password' AND new_row -> 'password' IS DISTINCT FROM old_row -> 'password') THEN
                RETURN NULL;
            END IF;
            names := ARRAY['password'];
        END IF;
        SELECT jsonb_object_agg(key, old_row -> key), jsonb_object_agg(key, new_row -> key)
          INTO old_row, new_row FROM unnest(names) AS key;
    END IF;
    old_row := old_row - 'password';
    new_row := new_row - 'password';
    alliance := CASE WHEN TG_TABLE_NAME = 'alliance' THEN COALESCE(NEW.id, OLD.id)
                ELSE (COALESCE(to_jsonb(NEW), to_jsonb(OLD)) ->> 'alliance_id')::bigint END;
    INSERT INTO audit_event (alliance_id, table_name, row_id, action, columns, user_id, seat_id,
                             actor, on_behalf_of, digest)
    VALUES (alliance, TG_TABLE_NAME, COALESCE(NEW.id, OLD.id), lower(TG_OP), names,
            NULLIF(current_setting('intreccio.user', true), '')::int,
            NULLIF(current_setting('intreccio.seat', true), '')::bigint,
            NULLIF(current_setting('intreccio.actor', true), ''),
            NULLIF(current_setting('intreccio.behalf', true), '')::bigint,
            sha256(salt || convert_to(COALESCE(old_row::text, '') || '|' || COALESCE(new_row::text, ''), 'UTF8')))
    RETURNING id INTO event;
    INSERT INTO audit_value (event_id, alliance_id, salt, before, after)
    VALUES (event, alliance, salt, old_row, new_row);
    RETURN NULL;
END $$
"""

EACH = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables
                 WHERE schemaname = 'public' AND tablename <> ALL ({excluded}) LOOP
        EXECUTE format({statement}, name);
    END LOOP;
END $$
"""


def _each(statement: str) -> str:
    excluded = "ARRAY[" + ", ".join(f"'{name}'" for name in NOT_AUDITED) + "]"
    return EACH.format(excluded=excluded, statement=f"'{statement}'")


def upgrade() -> None:
    op.execute(FUNCTION)
    op.execute(
        _each(
            "CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON %I"
            " FOR EACH ROW EXECUTE FUNCTION audit_change()"
        )
    )


def downgrade() -> None:
    op.execute(_each("DROP TRIGGER IF EXISTS audit_change ON %I"))
    op.execute("DROP FUNCTION audit_change")
