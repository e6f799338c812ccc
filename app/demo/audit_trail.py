"""The trail of many new rows, written a table at a time.

The trigger would take most of the time of a load by the million. Here it rests while rows are
copied, and what it would have written of each is written by one statement: the same events,
values and digests, under the same actor. `intreccio check` holds the digests against the values.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

# Nobody else writes to the table until the transaction ends: no other change is missed.
REST = sql.SQL("ALTER TABLE {table} DISABLE TRIGGER audit_change")
GO_ON = sql.SQL("ALTER TABLE {table} ENABLE TRIGGER audit_change")
LAST = sql.SQL("SELECT coalesce(max(id), 0) FROM {table}")
EVENTS = sql.SQL("""
WITH made AS MATERIALIZED (
    SELECT nextval('audit_event_id_seq') AS event, row.id AS row_id,
           -- As good as a random one: the seed is kept nowhere.
           sha256(%(seed)s || int8send(row.id)) AS salt, to_jsonb(row) - 'password' AS said
      FROM (SELECT * FROM {table} WHERE id > %(last)s ORDER BY id) AS row
), events AS (
    INSERT INTO audit_event (id, alliance_id, table_name, row_id, action, actor, digest)
    SELECT event, (said ->> 'alliance_id')::bigint, %(name)s, row_id, 'insert', %(actor)s,
           sha256(salt || convert_to('|' || said::text, 'UTF8'))
      FROM made
)
INSERT INTO audit_value (event_id, alliance_id, salt, after)
SELECT event, (said ->> 'alliance_id')::bigint, salt, said FROM made
""")


@contextmanager
def written_at_once(
    connection: psycopg.Connection[Any], tables: Sequence[str], actor: str
) -> Iterator[None]:
    """Rows added to these tables within are written into the trail at the end, all together.

    What changes rows of these tables within would not be seen: only add.
    """
    connection.execute("SELECT set_config('intreccio.actor', %s, true)", (actor,))
    last = {}
    for name in tables:
        table = sql.Identifier(name)
        connection.execute(REST.format(table=table))
        found = connection.execute(LAST.format(table=table)).fetchone()
        last[name] = found[0] if found else 0
    yield
    for name in tables:
        table = sql.Identifier(name)
        values = {"last": last[name], "name": name, "actor": actor, "seed": secrets.token_bytes(32)}
        connection.execute(EVENTS.format(table=table), values)
        connection.execute(GO_ON.format(table=table))
