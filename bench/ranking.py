"""How long a ranking of a large city takes, and how much memory, beside what we aim at.

From the canonical inputs to the canonical outcome, as a replay does it, in a process of its own:
its peak is everything that it took.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import config
from app.operations.allocation import allocate
from app.operations.allocation_inputs import (
    Child,
    Instance,
    Rules,
    Slot,
    Standing,
    Tie,
    from_canonical,
)
from bench import processes
from bench.client import WrongAnswer
from bench.figures import Figure, Plan

NAMES = ("ranking_seconds", "ranking_peak_mb")
CHILDREN, SLOTS, WISHES, WEEKS, ORGANIZERS = 20_000, 400, 5, 10, 8
AIM_SECONDS, AIM_MB = 10.0, 1_000.0


def measure(plan: Plan) -> Iterator[Figure]:
    """The median of three, each beside the aim: 20,000 children, 5 wishes, 400 slots."""
    children = CHILDREN // 20 if plan.quick else CHILDREN
    found = [_replayed(children) for _ in range(1 if plan.quick else 3)]
    if len({outcome["sha256"] for outcome in found}) != 1:
        raise WrongAnswer("the same inputs gave different outcomes")
    found.sort(key=lambda outcome: outcome["seconds"])
    middle = found[len(found) // 2]
    yield Figure("ranking_seconds", middle["seconds"], AIM_SECONDS, "s: ours, the aim")
    yield Figure("ranking_peak_mb", middle["peak_mb"], AIM_MB, "MB: the process's peak, the aim")


def _replayed(children: int) -> dict[str, float]:
    """What a fresh process says of one replay."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.ranking", str(children)],
        input=instance(children).canonical(),
        capture_output=True,
        check=False,
        cwd=config.PROJECT,
        env=processes.inherited(),
    )
    if done.returncode:
        raise WrongAnswer(done.stderr.decode(errors="replace")[-1000:])
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def instance(children: int) -> Instance:
    """The hardest kind: organizers rank differently, places are short, siblings ask to stay
    together, the first round has a quota."""
    chance = random.Random(20_270_614)
    week = 7 * 24 * 3600
    slots = tuple(
        Slot(
            f"S{number:03}",
            max(1, children * 2 // SLOTS),
            f"O{number % ORGANIZERS}",
            ((number % WEEKS * week, number % WEEKS * week + 5 * 24 * 3600),),
        )
        for number in range(SLOTS)
    )
    order_of = {slot.code: slot.order for slot in slots}
    liked = [slot.code for slot in slots]
    wishes: list[str] = []
    made = []
    for number in range(children):
        sibling = number % 5 == 1
        if not sibling:
            # Some camps are liked by everybody. Siblings wish for the same.
            drawn = (liked[int(SLOTS * chance.random() ** 2)] for _ in range(20))
            wishes = list(dict.fromkeys(drawn))
        made.append(
            Child(
                f"C{number:05}",
                tuple(wishes[:WISHES]),
                chance.randint(1, 3),
                {
                    order: Standing(
                        Decimal(chance.randint(0, 60)) / 2,
                        (Decimal(chance.randint(0, 1)), Decimal(20_150_000 + number % 7)),
                    )
                    for order in {order_of[wish] for wish in wishes[:WISHES]}
                },
                f"F{number - sibling}",
                number % 10 < 2,
            )
        )
    rules = Rules("the wheels of 14 May", (Tie("resident", "high"), Tie("born", "low")), 1)
    return Instance(rules, slots, tuple(made))


def _replay(content: bytes) -> dict[str, float | str]:
    began = time.monotonic()
    outcome = allocate(from_canonical(content))
    digest = outcome.sha256
    seconds = time.monotonic() - began
    return {"seconds": seconds, "peak_mb": _peak_mb(), "sha256": digest}


def _peak_mb() -> float:
    """This program's own peak; getrusage would count whoever started it, before its exec."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kilobytes) * 1024 / 1e6


if __name__ == "__main__":
    print(json.dumps(_replay(sys.stdin.buffer.read())))
