"""A family at the portal: signing in, and counting what it takes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.databases import ENVIRONMENT
from tests.servers import LiveServer
from tests.ways import PHONE as PHONE
from tests.ways import SCREEN as SCREEN
from tests.ways import faults as faults

# Two cores may be busy with other tests.
expect.set_options(timeout=15_000)


Rows = Callable[..., list[Any]]


@dataclass
class Hand:
    """A finger on the page that counts what it touches."""

    page: Page
    touches: int = 0

    def tap(self, role: str, name: str | re.Pattern[str], **options: object) -> None:
        """Click what has this role and name."""
        self.touches += 1
        self.page.get_by_role(role, name=name, **options).first.click()  # type: ignore[arg-type]

    def type(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self.touches += 1
        self.page.get_by_label(label).fill(text)


@pytest.fixture
def sign_in(page: Page, rows: Rows) -> Callable[..., None]:
    """Call it with a user name: the visitor signs in on the portal of Lodi."""

    def do(username: str = "parent") -> None:
        # The families that fill the demo have no password of their own.
        rows(
            "UPDATE ab_user u SET password = p.password FROM ab_user p"
            " WHERE p.username = 'parent' AND u.username = %s RETURNING u.id",
            username,
        )
        page.goto("/lodi/accedi")
        page.get_by_label("E-mail o nome utente").fill(username)
        page.get_by_label("Password", exact=True).fill(ENVIRONMENT["DEMO_PASSWORD"])
        page.locator("main").get_by_role("button", name="Accedi").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Area famiglie")

    return do


@pytest.fixture
def rows(live_server: LiveServer) -> Iterator[Rows]:
    """Call it with SQL: what stands in the server's database."""
    address = live_server.database_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        yield lambda sql, *values: connection.execute(sql, values).fetchall()


@pytest.fixture
def workshop_id(rows: Rows) -> Callable[[str], int]:
    """The number of a demo workshop that is to come, by its title."""

    def find(title: str) -> int:
        found = rows("SELECT id FROM workshop WHERE title = %s ORDER BY starts_on DESC", title)
        return found[0][0]

    return find
