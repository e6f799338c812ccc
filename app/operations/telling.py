"""What a family is told of an application: letters that are written where its wishes are decided.

Each letter is made beforehand; what became of the wishes is put in by the statement, so that
nobody waits for a slot while letters are written (decision 0024).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy.orm import Session

from app.operations import letters, outbox
from app.operations.outbox import as_text
from app.statements import raw
from app.transaction import ScopedSession

# Of ``outcome``: the number of each wish, its state, and how many wait before it.
TOLD = """
told AS (
    INSERT INTO message (alliance_id, kind, about, recipient, locale, payload, next_at)
    SELECT %(told_alliance)s::bigint, letter.kind, %(told_about)s::text,
           %(told_recipient)s::text, %(told_locale)s::text,
           (said.lines -> 0) || letter.payload || jsonb_build_object('lines', said.lines),
           %(told_at)s::timestamptz
      FROM (SELECT * FROM jsonb_to_recordset(%(told_letters)s::jsonb)
                       AS one (kind text, status text, payload jsonb) LIMIT 3) AS letter
     CROSS JOIN LATERAL (
        SELECT jsonb_agg(line.said || jsonb_build_object('status', outcome.status,
                                                         'before', outcome.before)
                         ORDER BY line.n) AS lines
          FROM (SELECT * FROM jsonb_to_recordset(%(told_lines)s::jsonb)
                           AS one (n int, id bigint, said jsonb) LIMIT {most}) AS line
          JOIN outcome ON outcome.id = line.id
         WHERE letter.status IS NULL OR outcome.status = letter.status) AS said
     WHERE said.lines IS NOT NULL
    ON CONFLICT (alliance_id, kind, about, recipient) DO NOTHING
)
"""
AFTERWARDS = """
WITH outcome AS (
    SELECT * FROM jsonb_to_recordset(%(outcome)s::jsonb) AS one (id bigint, status text, before int)
),
"""


def of(
    row: Any, wishes: Sequence[Any], summary: dict[str, Any], *, now: datetime
) -> dict[str, Any] | None:
    """What the statement needs to tell of an application's wishes; None without an address.

    One receipt for all, and one letter for those that are placed, and for those that wait.
    """
    recipient = outbox.family(row, letters.address(wishes))
    if recipient is None:
        return None
    base = {"application_id": row.id, "receipt": row.receipt}
    total = sum((wish.fee for wish in wishes), 0)
    made = [
        {"kind": "receipt", "status": None, "payload": {**base, "total": total, **summary}},
        {"kind": "placed", "status": "placed", "payload": base},
        {"kind": "waiting", "status": "waiting", "payload": base},
    ]
    lines = [{"n": n, "id": one.id, "said": letters.line(one, 0)} for n, one in enumerate(wishes)]
    return {
        "told_alliance": row.alliance_id,
        "told_about": f"application:{row.id}",
        "told_recipient": recipient.strip(),
        "told_locale": outbox.locale_of(row),
        "told_letters": as_text(made),
        "told_lines": as_text(lines),
        "told_at": now,
    }


def tell(system: Session, told: Mapping[str, Any] | None, wishes: Sequence[Any]) -> None:
    """Write the letters of wishes that are decided already."""
    if told is None:
        return
    outcome = [{"id": one.id, "status": one.status, "before": one.before} for one in wishes]
    sql = f"{AFTERWARDS}{TOLD.format(most=100)} SELECT"
    given = {**told, "outcome": orjson.dumps(outcome).decode()}
    raw(cast(ScopedSession, system), sql, given, answers=False)
