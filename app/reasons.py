"""Reasons that the platform itself gives: kept in English, said in the reader's language."""

from collections.abc import Callable

from app.errors import N_

UNPAID = N_("The place was not paid in time.")
ABSENT = N_("Absent without a word on more days than the workshop allows.")
OWN = frozenset({UNPAID, ABSENT})


def told(reason: str | None, translate: Callable[[str], str]) -> str:
    """A reason as people read it; what a person wrote stays as it was written."""
    return translate(reason) if reason in OWN else reason or ""
