"""Web servers under load: ours, and the yardstick's under the same settings."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import config
from bench import client, databases, processes

STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Server:
    """A running server: its port and its process."""

    port: int
    process: processes.Process


@contextmanager
def ours(url: str, **environment: str) -> Iterator[Server]:
    """`intreccio web` on a database."""
    with _serving([sys.executable, "-m", "app.cli", "web"], url, environment) as server:
        yield server


@contextmanager
def yardstick(url: str) -> Iterator[Server]:
    """The hand-written application on a database: the same server, settings and workers."""
    settings = str(config.PROJECT / "gunicorn.conf.py")
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        settings,
        "bench.yardstick:create_app()",
    ]
    with _serving(command, url, {}) as server:
        yield server


def token(server: Server, username: str) -> str:
    """The access token of a demo login's first seat."""
    body = json.dumps({"username": username, "password": databases.password()}).encode()
    path = "/api/v1/security/login"
    status, _, answer = client.once(server.port, client.request(path, method="POST", body=body))
    if status != 200:
        raise client.WrongAnswer(answer.decode(errors="replace"))
    return str(json.loads(answer)["access_token"])


@contextmanager
def _serving(command: list[str], url: str, environment: dict[str, str]) -> Iterator[Server]:
    port = processes.free_port()
    surroundings = databases.environment() | {
        "DATABASE_URL": url,
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(config.PROJECT),
    } | environment  # fmt: skip
    log = databases.FOLDER / f"web-{port}.log"
    process = processes.start(command, surroundings, log)
    try:
        processes.wait_until_up(process, port, log, STARTS_WITHIN)
        yield Server(port, process)
    except client.WrongAnswer as error:
        raise client.WrongAnswer(f"{error}\n{processes.tail(log)}") from None
    finally:
        processes.end(process)
        log.unlink()
