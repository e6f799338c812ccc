"""People by the million, each with a name and a codice fiscale of their own.

The parts of a code are computed once and put together. The check letter adds up what its fifteen
characters weigh at their places, modulo 26: so each part (surname, first name, birth, place) has
a weight of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from codicefiscale import codicefiscale as registry
from faker.providers.person.it_IT import Provider as Names

# Born in the hospitals around, where none of the small demo's people were born: Milano, Pavia,
# Cremona, Crema, Piacenza, Bergamo, Brescia, Vimercate, Vigevano, Garbagnate Milanese.
BIRTHPLACES = ("F205", "G388", "D150", "D142", "G535", "A794", "B157", "M052", "L872", "D912")
NOT_INVENTED = {"Sozzi", "Fiorentino", "Locatelli", "Piccini"}  # named in the documents
# How old the parent and the children are at least, and on how many days they may be born.
AGES = (34, 8, 4)
BIRTHDAYS = 1_000
DAY = timedelta(days=1)
BLANK = "AAAAAA00A00A000"


@dataclass(frozen=True, slots=True)
class Part:
    """What a name, a birth or a place writes into the code, and what that weighs."""

    name: str
    letters: str
    weight: int


class People:
    """Names, births and codes by a family's number.

    ``day`` is the one that ages are counted from.
    """

    def __init__(self, day: date) -> None:
        self.surnames = _surnames(n for n in Names.last_names if n not in NOT_INVENTED)
        self.first = {
            "F": _first_names(Names.first_names_female),
            "M": _first_names(Names.first_names_male),
        }
        self.places = _places(BIRTHPLACES)
        self.births = {}
        for age in AGES:
            youngest = day.replace(year=day.year - age, day=min(day.day, 28))
            days = [youngest - n * DAY for n in range(BIRTHDAYS)]
            for sex in "FM":
                self.births[age, sex] = [_birth(d, sex) for d in days]

    def person(self, family: int, who: int) -> tuple[str, str, str, str, str]:
        """First and last name, birth date, code and sex: 0 is the parent, 1 and 2 the children."""
        turn, number = divmod(family - 1, len(self.surnames))
        surname = self.surnames[number]
        sex = "FM"[(family * 7 + who * 3 + family // 11) % 2]
        names = self.first[sex]
        first = names[(family * 37 + who * 53) % len(names)]
        # Who shares the surname differs in the day or the place of birth: both odd numbers
        # share no factor with the ten thousand, so each turn has a pair of its own.
        pairs = BIRTHDAYS * len(BIRTHPLACES)
        day, place = divmod((turn * 7_919 + number * 4_409) % pairs, len(BIRTHPLACES))
        born = self.births[AGES[who], sex][day]
        code = _joined(surname, first, born, self.places[place])
        return first.name, surname.name, born.name, code, sex


def _surnames(names: Iterable[str]) -> list[Part]:
    """One name for each combination of letters: the others would share it."""
    by_letters = {registry.encode_lastname(name): name for name in reversed(list(names))}
    return [_part(name, letters, 0) for letters, name in sorted(by_letters.items())]


def _first_names(names: Iterable[str]) -> list[Part]:
    """The first names, in order."""
    return [_part(name, registry.encode_firstname(name), 3) for name in sorted(set(names))]


def _birth(day: date, sex: str) -> Part:
    """A day of birth, of a woman or of a man."""
    return _part(day.isoformat(), registry.encode_birthdate(datetime.combine(day, time()), sex), 6)


def _places(cadastral_codes: Iterable[str]) -> list[Part]:
    """Municipalities by the code of their land register."""
    return [_part(code, code, 11) for code in cadastral_codes]


def _joined(surname: Part, first_name: Part, born: Part, place: Part) -> str:
    """The whole code, with its check letter."""
    weight = _START + surname.weight + first_name.weight + born.weight + place.weight
    letter = chr(65 + weight % 26)
    return surname.letters + first_name.letters + born.letters + place.letters + letter


def _part(name: str, letters: str, start: int) -> Part:
    text = BLANK[:start] + letters + BLANK[start + len(letters) :]
    return Part(name, letters, _check(text) - _START)


def _check(text: str) -> int:
    return ord(registry.encode_cin(text)) - 65


_START = _check(BLANK)
