"""What became of the rows of long work, in words; and where the work and its files are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flask import current_app

from app.problems import translated

OUTCOMES = {"refused": "bad", "changed": "good", "deleted": "good", "unchanged": ""}


@dataclass(frozen=True)
class Shown:
    """A line of a preview or of a report, in the reader's words."""

    number: int
    name: str
    href: str
    outcome: str
    tone: str
    text: str


def work_page(work_id: int) -> str:
    """The address of the page of a long work."""
    return f"/office/works/show/{work_id}"


def folder() -> Path:
    """Where the files of long work lie."""
    return cast(Path, current_app.extensions["settings"].var / "works")


def reasons(
    errors: Iterable[Iterable[Any]] | None, label: Callable[[str], str] = lambda _: "",
    between: str = " ",
) -> str:  # fmt: skip
    """Why a row was refused, in the reader's language, each reason with its field's label."""
    found = []
    for name, message, params in errors or ():
        called, text = label(name) if name else "", translated(message, params)
        found.append(f"{called}: {text}" if called else text)
    return between.join(found)
