"""Which row of a sheet names its columns, and which field each of them is."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from app.imports.sheets import MOST_COLUMNS, Row, as_text

# The headings are looked for in so many rows.
LOOKED_AT = 25
NOT_A_LETTER = re.compile(r"[\W_]+")
# What plan offices write besides the labels: Italian, as their sheets are.
ALSO: dict[str, tuple[str, ...]] = {
    "name": ("ente", "denominazione", "ragione sociale", "nominativo", "nome ente"),
    "title": ("titolo", "servizio", "denominazione", "nome del servizio", "nome servizio"),
    "fiscal_code": ("cf", "c f", "cod fisc", "codice fiscale", "cod fiscale"),
    "vat_number": ("p iva", "piva", "partita iva"),
    "organization_id": ("ente", "ente titolare", "ente gestore", "organizzazione", "gestore"),
    "municipality_id": ("comune", "comune di residenza", "residenza", "sede"),
    "category_id": ("categoria", "tipologia servizio"),
    "kind": ("tipo", "tipologia", "natura giuridica"),
    "phone": ("tel", "telefono", "cell", "cellulare", "recapito telefonico"),
    "email": ("mail", "e mail", "posta elettronica", "indirizzo mail"),
    "pec": ("pec", "posta certificata"),
    "address": ("via", "indirizzo", "sede legale"),
    "website": ("sito", "sito web", "web", "sito internet"),
    "price": ("costo", "tariffa", "prezzo", "importo"),
    "budget": ("budget", "importo", "finanziamento"),
    "starts_on": ("inizio", "dal", "data inizio", "decorrenza"),
    "ends_on": ("fine", "al", "data fine", "scadenza"),
    "birth_date": ("nato il", "data di nascita", "nascita"),
    "last_name": ("cognome",),
    "first_name": ("nome",),
    "description": ("descrizione", "note"),
    "note": ("note", "annotazioni"),
}


@dataclass(frozen=True)
class Target:
    """A field that a column may be, as the import needs it."""

    name: str
    label: str
    # As ``views.fields`` says it: text, longtext, email, int, decimal, bool, choice, date ...
    kind: str
    required: bool = False
    # Its label in each language.
    labels: tuple[str, ...] = ()
    # What is written for each value, in each language.
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The noun whose rows it names.
    resource: str = ""
    help: str = ""


@dataclass(frozen=True)
class Headings:
    """The row of the headings, how many rows they take, and what each column is called."""

    line: int
    depth: int
    titles: tuple[str, ...]


def plain(text: Any) -> str:
    """Without case, accents and signs, as two ways to write the same are compared."""
    return _plain(as_text(text))


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return NOT_A_LETTER.sub(" ", bare).strip()


def names_of(targets: Sequence[Target]) -> dict[str, str]:
    """What a column may be called, and the field that is meant; the nearest names win."""
    found: dict[str, str] = {}
    for one in targets:
        for text in (one.label, *one.labels, one.name, one.name.removesuffix("_id")):
            found.setdefault(plain(text), one.name)
    for one in targets:
        for text in ALSO.get(one.name, ()):
            found.setdefault(text, one.name)
    found.pop("", None)
    return found


def guess(titles: Sequence[str], targets: Sequence[Target]) -> dict[int, str]:
    """For each column the field that its heading names; none twice."""
    names = names_of(targets)
    found: dict[int, str] = {}
    # First whole headings, then their lower and their upper part.
    whole = [(title, title.rpartition(" / ")[2], title.partition(" / ")[0]) for title in titles]
    for part in range(3):
        for column, parts in enumerate(whole):
            name = names.get(plain(_without_marks(parts[part])))
            if name and column not in found and name not in found.values():
                found[column] = name
    return found


def _without_marks(title: str) -> str:
    return re.sub(r"\([^)]*\)|\*", "", title) or title


def find(rows: Sequence[Row], targets: Sequence[Target]) -> Headings:
    """The headings among the first rows of a sheet: the row that names the most fields, or,
    where none names any, the first that is about as wide as the widest.
    """
    looked = rows[:LOOKED_AT]
    best, most = None, -1.0
    widest = max((_filled(cells) for _, cells in looked), default=0)
    for place, (line, cells) in enumerate(looked):
        candidates = [Headings(line, 1, titles([cells]))]
        below = looked[place + 1] if place + 1 < len(looked) else None
        if below is not None and below[0] == line + 1 and _goes_on(cells, below[1]):
            candidates.append(Headings(line, 2, titles([cells, below[1]])))
        for one in candidates:
            named = len(guess(one.titles, targets))
            wide = sum(1 for title in one.titles if title)
            score = 3 * named + (1 if wide >= 0.6 * widest else 0) - 0.01 * place
            if score > most:
                best, most = one, score
    return best or Headings(rows[0][0] if rows else 1, 1, titles([rows[0][1]]) if rows else ())


def at(rows: Sequence[Row], line: int, depth: int) -> Headings:
    """The headings that somebody says stand in this row."""
    by_line = dict(rows)
    return Headings(line, depth, titles([by_line.get(line + n, []) for n in range(depth)]))


def titles(lines: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """What columns are called by one row, or by a row and what stands below it.

    Of merged cells the first holds the text: it goes for those at its right that have a text
    below.
    """
    upper = [as_text(cell)[:200] for cell in lines[0]]
    if len(lines) == 1:
        return tuple(upper)
    lower = [as_text(cell)[:200] for cell in lines[1]]
    width = min(max(len(upper), len(lower)), MOST_COLUMNS)
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    found, over = [], ""
    for above, below in zip(upper, lower, strict=True):
        over = above or (over if below else "")
        found.append(f"{over} / {below}" if over and below else below or above)
    return tuple(found)


def _goes_on(cells: Sequence[Any], below: Sequence[Any]) -> bool:
    """Whether the row below goes on with headings: where something is merged above it."""
    texts = [cell for cell in below if cell not in (None, "")]
    if not texts or any(not isinstance(t, str) or any(c.isdigit() for c in t) for t in texts):
        return False
    if _filled(cells) < 2:
        return False
    padded = [*cells, *([None] * max(0, len(below) - len(cells)))]
    return any(
        left not in (None, "") and right in (None, "") and place + 1 < len(below)
        and below[place + 1] not in (None, "")
        for place, (left, right) in enumerate(pairwise(padded))
    )  # fmt: skip


def _filled(cells: Sequence[Any]) -> int:
    return sum(1 for cell in cells if cell not in (None, ""))


def after(line: int, headings: Headings) -> bool:
    """Whether a line stands below the headings."""
    return line >= headings.line + headings.depth
