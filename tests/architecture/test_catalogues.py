"""Every string that people read is in both catalogues, whole."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from config import PROJECT

METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
KEYWORDS = dict.fromkeys(("_", "N_", "gettext", "lazy_gettext")) | {
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
HOLES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def catalogue(locale: str) -> Catalog:
    path = Path(PROJECT, "app", "translations", locale, "LC_MESSAGES", "messages.po")
    return read_po(io.BytesIO(path.read_bytes()), locale=locale)


@pytest.fixture(scope="module")
def said() -> set[str | tuple[str, ...]]:
    """Every message of the sources."""
    found = extract_from_dir(PROJECT / "app", METHODS, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found if message}


def forms(entry: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (entry,) if isinstance(entry, str) else tuple(entry)


@pytest.mark.parametrize("locale", ["it", "en"])
def test_nothing_is_said_outside_the_catalogue(
    said: set[str | tuple[str, ...]], locale: str
) -> None:
    known = catalogue(locale)
    missing = [
        message
        for message in said
        if (entry := known.get(message)) is None or not all(forms(entry.string))
    ]
    assert not missing, (
        f"{len(missing)} without words in {locale}: {sorted(map(str, missing))[:20]}"
    )


def test_nothing_is_said_inside_another_text_alone(said: set[str | tuple[str, ...]]) -> None:
    """The reader of the sources does not look into f-strings."""
    inside = re.compile(r"gettext\('([^'\\]+)'")
    sources = (file.read_text() for file in (PROJECT / "app").rglob("*.py"))
    found = {message for source in sources for message in inside.findall(source)}
    assert "Import" in found
    assert not found - said


@pytest.mark.parametrize("locale", ["it", "en"])
def test_a_translation_fills_the_same_holes(locale: str) -> None:
    wrong = []
    for entry in catalogue(locale):
        if not entry.id:
            continue
        holes = {m for part in forms(entry.id) for m in HOLES.findall(part)}
        for part in forms(entry.string):
            if not set(HOLES.findall(part)) <= holes:
                wrong.append(entry.id)
    assert not wrong


def test_nothing_in_the_catalogues_is_unused(said: set[str | tuple[str, ...]]) -> None:
    singular = {message if isinstance(message, str) else message[0] for message in said}
    unused = [
        entry.id for entry in catalogue("it") if entry.id and forms(entry.id)[0] not in singular
    ]
    assert not unused
