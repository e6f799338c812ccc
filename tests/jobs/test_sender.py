"""The outbox: each message leaves once, and a bad one keeps nobody waiting."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, select

from app import clock
from app.jobs.sender import ATTEMPTS, LOOK_EVERY, Sender, backoff, take
from app.models import Message
from app.operations import outbox
from app.smtp import Smtp, Unreachable
from app.transaction import ScopedSession, open_session, system
from bench.processes import free_port
from tests.factories import AllianceFactory, MessageFactory, SeatFactory
from tests.jobs.test_mail import PLACED
from tests.servers import Mailbox
from tests.sessions import Client


def sender(engine: Engine, url: str) -> Sender:
    return Sender(engine, Smtp(url), "https://a.example", "I <i@posta.example>")


def queue(db: ScopedSession, number: int, **values: object) -> list[Message]:
    alliance = AllianceFactory()
    given = {"alliance": alliance, "kind": "placed", "payload": PLACED} | values
    made = MessageFactory.create_batch(number, **given)
    db.commit()
    return made


def states(db: ScopedSession) -> list[str]:
    db.expire_all()
    return list(db.scalars(select(Message.status).order_by(Message.id)))


def test_what_is_due_leaves_once_and_what_is_not_stays(
    fresh: Engine, committed: Callable[[], ScopedSession], smtp: Mailbox
) -> None:
    db = committed()
    queue(db, 5)
    queue(db, 1, next_at=clock.now() + timedelta(hours=1))
    post = sender(fresh, smtp.url)
    assert post.drain() == 5
    assert post.drain() == 0
    assert len({mail["Message-ID"] for mail in smtp.mails}) == 5
    assert states(db) == ["sent"] * 5 + ["queued"]


def test_a_bad_row_stops_nobody(
    fresh: Engine, committed: Callable[[], ScopedSession], smtp: Mailbox
) -> None:
    db = committed()
    first, unknown, blank, address, last = queue(db, 5)
    unknown.kind = "no_such_letter"
    blank.payload = {}
    address.recipient = "nobody\n@famiglie.example"
    db.commit()
    assert sender(fresh, smtp.url).drain() == 2
    assert states(db) == ["sent", "queued", "queued", "queued", "sent"]
    for bad in (unknown, blank, address):
        assert bad.attempts == 1
        assert bad.error
        assert bad.next_at > clock.now() + timedelta(seconds=50)
    assert {first.recipient, last.recipient} == {str(mail["To"]) for mail in smtp.mails}


def test_a_busy_server_is_asked_again_later_and_then_left_alone(
    fresh: Engine, committed: Callable[[], ScopedSession], smtp: Mailbox
) -> None:
    db = committed()
    [message] = queue(db, 1)
    smtp.refuse = "451 come back later"
    start = clock.now()
    moment = start
    for attempt in range(1, ATTEMPTS + 1):
        with clock.at(moment):
            sender(fresh, smtp.url).drain()
            sender(fresh, smtp.url).drain()
        db.refresh(message)
        assert message.attempts == attempt
        moment = message.next_at
    assert message.status == "failed"
    assert "451" in str(message.error)
    assert timedelta(hours=12) < moment - start < timedelta(days=2)


def test_a_letter_that_was_delayed_arrives_in_the_end(
    fresh: Engine, committed: Callable[[], ScopedSession], smtp: Mailbox
) -> None:
    db = committed()
    [message] = queue(db, 1)
    smtp.refuse = "451 come back later"
    sender(fresh, smtp.url).drain()
    smtp.refuse = None
    with clock.at(clock.now() + backoff(1) + timedelta(seconds=1)):
        assert sender(fresh, smtp.url).drain() == 1
    db.refresh(message)
    assert (message.status, message.error) == ("sent", None)


def test_an_address_that_the_server_never_takes_is_given_up_at_once(
    fresh: Engine, committed: Callable[[], ScopedSession], smtp: Mailbox
) -> None:
    db = committed()
    queue(db, 1)
    smtp.refuse = "550 no such mailbox"
    sender(fresh, smtp.url).drain()
    assert states(db) == ["failed"]


def test_a_server_that_is_away_costs_no_message_an_attempt(
    fresh: Engine, committed: Callable[[], ScopedSession]
) -> None:
    db = committed()
    [message] = queue(db, 1)
    with pytest.raises(Unreachable):
        sender(fresh, f"smtp://127.0.0.1:{free_port()}").drain()
    db.refresh(message)
    assert (message.status, message.attempts) == ("queued", 0)


def test_two_senders_never_take_the_same_row(
    fresh: Engine, committed: Callable[[], ScopedSession]
) -> None:
    queue(committed(), 2)
    with open_session(fresh, system("a")) as one, open_session(fresh, system("b")) as other:
        taken = {take(session, clock.now()).id for session in (one, other)}
        assert len(taken) == 2
        with open_session(fresh, system("c")) as third:
            assert take(third, clock.now()) is None


def test_a_link_is_forgotten_once_it_has_left(
    fresh: Engine, committed: Callable[[], ScopedSession], smtp: Mailbox
) -> None:
    db = committed()
    payload = {
        "name": "Ada",
        "expires_at": clock.now().isoformat(),
        "sealed": {"token": outbox.hide("a-token")},
    }
    [message] = queue(db, 1, kind="reset", payload=payload)
    sender(fresh, smtp.url).drain()
    db.refresh(message)
    assert "a-token" in smtp.mails[0].as_string()
    assert set(message.payload) == {"name", "expires_at"}


@pytest.fixture
def serving(fresh: Engine) -> Iterator[Callable[[str], None]]:
    """Call it with a server's address: a sender works in the background."""
    running: list[tuple[Sender, threading.Thread]] = []

    def start(url: str) -> None:
        post = sender(fresh, url)
        thread = threading.Thread(target=post.serve)
        running.append((post, thread))
        thread.start()

    yield start
    for post, thread in running:
        post.stop.set()
        thread.join()


