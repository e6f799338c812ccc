"""Real processes: the web server, the jobs, and a mail server that keeps what it gets."""

import asyncio
import email
import email.policy
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.processes import Process, free_port, inherited, kill, start, wait_until_up
from tests.databases import ENVIRONMENT, folder_of

STARTS_WITHIN = 30


@dataclass
class LiveServer:
    """A running web server and what is needed to start more on its database."""

    port: int
    environment: dict[str, str]
    log: Path
    process: Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return self.environment["DATABASE_URL"]

    def start(self, *command: str, **environment: str) -> Process:
        """Start another `intreccio` command beside it, `jobs` for one; the caller ends it."""
        return start(intreccio(*command), self.environment | environment, self.log)


@pytest.fixture(scope="session")
def live_server(copy_of: Callable[[str], str], demo_template: str) -> Iterator[LiveServer]:
    """Gunicorn with two workers on this process's own copy of the demo data."""
    with_demo = serve(copy_of(demo_template))
    yield with_demo
    kill(with_demo.process)


@pytest.fixture
def serve_on() -> Iterator[Callable[..., LiveServer]]:
    """Call it with a database's address: a server for one test, which may be killed."""
    started: list[LiveServer] = []

    def start(url: str, **environment: str) -> LiveServer:
        started.append(serve(url, **environment))
        return started[-1]

    yield start
    for one in started:
        kill(one.process)


def serve(url: str, **environment: str) -> LiveServer:
    """Start a web server on the database and wait until it answers."""
    port = free_port()
    log = folder_of("logs") / f"web-{os.getpid()}-{port}.log"
    surroundings = (
        inherited()
        | ENVIRONMENT
        | {
            "DATABASE_URL": url,
            "PORT": str(port),
            "BASE_URL": f"http://127.0.0.1:{port}",
            "INTRECCIO_VAR": str(folder_of(f"files-{os.getpid()}-{port}")),
        }
        | environment
    )
    process = start(intreccio("web"), surroundings, log)
    wait_until_up(process, port, log, STARTS_WITHIN)
    return LiveServer(port, surroundings, log, process)


def intreccio(*command: str) -> list[str]:
    """One of our commands, as a process is started with it."""
    return [sys.executable, "-m", "app.cli", *command]


@dataclass
class Mailbox:
    """A mail server's memory, and the moods that a test gives it."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    # What it answers instead of taking a mail, such as "451 later"; None takes it.
    refuse: str | None = None
    # How long it thinks about a mail before it has taken it.
    seconds: float = 0.0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to the address, oldest first."""
        return [mail for mail in self.mails if address in str(mail["To"])]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.seconds)
        if self.refuse is not None:
            return self.refuse
        content: Any = envelope.content
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 taken"


@pytest.fixture
def smtp() -> Iterator[Mailbox]:
    """A real mail server on a port of its own, empty at the start of each test."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()
