"""What is held in the weeks around a given day, whatever the season.

So at any date there is something to enrol in, something full, something to come, and somebody
to expect tomorrow. Venues and prices are made up.
"""

from collections.abc import Iterator
from datetime import time, timedelta

from app.demo.plans import DAY, Calendar, Plan


def in_lodi(calendar: Calendar) -> Iterator[Plan]:
    """The first alliance's, among them the one that the demo's stories are told on."""
    today = calendar.today
    running = calendar.running()
    afternoons = calendar.days(today + 10 * DAY, today + 31 * DAY)
    yield Plan(
        "afternoons-codogno",
        "comune-codogno",
        "Giornate insieme",
        "Days together",
        running,
        today - 12 * DAY,
        today + 8 * DAY,
        afternoons,
        venue="Centro civico La Girandola",
        ages=(4, 12),
        tight=1,
        price="7.00",
        reduced="4.00",
    )
    yield Plan(
        "playroom",
        "famiglia-nuova",
        "Ludoteca Il Cortile",
        "Playroom Il Cortile",
        running,
        today - 30 * DAY,
        today + 27 * DAY,
        tuple(today + n * DAY for n in range(-6, 29)),
        venue="Ludoteca Il Cortile",
        wanted=7,  # tomorrow
        ages=(3, 11),
        # After the camps close, so that a child can do both.
        hours=(time(17, 15), time(19)),
        price="5.00",
    )
    yield Plan(
        "online",
        "microcosmi",
        "Genitori in rete",
        "Parents online",
        running,
        today - 15 * DAY,
        today + 10 * DAY,
        tuple(today + timedelta(days=12 + 7 * n) for n in range(5)),
        kind="online",
        participants="adults",
        ages=(18, 99),
        hours=(time(20, 30), time(22)),
        places=40,
        unit="session",
    )
    yield Plan(
        "robotics",
        "comune-lodi",
        "Campus di robotica",
        "Robotics campus",
        running,
        today - 9 * DAY,
        today + 12 * DAY,
        calendar.days(today + 40 * DAY, today + 48 * DAY),
        venue="Sala dell'Airone",
        ages=(8, 13),
        places=8,
        price="15.00",
        allocation="ranking",
    )
    yield Plan(
        "winter-camp",
        "comune-codogno",
        "Settimane a punti",
        "Weeks by points",
        running,
        today - 45 * DAY,
        today - 20 * DAY,
        calendar.days(today + 34 * DAY, today + 44 * DAY),
        venue="Centro civico La Girandola",
        places=2,
        price="9.00",
        allocation="ranking",
    )
    yield Plan(
        "to-come",
        "comune-codogno",
        "Sabato al museo",
        "Saturday at the museum",
        running,
        today + 9 * DAY,
        today + 30 * DAY,
        tuple(today + timedelta(days=42 + 7 * n + (5 - today.weekday()) % 7) for n in range(3)),
        venue="Centro civico La Girandola",
    )


def in_milano(calendar: Calendar) -> Iterator[Plan]:
    """The second alliance's."""
    today = calendar.today
    yield Plan(
        "around-today",
        "spazio-aperto-servizi",
        "Pomeriggi in volo",
        "Afternoons aloft",
        calendar.running(),
        today - 10 * DAY,
        today + 9 * DAY,
        calendar.days(today + 12 * DAY, today + 26 * DAY),
        venue="Spazio Mongolfiera",
        tight=0,
        price="6.00",
    )
