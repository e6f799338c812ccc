"""A camp's weeks are seen before they are made: nobody finds out afterwards what a holiday did."""

import re
from datetime import date

from tests import factories as f
from tests.views.conftest import value_of


def camp(seat, **values):
    """A camp of two weeks, the first without its Wednesday: 2 June is a holiday."""
    known = {"kind": "summer_camp", "starts_on": date(2027, 5, 31), "ends_on": date(2027, 6, 11)}
    body = f.OrganizationFactory(alliance=seat.alliance)
    return f.WorkshopFactory(organization=body, **known | values)


def lines(page):
    """The rows of the preview: the cells of each."""
    table = page.partition('id="weeks"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in table.split("</tr>")[:-1]]


def test_the_weeks_are_seen_before_they_are_made(db, reader):
    seat = f.SeatFactory(kind="staff")
    workshop = camp(seat)
    staff = reader(seat)
    address = f"/office/workshops/verb/weeks/{workshop.id}"

    page = staff.get(address).text
    assert (value_of(page, "first"), value_of(page, "last")) == ("2027-05-31", "2027-06-11")
    assert [line[1:3] for line in lines(page)] == [
        ["31 mag 2027", "4 giu 2027"],
        ["7 giu 2027", "11 giu 2027"],
    ]
    # The short one says that it has four days, the other nothing.
    assert ["4" in line[3] for line in lines(page)] == [True, False]
    assert lines(page)[1][3] == ""

    made = staff.post(address, places="12", starts_at="08:00", ends_at="16:00",
                      first="2027-05-31", last="2027-06-04")  # fmt: skip
    assert made.status_code == 302

    # The next ones are asked for with the same places and hours; what is there is said.
    page = staff.get(address).text
    assert [value_of(page, n) for n in ("places", "starts_at", "ends_at")] == [
        "12", "08:00", "16:00",
    ]  # fmt: skip
    assert [bool(line[3]) for line in lines(page)] == [True, False]


def test_a_refused_form_keeps_what_was_typed_and_shows_the_weeks(db, reader):
    seat = f.SeatFactory(kind="staff")
    workshop = camp(seat)
    page = reader(seat).post(
        f"/office/workshops/verb/weeks/{workshop.id}",
        places="12", starts_at="16:00", ends_at="08:00", first="2027-06-07", last="",
    )  # fmt: skip
    assert page.status_code == 422
    assert value_of(page.text, "starts_at") == "16:00"
    assert value_of(page.text, "first") == "2027-06-07"
    assert len(lines(page.text)) == 2


def test_a_camp_that_lies_in_a_closure_says_that_there_is_no_day(db, reader):
    seat = f.SeatFactory(kind="staff")
    workshop = camp(seat, starts_on=date(2027, 6, 5), ends_on=date(2027, 6, 6))
    page = reader(seat).get(f"/office/workshops/verb/weeks/{workshop.id}")
    assert page.status_code == 200
    assert not lines(page.text)
