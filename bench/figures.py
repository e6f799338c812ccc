"""What a figure is, and how rounds are taken."""

import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

HIGHER, LOWER = "higher is better", "lower is better"


@dataclass(frozen=True)
class Figure:
    """Ours beside its yardstick, in the same unit."""

    name: str
    ours: float
    yardstick: float
    unit: str

    @property
    def ratio(self) -> float:
        return self.ours / self.yardstick if self.yardstick else float("inf")


@dataclass(frozen=True)
class Plan:
    """How much is measured: for how long, how often, and which figures."""

    seconds: float
    rounds: int
    quick: bool
    only: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        """Whether the figure is asked for: by its name, or by how it begins.

        A beginning of names (`queries_`) is wanted if one of them is.
        """
        return not self.only or any(
            name.startswith(asked) or (name.endswith("_") and asked.startswith(name))
            for asked in self.only
        )

    def wants_any(self, names: Iterable[str]) -> bool:
        return any(self.wants(name) for name in names)


def interleaved(
    plan: Plan, runs: dict[str, Callable[[int], float]], warm_up: bool = True
) -> dict[str, float]:
    """The median of each run over the rounds; in a round all run one after the other.

    A run is told the number of its round, and gives what it measured. The first round warms up
    and does not count.
    """
    found: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(plan.rounds + warm_up):
        # Turned about, so that none always runs after the same other.
        order = list(runs) if number % 2 else list(reversed(runs))
        for name in order:
            value = runs[name](number)
            if number >= warm_up:
                found[name].append(value)
    return {name: statistics.median(values) for name, values in found.items()}


Group = Callable[[Plan], Iterator[Figure]]
