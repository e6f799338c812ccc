"""Proves the rules of the whole database every night and tells the office what breaks one."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.jobs.batch import RowsFailed
from app.jobs.deadlines import office
from app.models import Alliance, Base
from app.operations import checks, outbox
from app.operations.checks import Broken


def prove(db: Session, now: datetime) -> int:
    """Write one letter a day to each office concerned; return 0 when every rule holds.

    Raises RowsFailed with the rows that break a rule, after the letters are committed.
    """
    broken = checks.run(db, now=now)
    if not broken:
        return 0
    # An office reads of its own rows; what belongs to no alliance concerns them all.
    rows: dict[int, list[Broken]] = defaultdict(list)
    everybody = list(db.scalars(select(Alliance.id).order_by(Alliance.id)))
    for line in broken:
        owner = _alliance(db, line)
        for alliance_id in everybody if owner is None else [owner]:
            rows[alliance_id].append(line)
    for alliance_id, found in rows.items():
        # The detail stays out: a letter names the row, never what stands in it.
        lines = [
            {"check": line.check, "table": line.table, "row_id": line.row_id} for line in found
        ]
        for recipient in office(db, alliance_id):
            outbox.queue(
                db, alliance_id=alliance_id, kind="rules_broken",
                about=f"rules:{clock.local_date(now)}", recipient=recipient,
                payload={"rows": lines}, now=now,
            )  # fmt: skip
    db.commit()
    raise RowsFailed(0, [f"{line.table} {line.row_id}: {line.check}" for line in broken])


def _alliance(db: Session, line: Broken) -> int | None:
    table = Base.metadata.tables.get(line.table)
    if table is None or not line.row_id or "alliance_id" not in table.c:
        return None
    return db.scalar(select(table.c.alliance_id).where(table.c.id == line.row_id))
