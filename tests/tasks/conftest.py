"""A server of these tests' own: they enrol, publish and send what others count on."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from bench.processes import kill
from tests.servers import LiveServer, serve
from tests.tasks.person import Person


@pytest.fixture(scope="session")
def live_server(copy_of: Callable[[str], str], demo_template: str) -> Iterator[LiveServer]:
    """A web server on a copy of the demo data that only these tests use."""
    own = serve(copy_of(demo_template))
    yield own
    kill(own.process)


@pytest.fixture
def person(page: Page) -> Person:
    """Somebody in front of the screen, whose every move is counted."""
    return Person(page)
