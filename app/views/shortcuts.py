"""What a seat does every day, one press from its home: its lists, its kept lists, a person."""

from dataclasses import dataclass

from app import security
from app.nouns import titles
from app.views import menu

# In the order in which a day asks for them; a seat is shown those that it may list.
DAILY = ("persons", "enrollments", "slots", "workshops", "services", "organizations")
# Kept lists beside them: more are in the menu.
KEPT = 8


@dataclass(frozen=True)
class Shortcut:
    """A list that is opened from the home; ``kept`` if it was kept under a name."""

    label: str
    href: str
    kept: bool = False


def of_seat() -> list[Shortcut]:
    """The daily lists that the active seat may open, then the kept lists of its menu."""
    granted = security.seat_permissions()
    daily = [
        Shortcut(titles.many(noun), menu.list_of(noun))
        for noun in DAILY
        if ("can_list", noun) in granted
    ]
    kept = [Shortcut(v.title, v.href, True) for v in menu.around().views if v.in_menu]
    return daily + kept[:KEPT]


def of_persons() -> str:
    """The address of the list in which a person is searched for; empty if the seat has none."""
    granted = security.seat_permissions()
    return menu.list_of("persons") if ("can_list", "persons") in granted else ""
