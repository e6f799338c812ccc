"""Takes away what has served its time."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.models import AccountToken, IdempotencyKey, JobRun, Message, RateCount, TokenFamily

# A link that was used or is too old is explained for a while, before it is unknown.
TOKENS = timedelta(days=7)
RUNS = timedelta(days=30)
# Most runs of what runs every minute had nothing to do.
IDLE_RUNS = timedelta(days=1)


def clean_up(db: Session, now: datetime) -> int:
    """Delete answers kept for repeats, links, sign-ins, counts and runs past their time."""
    later = aliased(JobRun)
    statements = [
        delete(IdempotencyKey).where(IdempotencyKey.expires_at <= now),
        delete(AccountToken).where(
            or_(AccountToken.used_at <= now - TOKENS, AccountToken.expires_at <= now - TOKENS)
        ),
        delete(RateCount).where(RateCount.ends_at <= now),
        delete(TokenFamily).where(
            or_(TokenFamily.ended_at <= now - TOKENS, TokenFamily.expires_at <= now - TOKENS)
        ),
        # The last run of each job stays: by it the next start knows what was missed.
        delete(JobRun).where(
            JobRun.status.in_(("done", "failed")),
            or_(
                JobRun.due_at < now - RUNS,
                and_(JobRun.due_at < now - IDLE_RUNS, JobRun.status == "done", JobRun.rows == 0),
            ),
            exists(select(1).where(later.job == JobRun.job, later.due_at > JobRun.due_at,
                                   later.status == "done")),
        ),
        # Links in letters that never left are of no use to anybody but a thief.
        update(Message)
        .where(
            Message.status == "failed",
            Message.payload.has_key("sealed"),
            Message.next_at < now - TOKENS,
        )
        .values(payload=Message.payload.op("-")("sealed"), version=Message.version + 1),
    ]  # fmt: skip
    rows = 0
    for statement in statements:
        rows += db.execute(statement, execution_options={"synchronize_session": False}).rowcount
    db.commit()
    return rows
