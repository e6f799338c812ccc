"""Keys of programs: whom they stand for, what they may do, and when they stop."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app import permissions
from app.errors import Forbidden, Invalid
from app.models import AuditEvent, ProgramKey, Seat
from app.operations import keys
from app.transaction import ScopedSession
from tests import factories as f

Open = Callable[..., ScopedSession]


def seated(as_seat: Open, seat: Seat) -> ScopedSession:
    return as_seat(
        seat.kind, user_id=seat.user_id, seat_id=seat.id, alliance_id=seat.alliance_id,
        organization_id=seat.organization_id,
    )  # fmt: skip


@pytest.fixture
def seat(db: ScopedSession) -> Seat:
    made: Seat = f.SeatFactory(kind="municipality")
    db.flush()
    return made


@pytest.fixture
def made(as_seat: Open, seat: Seat, now: datetime) -> tuple[ProgramKey, str]:
    return keys.make(
        seated(as_seat, seat), name="Gestionale", scopes=["enrollments:read"],
        expires_at=now + timedelta(days=30), now=now,
    )  # fmt: skip


def test_a_key_stands_for_the_seat_that_made_it(
    db: ScopedSession, made: tuple[ProgramKey, str], seat: Seat, now: datetime
) -> None:
    key, text = made
    found = keys.holder(db, text, now=now)
    assert found is not None
    assert (found.user_id, found.seat_id, found.scopes) == (
        seat.user_id, seat.id, ("enrollments:read",)
    )  # fmt: skip
    assert text.startswith(key.prefix)
    assert text not in (key.digest, key.prefix)


def test_half_a_key_a_changed_key_and_no_key_open_nothing(
    db: ScopedSession, made: tuple[ProgramKey, str], now: datetime
) -> None:
    key, text = made
    half = text[: len(text) // 2]
    changed = text[:-1] + ("A" if text[-1] != "A" else "B")
    for wrong in (key.prefix, half, text[:-1], changed, f"{text}x", "ik_", "", text.upper()):
        assert keys.holder(db, wrong, now=now) is None, wrong


def test_a_key_opens_nothing_from_its_end_on(
    db: ScopedSession, made: tuple[ProgramKey, str], now: datetime
) -> None:
    key, text = made
    assert keys.holder(db, text, now=key.expires_at - timedelta(seconds=1))
    assert keys.holder(db, text, now=key.expires_at) is None


def test_a_revoked_key_opens_nothing_and_says_when(
    db: ScopedSession, as_seat: Open, made: tuple[ProgramKey, str], seat: Seat, now: datetime
) -> None:
    key, text = made
    session = seated(as_seat, seat)
    later = now + timedelta(hours=1)
    for moment in (now, later):
        revoked = keys.revoke(session, session.get_one(ProgramKey, key.id), now=moment)
        assert revoked.revoked_at == now
    assert keys.holder(db, text, now=later) is None


def test_the_last_use_is_written_once_a_minute_and_leaves_no_trail(
    db: ScopedSession, made: tuple[ProgramKey, str], now: datetime
) -> None:
    key, text = made
    row = db.get_one(ProgramKey, key.id)
    trail = select(func.count()).select_from(AuditEvent).where(
        AuditEvent.table_name == "program_key", AuditEvent.row_id == key.id
    )  # fmt: skip
    for seconds, seen in ((0, 0), (30, 0), (60, 60), (90, 60), (121, 121)):
        keys.holder(db, text, now=now + timedelta(seconds=seconds))
        db.refresh(row)
        assert row.used_at == now + timedelta(seconds=seen)
    assert db.scalar(trail) == 1  # that it was made


@pytest.mark.parametrize(
    "scope",
    ["enrollments", "enrollments:fly", "nothing:read", ":read", "", "keys:read", "keys:create",
     "messages:read", "enrollments:write", "persons:*", "x" * 300],
)  # fmt: skip
def test_a_scope_that_gives_the_seat_nothing_is_refused(
    as_seat: Open, seat: Seat, now: datetime, scope: str
) -> None:
    session = seated(as_seat, seat)
    with pytest.raises(Invalid) as refused:
        keys.make(
            session, name="x", scopes=["enrollments:read", scope],
            expires_at=now + timedelta(days=1), now=now,
        )  # fmt: skip
    assert refused.value.errors[0][0] == "scopes"


def test_a_key_lasts_a_year_at_most_and_does_something(
    as_seat: Open, seat: Seat, now: datetime
) -> None:
    session = seated(as_seat, seat)
    read = ["enrollments:read"]
    for values, field in (
        ({"expires_at": now}, "expires_at"),
        ({"expires_at": now - timedelta(days=1)}, "expires_at"),
        ({"expires_at": now + timedelta(days=367)}, "expires_at"),
        ({"scopes": []}, "scopes"),
        ({"name": "  "}, "name"),
    ):
        given = {"name": "x", "scopes": read, "expires_at": now + timedelta(days=1), **values}
        with pytest.raises(Invalid) as refused:
            keys.make(session, now=now, **given)  # type: ignore[arg-type]
        assert refused.value.errors[0][0] == field


def test_nobody_and_no_administrator_has_keys(as_seat: Open, now: datetime) -> None:
    admin = f.SeatFactory(kind="admin")
    for session in (as_seat("public"), seated(as_seat, admin)):
        with pytest.raises(Forbidden):
            keys.make(
                session, name="x", scopes=["organizations:read"],
                expires_at=now + timedelta(days=1), now=now,
            )  # fmt: skip


def test_scopes_name_verbs() -> None:
    assert keys.allowed(["slots:read", "enrollments:cancel"]) == {
        ("can_list", "slots"), ("can_get", "slots"), ("can_cancel", "enrollments"),
    }  # fmt: skip
    assert keys.allowed(["slots:write"]) == {
        ("can_create", "slots"), ("can_update", "slots"), ("can_delete", "slots"),
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(permissions.GRANTS))
def test_what_is_offered_to_a_seat_is_all_that_it_may_do(kind: str) -> None:
    held = {pair for pair in permissions.permissions(kind) if pair[1] != "keys"}
    assert keys.allowed(keys.offered(kind)) >= held
    assert all(keys.allowed([scope]) & held for scope in keys.offered(kind))
