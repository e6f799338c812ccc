"""The kinds of long work, and one of them in hand.

A kind is a function of a Task. It runs in the jobs process under the seat that asked, with the
web's session and language, as a request of that seat would; it may run twice: after the process
has died it begins anew, so it commits once, or goes on after the last line that it has noted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.operations import works


class Cancelled(Exception):
    """Whoever asked has asked it to stop."""


class Interrupted(Exception):
    """The process ends: it goes on in the next one."""


@dataclass
class Task:
    """A work in hand."""

    id: int
    resource: str
    payload: dict[str, Any]
    source: str | None
    undoes: int | None
    folder: Path
    moment: datetime
    # Writes the numbers down by a connection of its own; raises Cancelled or Interrupted.
    report: Callable[[int, int, int | None], None]
    # Of what it made: name, digest, size.
    file: tuple[str, str, int] | None = None
    done: int = 0
    failed: int = 0

    def progress(self, done: int, failed: int = 0, total: int | None = None) -> None:
        """Say how far it is: rows done, refused and, where that is known now, in all.

        Raises Cancelled or Interrupted between two rows: what is not committed is given up.
        """
        self.done, self.failed = done, failed
        self.report(done, failed, total)

    def given(self) -> Path:
        """The file that it was given. Raises NotFound where its time is over."""
        return works.stored(self.source, self.folder)

    def make(self, name: str, parts: Iterable[bytes]) -> None:
        """Keep what it made, to be fetched from its page."""
        self.file = (name[:200], *works.store(parts, self.folder))


KINDS: dict[str, Callable[[Task], None]] = {}


def kind(name: str) -> Callable[[Callable[[Task], None]], Callable[[Task], None]]:
    """Register what does a kind of work."""

    def keep(work: Callable[[Task], None]) -> Callable[[Task], None]:
        KINDS[name] = work
        return work

    return keep
