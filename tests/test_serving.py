"""The web server's own part: what reaches the application, what is refused, how it ends."""

import http.client
import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator

import httpx
import psutil
import pytest

from app import supervise
from tests.servers import LiveServer
from tests.test_run import until

pytestmark = pytest.mark.matrix  # Most of them start a server of their own.
LOGIN = "/api/v1/security/login"
NOBODY = json.dumps({"username": "nobody", "password": "nothing"}).encode()


@pytest.fixture
def own(copy_of: Callable[[str], str], template: str,
        serve_on: Callable[..., LiveServer]) -> LiveServer:  # fmt: skip
    """A server that the test may end."""
    return serve_on(copy_of(template))


@pytest.fixture
def line(live_server: LiveServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", live_server.port), timeout=20) as found:
        yield found


def ask(line: socket.socket, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    line.sendall(sent)
    return answer(line)


def answer(line: socket.socket, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    found = http.client.HTTPResponse(line, method=method)
    found.begin()
    headers = {name.lower(): value for name, value in found.getheaders()}
    return found.status, headers, found.read()


def test_a_long_filter_is_read_and_an_endless_one_refused(line: socket.socket) -> None:
    path = b"/api/v1/services/?filter=" + b"x" * 8_000
    assert ask(line, b"GET " + path + b" HTTP/1.1\r\nHost: h\r\n\r\n")[0] == 400
    status, _, _ = ask(line, b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n")
    assert status in (400, 414, 431)


def test_endless_headers_are_refused(line: socket.socket) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in range(1_000))
    assert ask(line, b"GET /status HTTP/1.1\r\nHost: h\r\n" + many + b"\r\n")[0] in (400, 431)


def test_what_is_sent_in_chunks_is_read(line: socket.socket) -> None:
    head = f"POST {LOGIN} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
    half = len(NOBODY) // 2
    parts = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part) for part in (NOBODY[:half], NOBODY[half:], b"")
    )
    chunked = ask(line, head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + parts)
    # Read whole, it names nobody; taken as empty it would lack its fields.
    assert chunked[0] == 401, chunked
    assert ask(line, head.encode() + b"Content-Length: 0\r\n\r\n")[0] == 422


def test_who_asks_before_sending_is_told_to_go_on(line: socket.socket) -> None:
    line.sendall(
        f"POST {LOGIN} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(NOBODY)}\r\nExpect: 100-continue\r\n\r\n".encode()
    )
    assert line.recv(100).startswith(b"HTTP/1.1 100 ")
    assert ask(line, NOBODY)[0] == 401


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_too_much_is_refused_without_being_kept(live_server: LiveServer, chunked: bool) -> None:
    before, sent = memory(live_server), 0
    with socket.create_connection(("127.0.0.1", live_server.port), timeout=20) as line:
        size = 100 << 20
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
        line.sendall(
            f"POST {LOGIN} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
            f"{length}\r\n\r\n".encode()
        )
        part = b"x" * (1 << 20)
        try:
            while sent < size:
                line.sendall(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
                sent += len(part)
                assert memory(live_server) - before < 60 << 20
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough
        else:
            assert answer(line)[0] == 413
    assert httpx.get(f"{live_server.url}/status").status_code == 200


def test_requests_sent_ahead_are_answered_in_turn(line: socket.socket) -> None:
    ahead = (b"/status", b"/api/v1/nothing", b"/api/v1/services/", b"/status")
    asked = [b"GET %s HTTP/1.1\r\nHost: h\r\n" % path for path in ahead]
    line.sendall(b"\r\n".join(asked) + b"Connection: close\r\n\r\n")
    told = b"".join(iter(lambda: line.recv(1 << 16), b""))
    assert re.findall(rb"HTTP/1\.1 (\d+) ", told) == [b"200", b"404", b"200", b"200"]


def test_an_answer_does_not_say_which_version_serves_it(line: socket.socket) -> None:
    status, headers, body = ask(line, b"GET /status HTTP/1.1\r\nHost: h\r\n\r\n")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert body
    assert not re.search(r"\d", headers["server"])
    assert headers["date"]


def test_a_head_has_no_body_and_the_line_goes_on(line: socket.socket) -> None:
    for _ in range(2):
        line.sendall(b"HEAD /api/v1/services/ HTTP/1.1\r\nHost: h\r\n\r\n")
        assert answer(line, "HEAD")[0] == 200
    assert ask(line, b"GET /status HTTP/1.1\r\nHost: h\r\n\r\n")[0] == 200


@pytest.mark.parametrize("method", ["PROPFIND", "TRACE", "CONNECT", "BREW"])
def test_a_strange_method_is_refused(line: socket.socket, method: str) -> None:
    target = "h:80" if method == "CONNECT" else "/api/v1/services/"
    status, _, _ = ask(line, f"{method} {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    assert 400 <= status < 500


def test_what_is_not_http_is_refused(line: socket.socket) -> None:
    assert ask(line, b"what is this\r\n\r\n")[0] == 400


@pytest.mark.matrix
def test_a_killed_worker_is_replaced_however_often(own: LiveServer) -> None:
    master = psutil.Process(own.process.pid)
    for _ in range(6):
        killed = set(master.children())
        for worker in killed:
            worker.kill()
        until(lambda gone=killed: len(set(master.children()) - gone) == 2, 20)
    until(lambda: supervise.answers(own.port), 30)
    assert own.process.poll() is None


def test_who_waits_at_the_door_is_served_though_a_worker_dies(own: LiveServer) -> None:
    """All of them come while no worker is there to take them."""
    master = psutil.Process(own.process.pid)
    for worker in master.children():
        worker.kill()
    lines = [socket.create_connection(("127.0.0.1", own.port), timeout=60) for _ in range(40)]
    for one in lines:
        one.sendall(b"GET /status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert {answer(one)[0] for one in lines} == {200}
    for one in lines:
        one.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_asked_though_browsers_hold_their_lines(
    own: LiveServer, number: signal.Signals
) -> None:
    family = psutil.Process(own.process.pid).children()
    with httpx.Client(base_url=own.url) as browser:
        assert browser.get("/status").status_code == 200
        began = time.monotonic()
        own.process.send_signal(number)
        assert own.process.wait(20) == 0
        assert time.monotonic() - began < 10
    assert psutil.wait_procs(family, timeout=1)[1] == []


def test_it_ends_well_though_its_workers_hear_the_signal_too(own: LiveServer) -> None:
    """As from a terminal's Ctrl-C, or from systemd."""
    os.killpg(own.process.pid, signal.SIGTERM)
    assert own.process.wait(20) == 0


def test_workers_are_renewed_on_demand_without_a_lost_request(own: LiveServer) -> None:
    master = psutil.Process(own.process.pid)
    old = set(master.children())
    own.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 60
    while old & set(master.children()) or len(master.children()) != 2:
        assert httpx.get(f"{own.url}/status", timeout=20).status_code == 200
        assert time.monotonic() < deadline


def test_no_worker_outlives_a_master_that_is_killed(own: LiveServer) -> None:
    family = psutil.Process(own.process.pid).children()
    own.process.kill()
    own.process.wait()
    assert psutil.wait_procs(family, timeout=20)[1] == []


def memory(server: LiveServer) -> int:
    found = psutil.Process(server.process.pid)
    return sum(one.memory_info().rss for one in found.children(recursive=True))
