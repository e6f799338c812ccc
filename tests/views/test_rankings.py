"""What the office sees of a ranking, and puts right."""

from datetime import datetime

import pytest

from app import models
from app.operations import ranking_runs
from app.transaction import ScopedSession
from tests import factories
from tests.operations.rankings import Camp
from tests.views.conftest import Reader, errors_at


@pytest.fixture
def camp(db: ScopedSession, seat: models.Seat, now: datetime) -> Camp:
    """Two children for one place, of whom the second declared nothing."""
    body = factories.OrganizationFactory(alliance=seat.alliance)
    made = Camp(db, now, organization=body)
    slot = made.slot()
    made.announce()
    for facts in ({"resident": True, "siblings": 2}, {}):
        child = made.child()
        made.wish((child, slot))
        made.declare(child, **facts)
    return made


def entries(camp: Camp) -> list[models.RankingEntry]:
    rows = camp.db.query(models.RankingEntry).filter_by(ranking_id=camp.ranking.id)
    return list(rows.order_by(models.RankingEntry.id))


def test_a_fact_is_put_right_by_choosing_it_and_the_reason_is_asked(
    staff: Reader, camp: Camp
) -> None:
    entry = entries(camp)[1]
    page = f"/office/ranking-entries/verb/correct/{entry.id}"
    form = staff.get(page).text
    assert '<option value="resident"' in form
    assert '<option value="birth_date"' not in form
    answer = staff.post(page, fact="resident", value="sì", reason=" ")
    assert answer.status_code == 422
    assert errors_at(answer.text, "reason")
    assert staff.post(page, fact="resident", value="sì", reason="Anagrafe").status_code == 302
    assert "Resident" in staff.get(f"/office/ranking-entries/show/{entry.id}").text


def test_the_page_of_an_entry_says_what_was_declared_and_why_it_waits(
    staff: Reader, camp: Camp
) -> None:
    camp.draw()
    camp.provisional()
    first, second = entries(camp)
    page = staff.get(f"/office/ranking-entries/show/{first.id}").text
    assert "Siblings: 2" in page
    assert "Punti: 5" in page
    assert (
        "l&#39;ultimo ammesso aveva 5 punti"
        in staff.get(f"/office/ranking-entries/show/{second.id}").text
    )
    reads = camp.db.query(models.SensitiveRead).filter_by(table_name="ranking_entry")
    assert reads.count() == 2


def test_a_run_says_what_is_otherwise_than_in_the_one_before(staff: Reader, camp: Camp) -> None:
    camp.draw()
    runs = [ranking_runs.try_out(camp.db, camp.ranking, now=camp.drawn_at) for _ in range(2)]
    page = f"/office/ranking-runs/show/{runs[1].id}"
    assert "Niente è diverso" in staff.get(page).text


def test_what_was_announced_is_not_offered_for_change(staff: Reader, camp: Camp) -> None:
    for noun, row in (("rankings", camp.ranking), ("criterion-sets", camp.ranking.criterion_set)):
        page = staff.get(f"/office/{noun}/show/{row.id}")
        assert page.status_code == 200
        assert f"/office/{noun}/edit/{row.id}" not in page.text
