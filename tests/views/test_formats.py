"""Days, amounts and numbers are read in one way, on screens, on the site, in letters."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from app import formats, mail, models
from app.imports.sheets import MOST_ROWS, TOO_MANY_ROWS
from app.portal import words as of_the_site
from app.problems import translated
from app.transaction import ScopedSession
from app.views import words
from app.views.matching import in_words
from config import PROJECT
from tests import factories
from tests.views.conftest import Reader, fields_of, texts

DAY, MOMENT = date(2026, 12, 3), datetime(2026, 12, 3, 20, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "moment", "amount", "number"),
    [
        ("it", "3 dic 2026", "3 dic 2026 21:05", "1.234,50 €", "50.000"),
        ("en", "3 Dec 2026", "3 Dec 2026 21:05", "€1,234.50", "50,000"),
    ],
)
def test_screens_site_and_letters_say_the_same(
    flask_app: Flask, language: str, day: str, moment: str, amount: str, number: str
) -> None:
    letter = mail._environment(language).filters
    with flask_app.test_request_context(), force_locale(language):
        assert words.day(DAY) == of_the_site.day(DAY, "medium") == day
        assert words.instant(MOMENT) == moment
        said = {words.money("1234.50"), of_the_site.euro("1234.50"), letter["euro"]("1234.50")}
        assert {text.replace("\xa0", " ") for text in said} == {amount}
        assert words.number(MOST_ROWS) == number
        # A cell of a spreadsheet that somebody is about to import.
        assert amount.strip("€\xa0 ").removesuffix("0") == in_words(1234.5)
        assert number in translated(TOO_MANY_ROWS, {"most": MOST_ROWS})
    assert letter["moment"](MOMENT.isoformat()).endswith("21:05")


def test_nobody_else_writes_a_day_an_amount_or_a_number() -> None:
    own = re.compile(r"\bformat_(date|time|datetime|currency|decimal|number)\b|from babel import")
    found = {
        file.relative_to(PROJECT).as_posix()
        for file in (PROJECT / "app").rglob("*.py")
        # The head of a mail is for machines.
        if own.search(file.read_text().replace("email.utils import format_datetime", "")
                      .replace("format_datetime(clock.now())", ""))
    }  # fmt: skip
    assert found == {"app/formats.py"}


def test_a_place_stays_where_it_is_when_its_form_is_saved(
    db: ScopedSession, reader: Callable[..., Reader]
) -> None:
    """Three decimals of a degree are a hundred metres."""
    seat = factories.SeatFactory(kind="staff")
    where = Decimal("45.314159"), Decimal("9.502653")
    place = factories.LocationFactory(
        organization=factories.OrganizationFactory(alliance=seat.alliance),
        latitude=where[0], longitude=where[1],
    )  # fmt: skip
    db.flush()
    staff = reader(seat)
    assert formats.number(where[0], "it") in texts(
        staff.get(f"/office/locations/show/{place.id}").text
    )
    page = f"/office/locations/edit/{place.id}"
    form = fields_of(staff.get(page).text) | {"name": "Oratorio"}
    assert staff.http.post(page, data=form).status_code == 302
    db.expire_all()
    assert (place.name, place.latitude, place.longitude) == ("Oratorio", *where)


def test_a_proposed_change_is_read_like_what_it_would_change(
    db: ScopedSession, reader: Callable[..., Reader]
) -> None:
    seat = factories.SeatFactory(kind="staff")
    body = factories.OrganizationFactory(alliance=seat.alliance)
    service: models.Service = factories.ServiceFactory(organization=body)
    db.flush()
    service.proposal = {"price": "1234.50"}
    db.flush()
    changes = f"/office/services/show/{service.id}/related/audit-events"
    page = reader(seat).get(changes).text
    assert "1.234,50" in page
