"""Who gets something back is told why before anything else."""

from tests import factories as f


def test_the_reasons_of_a_return_stand_above_the_sections(db, browse):
    seat = f.SeatFactory(kind="provider")
    given = {"alliance": seat.alliance, "organization": seat.organization}
    back = f.ServiceFactory(**given, status="returned", review_note="Manca <il> prezzo")
    draft = f.ServiceFactory(**given, status="draft", review_note="Manca <il> prezzo")
    http = browse(seat)
    page = http.get(f"/office/services/show/{back.id}").text
    above = page.partition('<section class="sheet"')[0]
    assert "Manca &lt;il&gt; prezzo" in above.partition('<div class="notice notice-lines">')[2]
    page = http.get(f"/office/services/show/{draft.id}").text
    assert '<div class="notice notice-lines">' not in page.partition('<section class="sheet"')[0]
