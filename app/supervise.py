"""`intreccio run`: the whole of it in one terminal, and out again with Ctrl-C."""

import ctypes
import fcntl
import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import click

from app import database
from config import Settings

log = logging.getLogger("intreccio")

TICK = 0.2
PATIENCE = 20.0  # what a child gets to finish its work before it is killed
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0  # a child that lived so long starts again without a pause
WEB_ANSWERS_WITHIN = 60.0


class Stopped(Exception):
    """Somebody asked for the end."""


@dataclass
class Child:
    """A process that runs as long as the whole does."""

    name: str
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    pause: float = 0.0
    not_before: float = 0.0


def run(settings: Settings) -> int:
    """Start everything and stay until Ctrl-C or SIGTERM. Returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            click.echo("Intreccio already runs from this folder.", err=True)
            return 1
        if not _port_is_free(settings.bind, settings.port):
            click.echo(f"Port {settings.port} is in use: set PORT to another.", err=True)
            return 1
        return Supervisor(settings, lock).run()


class Supervisor:
    """Holds the children, and the wish to stop."""

    def __init__(self, settings: Settings, lock: IO[str]) -> None:
        self.settings = settings
        self.lock = lock
        self.children = [Child("web"), Child("jobs")]
        self.environment = dict(os.environ)
        self.stopping = False

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        code = 0
        try:
            self._start_database()
            logins = self._prepare()
            self._keep_up(lambda: self._announce(logins))
        except Stopped:
            pass
        except (database.DatabaseError, subprocess.CalledProcessError) as error:
            click.echo(f"Intreccio does not start: {error}", err=True)
            code = 1
        finally:
            self._end()
        return code

    def _stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _start_database(self) -> None:
        """Give the children the address: the embedded server is ours to keep up."""
        self.environment["DATABASE_URL"] = database.url_of(self.settings)

    def _prepare(self) -> str:
        """Migrate, and load the demo once. Returns the lines that name its logins."""
        self._once("upgrade")
        if self.settings.production:
            return ""
        return self._once("demo", "--logins")

    def _once(self, *command: str) -> str:
        process = self._spawn(*command, output=subprocess.PIPE)
        while True:
            try:
                output, _ = process.communicate(timeout=TICK)
                break
            except subprocess.TimeoutExpired:
                if self.stopping:
                    process.terminate()
                    wait_for(process)
                    raise Stopped from None
        if process.returncode:
            if self.stopping:
                raise Stopped
            raise subprocess.CalledProcessError(
                process.returncode, " ".join(("intreccio", *command))
            )
        return output

    def _spawn(self, *command: str, output: int | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, "-m", "app.cli", *command],
            env=self.environment,
            stdout=output,
            text=True,
            # Ctrl-C reaches the whole terminal: we alone hear it, and stop them in order.
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def _keep_up(self, announce: Callable[[], None]) -> None:
        """Start the children, and again whenever one dies."""
        announced = False
        deadline = time.monotonic() + WEB_ANSWERS_WITHIN
        while not self.stopping:
            now = time.monotonic()
            if self.settings.database_url is None:
                self._revive_database()
            for child in self.children:
                self._revive(child, now)
            if not announced and (answers(self.settings.port) or now > deadline):
                announced = True
                announce()
            time.sleep(TICK)

    def _revive_database(self) -> None:
        if not database.is_ready(self.settings.var / "db"):
            log.warning("the database is gone; starting it again")
            self._start_database()

    def _revive(self, child: Child, now: float) -> None:
        if child.process is not None and child.process.poll() is not None:
            lived = now - child.started
            child.pause = 1.0 if lived > HEALTHY_AFTER else min(child.pause * 2, LONGEST_PAUSE)
            child.pause = max(child.pause, 1.0)
            child.not_before = now + child.pause
            log.error(
                "%s ended with code %s; again in %.0f s",
                child.name,
                child.process.returncode,
                child.pause,
            )
            child.process = None
        if child.process is None and now >= child.not_before:
            child.process = self._spawn(child.name)
            child.started = now

    def _announce(self, logins: str) -> None:
        click.echo(f"\nIntreccio answers at {self.settings.base_url}/")
        if logins:
            click.echo(f"\n{logins.rstrip()}")
        click.echo("\nCtrl-C stops it.")

    def _end(self) -> None:
        """Stop the children at once, then the database that they used."""
        # A second Ctrl-C must not leave half of it running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        for process in running:
            wait_for(process)
        if self.settings.database_url is None:
            database.stop(self.settings.var / "db")


def wait_for(process: subprocess.Popen[Any]) -> None:
    """Wait for the end of a process that was asked to stop; kill it if it takes too long."""
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        # Its group: a web server's workers go with it.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _die_with_parent() -> None:
    """Were the supervisor killed outright, its children would keep the port. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int, timeout: float = 2) -> bool:
    """Whether the web server answers anything at all."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("HEAD", "/status")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()
