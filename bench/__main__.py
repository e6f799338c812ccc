"""`python -m bench`: measures, prints a table and writes var/bench.json."""

import argparse
import json
import sys

import config
from bench import databases, demo, depth, enrolling, memory, queries, ranking, reading, screens
from bench.client import WrongAnswer
from bench.figures import Figure, Group, Plan

GROUPS: dict[tuple[str, ...], Group] = {
    reading.NAMES: reading.measure,
    depth.NAMES: depth.measure,
    enrolling.NAMES: enrolling.measure,
    queries.NAMES: queries.measure,
    screens.NAMES: screens.measure,
    demo.NAMES: demo.measure,
    memory.NAMES: memory.measure,
    ranking.NAMES: ranking.measure,
}
RESULTS = config.PROJECT / "var" / "bench.json"


def main() -> int:
    """Measure what is asked for; 1 if something could not be."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help="a figure's name or its beginning; may be given again")  # fmt: skip
    parser.add_argument("--quick", action="store_true",
                        help="small demos and short rounds: to see that it works")  # fmt: skip
    parser.add_argument("--seconds", type=float, help="of each round")
    parser.add_argument("--rounds", type=int, help="that count")
    given = parser.parse_args()
    plan = Plan(
        seconds=given.seconds or (1.0 if given.quick else 3.0),
        rounds=given.rounds or (3 if given.quick else 7),
        quick=given.quick,
        only=tuple(given.only),
    )
    failed = False
    found: list[Figure] = []
    print(f"{'':<42}{'ours':>12}{'yardstick':>12}{'ratio':>9}")
    with databases.server():
        for names, measure in GROUPS.items():
            if not plan.wants_any(names):
                continue
            try:
                for figure in measure(plan):
                    found.append(figure)
                    print(_line(figure), flush=True)
            except WrongAnswer as error:
                failed = True
                print(f"{', '.join(names)}: {error}", file=sys.stderr)
    _write(found)
    return int(failed)


def _line(figure: Figure) -> str:
    return (
        f"{figure.name:<42}{figure.ours:>12.1f}{figure.yardstick:>12.1f}"
        f"{figure.ratio:>9.2f}  {figure.unit}"
    )


def _write(found: list[Figure]) -> None:
    """Beside what was measured before and not now."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for figure in found:
        known[figure.name] = {
            "ours": figure.ours, "yardstick": figure.yardstick, "ratio": figure.ratio,
        }  # fmt: skip
    RESULTS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


sys.exit(main())
