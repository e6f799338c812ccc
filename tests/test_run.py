"""`intreccio run`: one command up, one Ctrl-C down, whatever dies in between."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from app import database
from bench.processes import free_port
from config import PROJECT
from tests.databases import folder_of


class Run:
    """One `intreccio run` with a folder and a port of its own."""

    def __init__(self, var: Path) -> None:
        self.port = free_port()
        self.var = var
        self.output = var / "output.txt"
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | {
            "INTRECCIO_VAR": str(var),
            "PORT": str(self.port),
            "DEMO_PASSWORD": "known-to-the-tests",
            "WEB_WORKERS": "1",
        }
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "run"],
                cwd=PROJECT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_until_up(self) -> None:
        until(lambda: "Ctrl-C stops it" in self.said() or self.process.poll() is not None, 120)
        assert self.process.poll() is None, self.said()

    def answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/status", timeout=5).status_code < 500
        except httpx.TransportError:
            return False

    def child(self, command: str) -> psutil.Process | None:
        """The child that runs the command, if there is one."""
        for child in psutil.Process(self.process.pid).children():
            if child.status() != psutil.STATUS_ZOMBIE and child.cmdline()[-1:] == [command]:
                return child
        return None

    def stop(self, number: signal.Signals) -> int:
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        code = self.process.wait(40)
        _, left = psutil.wait_procs(family, timeout=5)
        assert not left, f"still running: {left}"
        return code


def until(done: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.1)


@pytest.fixture
def runs() -> Iterator[Callable[[], Run]]:
    """Call it to start a run; each has the same folder, as a second `make run` would."""
    var = folder_of(f"run-{os.getpid()}")
    started: list[Run] = []

    def start() -> Run:
        started.append(Run(var))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(40)
    shutil.rmtree(var)


@pytest.mark.matrix
def test_one_command_starts_all_of_it_and_ctrl_c_stops_all_of_it(runs: Callable[[], Run]) -> None:
    first = runs()
    first.wait_until_up()
    assert first.answers()
    assert f"http://localhost:{first.port}/" in first.said()
    for login in ("staff", "municipality", "provider", "partner", "social-point", "parent"):
        assert login in first.said()
    assert "known-to-the-tests" in first.said()

    beside = runs()
    assert beside.process.wait(20) == 1
    assert "already runs" in beside.said()

    # The jobs, then the database: each comes back by itself.
    jobs = first.child("jobs")
    assert jobs is not None
    jobs.kill()
    until(lambda: (again := first.child("jobs")) is not None and again.pid != jobs.pid, 20)
    os.kill(int((first.var / "db" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    until(first.answers, 30)
    until(lambda: database.is_ready(first.var / "db"), 20)

    assert first.stop(signal.SIGINT) == 0
    assert not database.is_ready(first.var / "db")
    assert not first.answers()

    second = runs()
    began = time.monotonic()
    second.wait_until_up()
    assert time.monotonic() - began < 30
    assert second.answers()
    assert second.stop(signal.SIGTERM) == 0
    assert not database.is_ready(second.var / "db")
