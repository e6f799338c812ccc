"""The rows opened last, on the home of whoever opened them."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from app import models
from app.transaction import ScopedSession
from app.views.opened import COOKIE, ROWS
from tests import factories as f
from tests.views.conftest import Reader
from tests.views.test_home import OFFICES

HOME = "/office/"


def opened(page: str) -> list[tuple[str, str]]:
    """Where the links of that part of the home lead, and what they say."""
    part = page.partition('id="opened"')[2].partition("</section>")[0]
    return re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)', unescape(part))


def opens(http: FlaskClient, *rows: models.Base) -> None:
    """Open the pages of organizations or municipalities."""
    for row in rows:
        noun = "organizations" if isinstance(row, models.Organization) else "municipalities"
        assert http.get(f"/office/{noun}/show/{row.id}").status_code == 200


@pytest.mark.parametrize("kind", OFFICES)
def test_every_seat_finds_on_its_home_what_it_opened_last(
    kind: str, db: ScopedSession, browse: Callable[..., FlaskClient]
) -> None:
    first, last = f.MunicipalityFactory.create_batch(2)
    http = browse(f.SeatFactory(kind=kind))
    opens(http, first, last, first)
    assert opened(http.get(HOME).text) == [
        (f"/office/municipalities/show/{one.id}", f"{one.name} {one.province}")
        for one in (first, last)
    ]


def test_only_so_many_are_kept(db: ScopedSession, browse: Callable[..., FlaskClient]) -> None:
    many = f.MunicipalityFactory.create_batch(ROWS + 2)
    http = browse(f.SeatFactory(kind="company"))
    opens(http, *many)
    assert [href.rpartition("/")[2] for href, _ in opened(http.get(HOME).text)] == [
        str(one.id) for one in reversed(many[2:])
    ]


def test_nobody_else_at_the_machine_is_told(
    db: ScopedSession, browse: Callable[..., FlaskClient], reader: Callable[..., Reader]
) -> None:
    seat = f.SeatFactory(kind="staff")
    body = f.OrganizationFactory(alliance=seat.alliance, name="Ente riservato")
    mine = reader(seat)
    http = mine.http
    opens(http, body)
    kept = http.get_cookie(COOKIE, path=HOME)
    assert kept is not None
    assert kept.http_only
    assert kept.max_age is None
    assert "organizations" not in kept.value
    # Another account, and another seat of the same.
    for other in (
        f.SeatFactory(kind="staff", alliance=seat.alliance),
        f.SeatFactory(kind="partner", alliance=seat.alliance, user=seat.user, organization=body),
    ):
        theirs = browse(other)
        theirs.set_cookie(COOKIE, kept.value, path=HOME)
        assert 'id="opened"' not in theirs.get(HOME).text
    assert mine.post("/logout/", page=HOME).status_code == 302
    assert http.get_cookie(COOKIE, path=HOME) is None


def test_a_row_that_is_out_of_sight_since_is_not_named(
    db: ScopedSession, browse: Callable[..., FlaskClient]
) -> None:
    seat = f.SeatFactory(kind="social_point")
    point = f.SocialPointFactory(alliance=seat.alliance, organization=seat.organization)
    given = f.DelegationFactory(social_point=point, person=f.PersonFactory(alliance=seat.alliance))
    http = browse(seat)
    path = f"/office/persons/show/{given.person_id}"
    assert http.get(path).status_code == 200
    assert [href for href, _ in opened(http.get(HOME).text)] == [path]
    given.revoked_at = given.confirmed_at
    db.flush()
    assert opened(http.get(HOME).text) == []


@pytest.mark.parametrize("value", ["", "x", "k1.AAAA", "k1.è", "k1." + "A" * 3000])
def test_a_mangled_cookie_is_no_cookie(
    value: str, db: ScopedSession, browse: Callable[..., FlaskClient]
) -> None:
    http = browse(f.SeatFactory(kind="partner"))
    http.set_cookie(COOKIE, value, path=HOME)
    assert http.get(HOME).status_code == 200
    opens(http, f.MunicipalityFactory())
    assert len(opened(http.get(HOME).text)) == 1
