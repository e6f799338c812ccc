"""How fast the demo of a million is made, beside the same rows without key, index or trail."""

import time
from collections.abc import Iterator

from sqlalchemy import text

from app import clock, sealed
from app.demo import multitude
from bench import databases
from bench.figures import Figure, Plan

NAMES = ("demo_rows_per_second",)


def measure(plan: Plan) -> Iterator[Figure]:
    """Ten thousand families of two enrolments, and their rows once more into bare tables."""
    families = 1_000 if plan.quick else 10_000
    sealed.configure(databases.settings().data_key)
    with databases.copy_of(databases.THOUSAND, "ours") as url:
        engine = databases.engine(url)
        done = multitude.write(engine, databases.THOUSAND + families, now=clock.now())
        with engine.begin() as connection:
            began = time.monotonic()
            bare = 0
            for table in (*multitude.COPIED, "state_change"):
                connection.execute(
                    text(f"CREATE TABLE bare_{table} AS SELECT * FROM {table} LIMIT 0")  # noqa: S608
                )
                copy = text(f"INSERT INTO bare_{table} SELECT * FROM {table}")  # noqa: S608
                copied = connection.execute(copy)
                bare += copied.rowcount
            seconds = time.monotonic() - began
    yield Figure("demo_rows_per_second", done.rows / done.seconds, bare / seconds, "rows a second")
