"""The sender of the outbox: one message, one transaction.

The row is locked while its mail goes out and marked in the same transaction. Whoever dies
in between lets go of the lock, and the next sender repeats that one mail, under the same
Message-ID; two senders at once never take the same row.
"""

import logging
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import clock, mail
from app.models import Message
from app.smtp import Refused, Transport, Unreachable, transport
from app.transaction import open_session, system
from config import Settings

log = logging.getLogger("intreccio.mail")

ATTEMPTS = 8
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
LOOK_EVERY = 1.0
AFTER_TROUBLE = 5.0
UNREACHABLE_PAUSE = 5.0
LONGEST_UNREACHABLE_PAUSE = 300.0


@dataclass
class Sender:
    """Sends what is due until it is asked to stop."""

    engine: Engine
    transport: Transport
    base_url: str
    mail_from: str
    stop: threading.Event = field(default_factory=threading.Event)

    def drain(self) -> int:
        """Send every message that is due; return how many left. Raises Unreachable."""
        sent = 0
        # Rows that could not even be marked: without this one would be taken for ever.
        stuck: set[int] = set()
        try:
            while not self.stop.is_set():
                with open_session(self.engine, system("sender")) as db:
                    message = take(db, clock.now(), stuck)
                    if message is None:
                        break
                    number = message.id
                    try:
                        sent += self._send(message)
                        db.commit()
                    except (Unreachable, DBAPIError):
                        raise
                    except Exception:
                        log.exception("message %s could not be recorded", number)
                        stuck.add(number)
        finally:
            self.transport.close()
        return sent

    def _send(self, message: Message) -> bool:
        """Send it and mark the row, which the caller commits. Raises Unreachable."""
        for_good = False
        try:
            letter = mail.render(message, base_url=self.base_url, sender=self.mail_from)
            self.transport.send(letter)
        except Unreachable:
            raise
        except Refused as error:
            problem, for_good = str(error), error.for_good
        except Exception as error:
            # A template, a payload or an address that does not hold: this row's own matter.
            log.exception("message %s", message.id)
            problem = f"{type(error).__name__}: {error}"
        else:
            mark_sent(message, clock.now())
            return True
        mark_failed(message, problem, clock.now(), for_good=for_good)
        return False

    def serve(self) -> None:
        """Send whenever something is due, until asked to stop."""
        pause = UNREACHABLE_PAUSE
        while not self.stop.is_set():
            try:
                self.drain()
                pause = UNREACHABLE_PAUSE
                self.stop.wait(LOOK_EVERY)
            except Unreachable as error:
                log.warning("the mail server takes nothing, trying again in %.0f s: %s",
                            pause, error)  # fmt: skip
                self.stop.wait(pause)
                pause = min(pause * 2, LONGEST_UNREACHABLE_PAUSE)
            except DBAPIError as error:
                log.warning("the sender lost the database: %s", error.orig)
                self.stop.wait(AFTER_TROUBLE)
            except Exception:
                log.exception("the sender stumbled")
                self.stop.wait(AFTER_TROUBLE)


def sender(engine: Engine, settings: Settings, stop: threading.Event) -> Sender:
    """The sender that the settings ask for."""
    way = transport(settings.smtp_url, settings.var)
    return Sender(engine, way, settings.base_url, settings.mail_from, stop)


def take(db: Session, now: datetime, without: Collection[int] = ()) -> Message | None:
    """The message that has been due longest and that nobody else has in hand, locked."""
    return db.scalar(
        select(Message)
        .where(Message.status == "queued", Message.next_at <= now, Message.id.not_in(without))
        .order_by(Message.next_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def mark_sent(message: Message, now: datetime) -> None:
    """It left. What only the mail was to show is forgotten."""
    message.status = "sent"
    message.sent_at = now
    message.attempts += 1
    message.error = None
    if "sealed" in message.payload:
        message.payload = {k: v for k, v in message.payload.items() if k != "sealed"}


def mark_failed(message: Message, problem: str, now: datetime, *, for_good: bool) -> None:
    """It did not leave: again later, or never when it makes no sense any more."""
    message.attempts += 1
    # PostgreSQL keeps no NUL, and a server may answer anything.
    message.error = problem.replace("\x00", "")[:2000]
    if for_good or message.attempts >= ATTEMPTS:
        message.status = "failed"
        log.error("message %s will not be sent: %s", message.id, message.error)
        return
    message.next_at = now + backoff(message.attempts)


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 4, 16, 64 minutes, at most 6 hours."""
    return min(FIRST_PAUSE * 4 ** (attempts - 1), LONGEST_PAUSE)
