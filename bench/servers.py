"""Web servers under load: ours, and the yardstick's under the same settings."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import config
from bench import client, databases

STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Server:
    """A running server: its port and its process."""

    port: int
    process: subprocess.Popen[bytes]


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
    port = _free_port()
    surroundings = databases.environment() | {
        "DATABASE_URL": url,
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(config.PROJECT),
    } | environment  # fmt: skip
    log = databases.FOLDER / f"web-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=config.PROJECT,
            env=surroundings,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise client.WrongAnswer(f"{command} does not start:\n{log.read_text()[-4000:]}")
            time.sleep(0.1)
        yield Server(port, process)
    except client.WrongAnswer as error:
        raise client.WrongAnswer(f"{error}\n{log.read_text()[-4000:]}") from None
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.unlink()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/status")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()
