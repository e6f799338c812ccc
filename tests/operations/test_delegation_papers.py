"""The paper that a desk keeps of a person's consent is the person's, not the body's."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app import clock, models
from app.operations import delegations
from app.transaction import ScopedSession
from tests import factories


def test_a_body_s_other_seats_do_not_see_the_signed_paper(
    db: ScopedSession, as_seat: Callable[..., ScopedSession], now: datetime
) -> None:
    desk = factories.SocialPointFactory()
    person = factories.PersonFactory(alliance=desk.alliance)
    paper = factories.FileFactory(alliance=desk.alliance, organization=desk.organization)
    operator = factories.AccountFactory()
    seat = {
        "alliance_id": desk.alliance_id,
        "organization_id": desk.organization_id,
        "user_id": operator.id,
    }
    described = {"first_name": person.first_name, "last_name": person.last_name,
                 "birth_date": person.birth_date, "fiscal_code": person.fiscal_code}  # fmt: skip
    at_the_desk = as_seat("social_point", **seat)
    made = delegations.record(
        at_the_desk,
        social_point_id=desk.id,
        method="paper",
        file_id=paper.id,
        person_fields=described,
        ends_on=clock.today() + timedelta(days=30),
        now=now,
    )
    assert at_the_desk.get(models.File, paper.id) is not None
    for kind in ("municipality", "provider", "partner", "company"):
        assert as_seat(kind, **seat).get(models.File, paper.id) is None, kind
    delegations.revoke(at_the_desk, made, now=now)
    at_the_desk.expunge_all()
    assert at_the_desk.get(models.File, paper.id) is None
