"""The frame is drawn once for many pages: nobody may see another's in it, nor an old page's."""

import re

from app.views.frame import MARK
from tests import factories as f
from tests.views.conftest import TOKEN


def test_each_reader_sees_their_own_name_seat_and_page(db, reader):
    alliance = f.AllianceFactory()
    seats = [f.SeatFactory(kind="staff", alliance=alliance) for _ in range(2)]
    names = [f"{s.user.first_name} {s.user.last_name}" for s in seats]
    readers = [reader(s) for s in seats]
    for n in (0, 1, 0, 1):
        for path in ("/office/services/list/", "/office/seasons/list/?search=x%26y"):
            page = readers[n].get(path).text
            assert MARK not in page
            frame = page.partition("<main")[0]
            assert f"<strong>{names[n]}</strong>" in frame
            assert names[1 - n] not in frame
            assert frame.count('aria-current="page"') == 1
            assert re.search(rf'href="{path.partition("?")[0]}" aria-current="page"', frame)
    assert "next=%2Foffice%2Fseasons%2Flist%2F%3Fsearch%3Dx%2526y" in page
    assert 'name="next" value="/office/seasons/list/?search=x%26y"' in page


def test_the_forms_of_a_frame_that_another_drew_are_taken(db, reader):
    alliance = f.AllianceFactory()
    first, second = (reader(f.SeatFactory(kind="staff", alliance=alliance)) for _ in range(2))
    tokens = {TOKEN.search(r.get("/office/seasons/list/").text)[1] for r in (first, second)}
    assert len(tokens) == 2
    answer = second.post("/office/look", page="/office/seasons/list/", theme="dark")
    assert answer.status_code == 302
    assert 'data-theme="dark"' in second.get("/office/seasons/list/").text
    assert 'data-theme="dark"' not in first.get("/office/seasons/list/").text


def test_a_name_that_looks_like_markup_stays_a_text(db, reader):
    seat = f.SeatFactory(kind="staff", user__first_name="<b>Ada</b>")
    page = reader(seat).get("/office/seasons/list/").text
    assert "<b>Ada" not in page
    assert "&lt;b&gt;Ada" in page
