"""What a worker's memory grows by while a million rows leave it as CSV."""

import socket
import threading
import time
from collections.abc import Iterator

import psutil

from bench import client, databases, servers
from bench.figures import Figure, Plan

NAMES = ("csv_1m_peak_mb",)
MEGABYTES = "MB: the worker's growth, the file's size"


def measure(plan: Plan) -> Iterator[Figure]:
    """The growth, beside the size of the file that went through."""
    many = databases.of(10_000 if plan.quick else databases.MILLION)
    with servers.ours(many, WEB_WORKERS="1") as server:
        bearer = {"Authorization": f"Bearer {servers.token(server, 'staff')}"}
        # A first one, small: what is loaded once is no growth.
        few = client.request("/api/v1/enrollments/?format=csv&slot_id=1", headers=bearer)
        client.once(server.port, few)
        workers = psutil.Process(server.process.pid).children(recursive=True)
        before = max(worker.memory_info().rss for worker in workers)
        peak = before
        done = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.is_set():
                peak = max(peak, *(worker.memory_info().rss for worker in workers))
                time.sleep(0.02)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            size, lines = _read(
                server.port, client.request("/api/v1/enrollments/?format=csv", headers=bearer)
            )
        finally:
            done.set()
            watcher.join()
    if lines <= 1_000:
        raise client.WrongAnswer(f"{lines} lines of CSV: this is not the whole selection")
    yield Figure("csv_1m_peak_mb", (peak - before) / 1e6, size / 1e6, MEGABYTES)


def _read(port: int, wire: bytes) -> tuple[int, int]:
    """Read an answer to its end and keep nothing: its size and its lines."""
    size = lines = 0
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(wire.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        first = connection.recv(1 << 16)
        if not first.startswith(b"HTTP/1.1 200"):
            raise client.WrongAnswer(first[:1000].decode(errors="replace"))
        while first:
            size += len(first)
            lines += first.count(b"\n")
            first = connection.recv(1 << 18)
    return size, lines
