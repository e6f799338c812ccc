"""Room for so many answers, and one question at a time for each that is missing."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from app.public.answers import Answer

# What an entry takes besides its body: keys, headers, and the objects that hold them.
BESIDES = 3_000


class Store:
    """Answers by key; what was not asked for longest goes first."""

    def __init__(self, entries: int, size: int) -> None:
        self._entries, self._size = entries, size
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = threading.Lock()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Answer | None:
        """The answer, which from now on is the one asked for last."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer, and make room for it."""
        with self._lock:
            self._drop(key)
            self._kept[key] = answer
            self.weight += len(answer.body) + BESIDES
            while len(self._kept) > self._entries or self.weight > self._size:
                self._drop(next(iter(self._kept)))

    def drop(self, key: Hashable, answer: Answer) -> None:
        """Forget an answer, unless another has come in its place."""
        with self._lock:
            if self._kept.get(key) is answer:
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self.weight -= len(old.body) + BESIDES


@dataclass
class Flight:
    """A question that somebody is asking; what has come of it when it has landed."""

    since: float
    counts: dict[str, int]
    landed: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class Flights:
    """Who asks what just now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flying: dict[Hashable, Flight] = {}

    def board(
        self, key: Hashable, now: float, counts: dict[str, int], young: float
    ) -> tuple[Flight, bool]:
        """A flight and whether it is one's own.

        Another's is taken only if it started lately and nothing has changed since.
        """
        with self._lock:
            flight = self._flying.get(key)
            if flight is not None and now - flight.since < young and flight.counts == counts:
                return flight, False
            flight = self._flying[key] = Flight(now, dict(counts))
        return flight, True

    def land(self, key: Hashable, flight: Flight, answer: Answer | None) -> None:
        """Give the answer to whoever waits for it; without one they ask themselves."""
        flight.answer = answer
        with self._lock:
            if self._flying.get(key) is flight:
                del self._flying[key]
        flight.landed.set()
