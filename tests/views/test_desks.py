"""The social point's screens: consents that hold, and those that do not."""

from collections.abc import Callable

import pytest

from app import models
from app.transaction import ScopedSession
from tests import factories as f
from tests.views.conftest import Reader

CODE = "verb/confirm"
REVOKE = "verb/revoke"
COUNTER = "applications/counter?person_id="


@pytest.fixture
def seat(db: ScopedSession) -> models.Seat:
    return f.SeatFactory(kind="social_point")


@pytest.fixture
def consents(seat: models.Seat) -> Callable[..., models.Delegation]:
    point = f.SocialPointFactory(alliance=seat.alliance, organization=seat.organization)

    def to_desk(**values: object) -> models.Delegation:
        person = f.PersonFactory(alliance=seat.alliance)
        return f.DelegationFactory(social_point=point, person=person, **values)

    return to_desk


def test_a_consent_offers_only_what_can_still_be_done_with_it(
    reader: Callable[..., Reader],
    db: ScopedSession,
    seat: models.Seat,
    consents: Callable[..., models.Delegation],
    now,
) -> None:
    holds = consents()
    sent = consents(method="code", file=None, confirmed_at=None)
    over = consents(revoked_at=now)
    requests = consents(scope="request")
    desk = reader(seat)
    for one, offered in (
        (holds, {REVOKE, COUNTER}), (sent, {CODE, REVOKE}), (over, set()), (requests, {REVOKE}),
    ):  # fmt: skip
        page = desk.get(f"/office/delegations/show/{one.id}").text
        assert {part for part in (CODE, REVOKE, COUNTER) if part in page} == offered
    home = desk.get("/office/").text
    waits = home.partition('id="waits"')[2].partition('id="opened"')[0]
    assert f"/office/delegations/show/{sent.id}" in waits
    assert f"/office/delegations/show/{holds.id}" not in waits
