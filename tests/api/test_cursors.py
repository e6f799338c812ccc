"""A cursor is good for the list that it came from, and for nothing else."""

import base64
from collections.abc import Callable

import orjson
import pytest

from app.errors import BadRequest
from app.query import cursors, road, rows
from app.transaction import Principal, ScopedSession
from tests import factories as f
from tests.api.families import refused
from tests.sessions import Client

ORGANIZATIONS = "/api/v1/organizations/"
ASKED = "limit=2&sort=website,-name&kind=union&search=ente"


@pytest.fixture
def cursor(staff: Client) -> str:
    """That of the first page of five."""
    assert staff.seat is not None
    for number in range(5):
        f.OrganizationFactory(
            alliance=staff.seat.alliance, name=f"Ente {number}", kind="union",
            website=None if number % 2 else "https://ente.example",
        )  # fmt: skip
    found: str = staff.get(f"{ORGANIZATIONS}?{ASKED}").json["next"]
    return found


def refuses(staff: Client, cursor: str, asked: str = ASKED, path: str = ORGANIZATIONS) -> None:
    answer = staff.get(path, query_string=f"{asked}&cursor={cursor}")
    problem = refused(answer, 400, "cursor")
    assert [error["field"] for error in problem["errors"]] == ["cursor"]


def decoded(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_it_leads_on_and_may_be_used_again(staff: Client, cursor: str) -> None:
    pages = [staff.get(f"{ORGANIZATIONS}?{ASKED}&cursor={cursor}").json for _ in range(2)]
    assert pages[0] == pages[1]
    assert len(pages[0]["result"]) == 2
    fewer = staff.get(f"{ORGANIZATIONS}?{ASKED}&cursor={cursor}&fields=id&count=exact").json
    assert [row["id"] for row in fewer["result"]] == [row["id"] for row in pages[0]["result"]]


@pytest.mark.parametrize(
    "asked",
    [
        "limit=2&sort=-website,-name&kind=union&search=ente",
        "limit=2&sort=website&kind=union&search=ente",
        "limit=2&sort=name,website&kind=union&search=ente",
        "limit=2&kind=union&search=ente",
        "limit=2&sort=website,-name&kind=company&search=ente",
        "limit=2&sort=website,-name&kind__neq=union&search=ente",
        'limit=2&sort=website,-name&search=ente&filter={"kind":{"_eq":"union"}}',
        "limit=2&sort=website,-name&search=ente",
        "limit=2&sort=website,-name&kind=union&search=altro",
        "limit=2&sort=website,-name&kind=union",
        "limit=2&sort=website,-name&kind=union&search=ente&id__gt=0",
        "limit=2&sort=website,-name&kind=union&search=ente&alliance=lodi",
    ],
)
def test_one_of_another_question_is_refused(staff: Client, cursor: str, asked: str) -> None:
    refuses(staff, cursor, asked)


def test_one_of_another_noun_or_seat_is_refused(
    staff: Client, cursor: str, client: Callable[..., Client]
) -> None:
    assert staff.seat is not None
    name = "limit=1&sort=id"
    of_bodies = staff.get(f"{ORGANIZATIONS}?{name}").json["next"]
    refuses(staff, of_bodies, name, "/api/v1/projects/")
    refuses(staff, of_bodies, name, "/api/v1/municipalities/")
    family = client(f.SeatFactory(kind="citizen", alliance=staff.seat.alliance))
    refuses(family, of_bodies, name)
    refuses(client(None), of_bodies, name)


def test_one_that_was_changed_is_refused(staff: Client, cursor: str) -> None:
    signed = decoded(cursor)
    signature, content = signed[: cursors.SIGNATURE], signed[cursors.SIGNATURE :]
    keys = orjson.loads(content)
    others = [
        [*keys[:-1], keys[-1] + 1], [*keys[:-1], 2**62], [*keys[:-1], 2**70 * 1.0], keys[:-1],
        [*keys, 1], [], [None] * len(keys), ["x"] * len(keys), [[]] * len(keys), {"a": 1}, 1, None,
        [*keys[:-1], "1; DROP TABLE organization"],
    ]  # fmt: skip
    for other in others:
        refuses(staff, encoded(signature + orjson.dumps(other)))
        refuses(staff, encoded(orjson.dumps(other)))
    for place in range(0, len(signed), 3):
        flipped = bytearray(signed)
        flipped[place] ^= 1
        refuses(staff, encoded(bytes(flipped)))
    for length in range(1, len(cursor), 7):
        refuses(staff, cursor[:length])
        refuses(staff, cursor[length:])


@pytest.mark.parametrize(
    "odd",
    ["{}=", "{}A", "{}AAAA", "!{}", "{}%0A", "{}%00", "%00{}", " {}", "{}{}", "{}*", "%F0%9F%92%B6",
     "%ff", "%ed%a0%80", "=", "====", "a", "null", "[]", "0", "²", "A" * 10_000, "W1tb" * 900],
)  # fmt: skip
def test_one_that_is_none_is_refused(staff: Client, cursor: str, odd: str) -> None:
    refuses(staff, odd.replace("{}", cursor))


@pytest.mark.parametrize(
    "keys",
    [[], [True], [True, None], [1, 2, 3, 4, 5, 6], ["x", "y", "z"], [True, "a", 2**63],
     [True, "a", "1e5"], [True, "a", 1.5], [True, "a\ud7ff\x00", 1], [[], {}, 1],
     ["maybe", "a", 1]],
)  # fmt: skip
def test_even_one_that_we_signed_has_the_keys_of_the_order(keys: list[object]) -> None:
    """As one from before an update that gave a column another type."""
    staff = Principal("staff", user_id=1, alliance_id=1)
    wanted = rows.Selection("organizations", ("id", "website"), sort="website")
    types = road.order_types(wanted, staff)
    right = [False, "https://ente.example", 7]
    assert cursors.read(wanted, "staff", cursors.write(wanted, "staff", right), types) == right
    content = orjson.dumps(keys)
    signed = encoded(cursors._signature(wanted, "staff", content) + content)
    with pytest.raises(BadRequest) as refusal:
        cursors.read(wanted, "staff", signed, types)
    assert refusal.value.field == "cursor"


def test_a_long_text_s_beginning_is_enough(staff: Client, db: ScopedSession) -> None:
    assert staff.seat is not None
    for number in range(4):
        f.OrganizationFactory(
            alliance=staff.seat.alliance, note="è" * 3000 + str(number % 2) if number else None
        )
    for sort in ("note", "-note"):
        seen, following = [], ""
        while following is not None:
            page = staff.get(f"{ORGANIZATIONS}?limit=1&sort={sort}&cursor={following}")
            assert page.status_code == 200, page.text
            seen += [row["id"] for row in page.json["result"]]
            following = page.json["next"]
        assert len(seen) == len(set(seen)) == 4


def test_what_has_no_order_is_not_sorted_by(staff: Client, client: Callable[..., Client]) -> None:
    for noun, field in (("enrollments", "fee_lines"), ("keys", "scopes"), ("workshops", "proposal"),
                        ("sensitive-reads", "row_ids")):  # fmt: skip
        refused(staff.get(f"/api/v1/{noun}/?sort={field}"), 400, "sort")
        refused(staff.get(f"/api/v1/{noun}/?sort=-{field}&format=csv"), 400, "sort")
