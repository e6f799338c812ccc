"""Servers as processes of their own: started, waited for and ended, here and in the tests."""

import os
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL

import config
from app import supervise

Process = subprocess.Popen[bytes]


class DoesNotStart(Exception):
    """It ended, or said nothing for too long; the message is the end of its log."""


def inherited() -> dict[str, str]:
    """What every process needs of our own environment; a developer's settings are not in it."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(command: Sequence[str], environment: dict[str, str], log: Path) -> Process:
    """Start it in a session of its own, its words at the end of the log; the caller ends it."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=config.PROJECT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_up(process: Process, port: int, log: Path, seconds: float) -> None:
    """Return once the port answers. Raises DoesNotStart, and the process is ended."""
    deadline = time.monotonic() + seconds
    while not supervise.answers(port, timeout=10):
        if process.poll() is not None or time.monotonic() > deadline:
            end(process)
            raise DoesNotStart(f"{process.args!r}:\n{tail(log)}")
        time.sleep(0.1)


def tail(log: Path) -> str:
    """The last words of a log."""
    return log.read_text()[-4000:]


def end(process: Process) -> None:
    """Ask the process to stop; kill it and its workers if it does not."""
    if process.poll() is None:
        process.terminate()
    supervise.wait_for(process)


def kill(process: Process) -> None:
    """End the process and its workers at once: a browser's open lines would be waited for."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, SIGKILL)
    process.wait()
