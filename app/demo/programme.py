"""What is held in the seasons around a given day.

The dates of the seasons are those that the calendar proposes. Venues and, but for one tariff,
prices are made up.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

from app.demo import around_today
from app.demo.plans import DAY, Calendar, Plan
from app.operations import seasons


def _year_before(plan: Plan, calendar: Calendar) -> Plan:
    """The camp that this one was copied from."""
    year = calendar.year
    return replace(
        plan,
        key=f"{plan.key}-before",
        season=(plan.season[0], year - 1),
        opens=plan.opens.replace(year=year),
        closes=plan.closes.replace(year=year),
        weeks=calendar.camp(year - 1, len(plan.weeks)),
        copied_from=None,
    )


def _of_lodi(calendar: Calendar) -> Iterator[Plan]:
    year = calendar.year
    christmas = seasons.christmas(year)
    easter = seasons.easter(year)
    camps = (
        Plan(
            "camp-codogno",
            "comune-codogno",
            "CRED Il Gelso",
            "Day camp Il Gelso",
            ("summer", year),
            date(year + 1, 4, 1),
            date(year + 1, 5, 31),
            weeks=calendar.camp(year, 8),
            venue="Scuola estiva Il Gelso",
            kind="summer_camp",
            hours=(time(8), time(17)),
            places=16,
            tight=2,
            price="58.00",
            reduced="48.00",
            unit="week",
            copied_from="camp-codogno-before",
        ),
        # The tariff of the summer camps of Lodi in 2021.
        Plan(
            "camp-lodi",
            "comune-lodi",
            "Centro estivo Le Rogge",
            "Summer camp Le Rogge",
            ("summer", year),
            date(year + 1, 4, 15),
            date(year + 1, 6, 3),
            weeks=calendar.camp(year, 7),
            venue="Parco estivo Le Rogge",
            kind="summer_camp",
            hours=(time(8), time(17)),
            places=20,
            price="60.00",
            reduced="50.00",
            unit="week",
            copied_from="camp-lodi-before",
        ),
    )
    for plan in camps:
        yield _year_before(plan, calendar)
        yield plan
    yield Plan(
        "christmas-codogno",
        "comune-codogno",
        "Natale alla Girandola",
        "Christmas at La Girandola",
        ("christmas", year),
        date(year, 11, 3),
        date(year, 12, 14),
        calendar.days(*christmas),
        venue="Centro civico La Girandola",
        tight=0,
        price="12.00",
        reduced="8.00",
    )
    yield Plan(
        "christmas-lodi",
        "comune-lodi",
        "Inverno in Sala dell'Airone",
        "Winter in the heron's hall",
        ("christmas", year),
        date(year, 10, 26),
        date(year, 12, 11),
        calendar.days(*christmas),
        venue="Sala dell'Airone",
        places=15,
        price="10.00",
    )
    yield Plan(
        "christmas-casalpusterlengo",
        "famiglia-nuova",
        "Officina di Natale",
        "Christmas workshop",
        ("christmas", year),
        date(year, 11, 9),
        date(year, 12, 16),
        calendar.days(*christmas),
        venue="Spazio Mulino",
        price="14.00",
        reduced="10.00",
    )
    yield Plan(
        "carnival-codogno",
        "comune-codogno",
        "Maschere e coriandoli",
        "Masks and confetti",
        ("carnival", year),
        date(year + 1, 1, 8),
        calendar.carnival()[0] - 5 * DAY,
        calendar.carnival(),
        venue="Centro civico La Girandola",
        price="9.00",
    )
    yield Plan(
        "carnival-lodi",
        "il-mosaico",
        "Teatro di carta",
        "Paper theatre",
        ("carnival", year),
        date(year, 12, 20),
        calendar.carnival()[0] - 4 * DAY,
        calendar.carnival(),
        venue="Atelier Le Tessere",
        ages=(4, 8),
    )
    yield Plan(
        "easter-codogno",
        "comune-codogno",
        "Pasqua in gioco",
        "Easter games",
        ("easter", year),
        easter[0] - 50 * DAY,
        easter[0] - 8 * DAY,
        calendar.days(*easter),
        venue="Centro civico La Girandola",
        price="12.00",
        reduced="8.00",
    )
    yield Plan(
        "easter-massalengo",
        "comune-massalengo",
        "Primavera in cascina",
        "Spring at the farm",
        ("easter", year),
        easter[0] - 35 * DAY,
        easter[0] - 5 * DAY,
        calendar.days(*easter),
        venue="Cascina Aperta",
        places=10,
    )
    last_weeks = calendar.camp(year, 2, date(year + 1, 8, 23))
    yield Plan(
        "september",
        "emmanuele",
        "Settembre insieme",
        "September together",
        ("summer", year),
        date(year + 1, 6, 21),
        date(year + 1, 8, 16),
        weeks=last_weeks,
        venue="Casa dei Giochi",
        kind="summer_camp",
        price="65.00",
        reduced="55.00",
        unit="week",
    )
    yield from around_today.in_lodi(calendar)
    yield Plan(
        "next-year",
        "famiglia-nuova",
        "Doposcuola Il Cortile: inserimento",
        "After-school club Il Cortile: first weeks",
        ("school_year", year + 1),
        date(year + 1, 9, 1),
        date(year + 1, 9, 20),
        weeks=calendar.camp(year, 3, date(year + 1, 9, 20)),
        venue="Ludoteca Il Cortile",
        hours=(time(14), time(18, 30)),
        price="24.00",
        unit="week",
        status="review",
    )


def _of_milano(calendar: Calendar) -> Iterator[Plan]:
    year = calendar.year
    yield Plan(
        "christmas",
        "spazio-aperto-servizi",
        "Natale in mongolfiera",
        "Christmas in a balloon",
        ("christmas", year),
        date(year, 11, 2),
        date(year, 12, 13),
        calendar.days(*seasons.christmas(year)),
        venue="Spazio Mongolfiera",
        price="13.00",
    )
    yield Plan(
        "carnival",
        "spazio-aperto-servizi",
        "Carnevale ambrosiano",
        "Ambrosian carnival",
        ("carnival", year),
        date(year + 1, 1, 10),
        calendar.carnival()[0] - 5 * DAY,
        calendar.carnival(),
        venue="Spazio Mongolfiera",
    )
    camp = Plan(
        "camp",
        "assemi",
        "Centro estivo Il Lambro",
        "Summer camp Il Lambro",
        ("summer", year),
        date(year + 1, 4, 6),
        date(year + 1, 5, 29),
        weeks=calendar.camp(year, 6),
        venue="Centro Il Lambro",
        kind="summer_camp",
        price="70.00",
        reduced="60.00",
        unit="week",
        copied_from="camp-before",
    )
    yield _year_before(camp, calendar)
    yield camp
    yield Plan(
        "next-year",
        "spazio-aperto-servizi",
        "Doposcuola Mongolfiera: prime settimane",
        "After-school club Mongolfiera: first weeks",
        ("school_year", year + 1),
        date(year + 1, 9, 1),
        date(year + 1, 9, 18),
        weeks=calendar.camp(year, 3, date(year + 1, 9, 20)),
        venue="Spazio Mongolfiera",
        hours=(time(14), time(18)),
        price="22.00",
        unit="week",
    )
    yield from around_today.in_milano(calendar)


PLANS = {"lodi": _of_lodi, "sud-sud-est-milano": _of_milano}
