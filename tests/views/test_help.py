"""What a screen is for is said on it, on every noun's."""

import pytest

from app.nouns import help as help_
from app.views.base import VIEWS
from tests import factories as f

LEAST, MOST = 80, 400


def test_no_noun_with_a_screen_is_without_help() -> None:
    assert set(VIEWS) <= set(help_.HELP)


@pytest.mark.parametrize("resource", help_.HELP)
def test_help_is_a_paragraph_and_not_a_page(resource):
    assert LEAST <= len(help_.HELP[resource]) <= MOST
    assert help_.HELP[resource].endswith(".")


def test_list_and_form_say_what_they_are_for_and_a_changed_row_s_form_does_not(db, reader):
    season = f.SeasonFactory()
    staff = reader(f.SeatFactory(kind="staff", alliance=season.alliance))
    for address in ("list/", "add"):
        page = staff.get(f"/office/seasons/{address}").text
        assert page.count('<details class="help">') == 1
    assert 'class="help"' not in staff.get(f"/office/seasons/edit/{season.id}").text
