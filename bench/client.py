"""The load: some connections that each send the next request when the last one is answered.

One process beside the servers, on raw sockets: it shares the machine's cores with what it
measures, so it does no more than it must. Requests are bytes made beforehand; of an answer it
reads the status and the length.
"""

import multiprocessing
import re
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Any

CONNECTIONS = 16
# A server that answers nothing for so long has failed.
PATIENCE = 30.0
# So many connections may be found closed in a round.
MOST_CLOSED = 200
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)


class WrongAnswer(Exception):
    """An answer of another status than what was to be measured, or none."""


@dataclass(frozen=True)
class Load:
    """What a round did."""

    requests: int
    seconds: float
    # Of one connection's wait for an answer, the middle one, and that of the slowest twentieth.
    median_ms: float
    p95_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def request(
    path: str, *, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None
) -> bytes:
    """A whole request, as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if method != "GET":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run(
    port: int,
    requests: Iterable[bytes],
    *,
    seconds: float,
    status: int = 200,
    connections: int = CONNECTIONS,
    most: int = 1_000_000,
) -> Load:
    """Send requests for so many seconds, at most so many, from a process of its own.

    ``requests`` are taken in turn, again from the start when a list ends; an iterator that ends
    ends the round. Raises WrongAnswer.
    """
    return _apart(lambda: _measure(port, requests, seconds, status, connections, most))


def once(port: int, wire: bytes, timeout: float = 120) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own: status, headers in small letters, body."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(wire.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (li.partition(":") for li in lines)
    }
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join(_chunks(body))
    return int(first.split()[1]), headers, body


def _chunks(body: bytes) -> Iterator[bytes]:
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        yield body[:length]
        body = body[length + 2 :]


def _apart(work: Callable[[], Load]) -> Load:
    """Do the work in another process and hand back what came of it."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def report() -> None:
        try:
            sender.send(work())
        except BaseException as error:
            sender.send(error)
            raise

    process = context.Process(target=report)
    process.start()
    found: Any = receiver.recv()
    process.join()
    if isinstance(found, BaseException):
        raise WrongAnswer(str(found)) from None
    return found


def _measure(
    port: int,
    requests: Iterable[bytes],
    seconds: float,
    status: int,
    connections: int,
    most: int,
) -> Load:
    open_: dict[int, _Connection] = {}
    with select.epoll() as poll:
        try:
            return _talk(port, requests, seconds, status, connections, most, poll, open_)
        finally:
            for made in open_.values():
                made.close()


def _talk(
    port: int,
    requests: Iterable[bytes],
    seconds: float,
    status: int,
    connections: int,
    most: int,
    poll: select.epoll,
    open_: "dict[int, _Connection]",
) -> Load:
    wanted = f"HTTP/1.1 {status} ".encode()
    supply = cycle(requests) if isinstance(requests, (list, tuple)) else iter(requests)
    waits: list[float] = []
    closed = 0
    clock = time.perf_counter
    began = clock()
    end = began + seconds

    def connect(wire: bytes, at: float) -> None:
        made = _Connection(port, poll)
        open_[made.number] = made
        made.ask(wire, at)

    for _ in range(connections):
        if (first := next(supply, None)) is not None:
            connect(first, clock())
    busy = len(open_)
    while busy:
        events = poll.poll(PATIENCE)
        if not events:
            raise WrongAnswer(f"no answer within {PATIENCE:.0f} s")
        for number, _ in events:
            made = open_[number]
            data = made.read()
            if data is None:
                continue
            now = clock()
            if not data:
                # The server had waited long enough for the next request, and missed it: it is
                # sent again as any client would, and the wait counts on.
                closed += 1
                if closed > MOST_CLOSED:
                    raise WrongAnswer("the server closes its connections")
                following, asked_at = made.asked, made.asked_at
            elif data.startswith(wanted):
                waits.append(now - made.asked_at)
                following, asked_at = None, now
                if now < end and len(waits) < most:
                    following = next(supply, None)
            else:
                raise WrongAnswer(data[:2000].decode(errors="replace"))
            if following is None:
                busy -= 1
                open_.pop(number).close()  # It would end by itself, and be taken for a miss.
            elif not data or CLOSE.search(data, 0, 500):
                open_.pop(number).close()
                connect(following, asked_at)
            else:
                made.ask(following, asked_at)
    took = clock() - began
    waits.sort()
    middle, slow = waits[len(waits) // 2], waits[len(waits) * 95 // 100]
    return Load(len(waits), took, 1000 * middle, 1000 * slow)


class _Connection:
    """One connection, what was asked on it last, and what has come of the answer."""

    def __init__(self, port: int, poll: select.epoll) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = self.socket.fileno()
        self.poll = poll
        poll.register(self.number, select.EPOLLIN)
        self.asked = b""
        self.asked_at = 0.0
        self.came = b""

    def ask(self, wire: bytes, at: float) -> None:
        self.asked, self.asked_at = wire, at
        with suppress(ConnectionError):  # What is gone is read as an empty answer.
            self.socket.sendall(wire)

    def read(self) -> bytes | None:
        """The whole answer; None while it is still coming; nothing if the server is gone."""
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionError:
            data = b""
        if not data:
            self.came = b""
            return data
        if self.came:
            data = self.came + data
        if not _whole(data):
            self.came = data
            return None
        self.came = b""
        return data

    def close(self) -> None:
        self.poll.unregister(self.number)
        self.socket.close()


def _whole(data: bytes) -> bool:
    """Whether the answer has come to its end."""
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return False
    length = LENGTH.search(data, 0, head + 2)
    # 304 and 204 have none.
    return length is None or len(data) >= head + 4 + int(length[1])
