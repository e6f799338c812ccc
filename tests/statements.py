"""What is asked of the database meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection


@contextmanager
def selects(connection: Connection) -> Iterator[list[str]]:
    """The SELECTs that run on the connection, whoever asks its driver."""
    found: list[str] = []
    driver: Any = connection.connection.dbapi_connection
    former = driver.cursor_factory

    class Noting(former):  # type: ignore[misc]
        def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            if str(query).lstrip().upper().startswith(("SELECT", "WITH")):
                found.append(str(query))
            return super().execute(query, *args, **kwargs)

    driver.cursor_factory = Noting
    try:
        yield found
    finally:
        driver.cursor_factory = former