def arrives(box: Mailbox, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not box.mails and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(box.mails)


def test_a_letter_leaves_as_soon_as_it_is_committed(
    committed: Callable[[], ScopedSession], smtp: Mailbox, serving: Callable[[str], None]
) -> None:
    db = committed()
    alliance = AllianceFactory()
    db.commit()
    serving(smtp.url)
    time.sleep(0.3)  # it has looked, and waits
    outbox.queue(
        db, alliance_id=alliance.id, kind="placed", about="enrollment:1", payload=PLACED,
        recipient="famiglia@famiglie.example", now=clock.now(),
    )  # fmt: skip
    assert not arrives(smtp, 0.5)
    db.commit()
    assert arrives(smtp, LOOK_EVERY + 2)


def test_letters_wait_for_a_server_that_comes_back(
    committed: Callable[[], ScopedSession],
    serving: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.jobs.sender.UNREACHABLE_PAUSE", 0.1)
    db = committed()
    [message] = queue(db, 1)
    box = Mailbox(free_port())
    serving(box.url)
    time.sleep(0.5)
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        assert arrives(box, 5)
    finally:
        controller.stop()
    db.refresh(message)
    assert message.attempts <= 1


def test_staff_send_a_failed_letter_again(client: Callable[..., Client], db: ScopedSession) -> None:
    staff = client(SeatFactory(kind="staff"))
    assert staff.seat is not None
    failed = MessageFactory(
        alliance=staff.seat.alliance, status="failed", attempts=8, error="550 no"
    )
    db.flush()
    path = f"/api/v1/messages/{failed.id}/resend"
    assert staff.post(path).status_code == 200
    db.refresh(failed)
    assert (failed.status, failed.attempts, failed.error) == ("queued", 0, None)
    assert staff.post(path).status_code == 409
