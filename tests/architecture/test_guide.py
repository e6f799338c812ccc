"""The guide has a page for each role, and each of its pictures is there and on a page."""

import re

from app.models import SEAT_KINDS
from config import PROJECT
from docs.guide.screenshots import FOLDER, SCREENS, pictures

GUIDE = PROJECT / "docs" / "guide"
MOST_BYTES = 4_000_000
# What is no role's: the index, and how many actions the office's work takes.
BESIDES = {"index", "beside-directus"}


def pages() -> dict[str, str]:
    """The guide's pages by name."""
    return {path.stem: path.read_text() for path in GUIDE.glob("*.md")}


def test_every_role_has_a_page_that_the_index_leads_to() -> None:
    found = pages()
    assert set(found) == {*SEAT_KINDS, *BESIDES}
    linked = set(re.findall(r"\]\(([\w-]+)\.md\)", found["index"]))
    assert linked | {"index"} == set(found)


def test_no_page_shows_a_picture_that_is_not_there() -> None:
    for name, text in pages().items():
        for picture in re.findall(r"pictures/[\w-]+\.webp", text):
            assert (GUIDE / picture).is_file(), f"{name}: {picture}"


def test_twelve_screens_are_pictured_in_both_colours_and_widths_and_all_are_light_enough() -> None:
    wanted = list(pictures())
    assert len(SCREENS) == 12
    assert len(wanted) == 48
    assert set(FOLDER.iterdir()) == set(wanted)
    assert sum(path.stat().st_size for path in GUIDE.rglob("*.*")) < MOST_BYTES


def test_every_picture_is_on_a_page() -> None:
    shown = "".join(pages().values())
    assert not [screen.name for screen in SCREENS if f"pictures/{screen.name}-" not in shown]
