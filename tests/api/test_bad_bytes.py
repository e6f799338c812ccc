"""What no client library would send, over real sockets: an answer each, and nothing written."""

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, func, select

from app import models, transaction
from app.transaction import open_session
from bench.processes import end
from tests import factories
from tests.servers import LiveServer, serve
from tests.sessions import token_for

MEGABYTE = 1 << 20
JSON = b"Content-Type: application/json\r\n"
WRITTEN = (models.AuditEvent, models.File, models.IdempotencyKey, models.Message)


@dataclass
class Raw:
    """Somebody with a socket and a token of the staff."""

    server: LiveServer
    engine: Engine
    token: bytes

    def say(self, *parts: bytes) -> tuple[int, bytes]:
        """The status and body of what the server says to these bytes; 0 if it says nothing."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as line:
            # A server that has heard enough closes the line before all is said.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for part in parts:
                    line.sendall(part)
                line.shutdown(socket.SHUT_WR)
            found = b""
            with contextlib.suppress(ConnectionResetError):
                while part := line.recv(65_536):
                    found += part
        if not found:
            return 0, b""
        head, _, body = found.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), body

    def head(self, first: bytes, *headers: bytes) -> bytes:
        return b"".join(
            [first, b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ",
             self.token, b"\r\n", *headers, b"\r\n"]
        )  # fmt: skip

    def written(self) -> list[int | None]:
        with open_session(self.engine, transaction.system("test")) as db:
            return [db.scalar(select(func.count()).select_from(m)) for m in WRITTEN]


@pytest.fixture(scope="module")
def raw(copy_of: Callable[[str], str], template: str, flask_app: Flask) -> Iterator[Raw]:
    url = copy_of(template)
    engine = create_engine(url, poolclass=NullPool)
    with open_session(engine, transaction.system("test")) as db, db.begin(), factories.into(db):
        seat = factories.SeatFactory(kind="staff")
        db.flush()
        with flask_app.app_context():
            token = token_for(seat).encode()
    server = serve(url, WEB_WORKERS="1")
    yield Raw(server, engine, token)
    end(server.process)
    engine.dispose()


@pytest.fixture(autouse=True)
def nothing_is_written_and_the_server_goes_on(raw: Raw) -> Iterator[None]:
    before = raw.written()
    yield
    assert raw.written() == before
    status, body = raw.say(raw.head(b"GET /api/v1/organizations/?limit=1"))
    assert (status, json.loads(body)["next"]) == (200, None)


def problem(body: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(body)
    assert found["detail"]
    return found


CREATE = b"POST /api/v1/organizations/"
UPLOAD = b"POST /api/v1/files/"


def of_length(count: int) -> bytes:
    return b"Content-Length: %d\r\n" % count


def chunks(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"%x\r\n" % MEGABYTE + b"x" * MEGABYTE + b"\r\n"
    yield b"0\r\n\r\n"


def test_ten_megabytes_are_too_large(raw: Raw) -> None:
    body = b'{"name": "' + b"x" * 10 * MEGABYTE + b'", "kind": "union"}'
    for method in (CREATE, CREATE + b"bulk", b"POST /api/v1/applications/quote"):
        status, said = raw.say(raw.head(method, JSON, of_length(len(body))), body)
        assert status == 413
        assert problem(said)["code"] == "too-large"


def test_ten_megabytes_in_parts_of_no_told_length_are_too_large(raw: Raw) -> None:
    head = raw.head(CREATE, JSON, b"Transfer-Encoding: chunked\r\n")
    status, said = raw.say(head, *chunks(10))
    assert status == 413, said
    assert problem(said)


def test_more_than_any_request_may_have_is_not_read(raw: Raw) -> None:
    for count in (13 * MEGABYTE, 2**40, 2**70):
        status, said = raw.say(raw.head(CREATE, JSON, of_length(count)), b"{}")
        assert status == 413, (count, said)
        assert problem(said)


def test_a_file_of_more_than_ten_megabytes_is_refused_by_name(raw: Raw) -> None:
    mark = b"5e1f0a"
    form = (
        b"--" + mark + b'\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        b"%PDF-1.7\n" + b"x" * (10 * MEGABYTE) + b"\r\n--" + mark + b"--\r\n"
    )
    kind = b"Content-Type: multipart/form-data; boundary=" + mark + b"\r\n"
    status, said = raw.say(raw.head(UPLOAD, kind, of_length(len(form))), form)
    assert status in (413, 422), said
    assert [error["field"] for error in problem(said)["errors"]] == ["file"]  # type: ignore[attr-defined]
    long = form.replace(b"x" * MEGABYTE, b"x" * 2 * MEGABYTE)
    status, said = raw.say(raw.head(UPLOAD, kind, of_length(len(long))), long)
    assert status == 413, said


@pytest.mark.parametrize(
    "body",
    [
        b"", b"--5e1f0a", b"--5e1f0a\r\n\r\n", b"\xff" * 2000, b"--other--\r\n",
        b"--5e1f0a\r\nContent-Disposition: \xff\r\n\r\nx",
    ],
)  # fmt: skip
def test_a_form_that_is_none(raw: Raw, body: bytes) -> None:
    for told in (b"; boundary=5e1f0a", b"; boundary=", b"; boundary=\xff", b""):
        kind = b"Content-Type: multipart/form-data" + told + b"\r\n"
        head = raw.head(UPLOAD, kind, of_length(len(body)))
        status, said = raw.say(head, body)
        assert 400 <= status < 500, said
        assert problem(said)


@pytest.mark.parametrize(
    "target",
    [
        b"/api/v1/organizations/\xff", b"/api/v1/\xc3\x28/", b"/api/v1/organizations/?name=\xff",
        b"/api/v1/organizations/?\xff=1", b"/api/v1/organizations/%ff", b"/api/v1/%00/",
        b"/api/v1/organizations/%ed%a0%80", b"//api//v1//organizations//", b"/api/v1/../../etc",
        b"/api/v1/organizations/?name=" + b"x" * 5000, b"/api/v1/organizations/1/\xff",
        b"http://elsewhere.example/api/v1/nothing", b"/api/v1/organizations/;x=1", b"/api/v1/%",
        b"/api/v1/organizations/?q=%ff(", b"/api/v1/organizations/?filter=%f0%28%8c%28",
    ],
)  # fmt: skip
def test_an_address_that_is_no_text(raw: Raw, target: bytes) -> None:
    for method in (b"GET ", b"DELETE "):
        status, said = raw.say(raw.head(method + target))
        assert 200 <= status < 500, said
        if status >= 400 and said.startswith(b"{"):
            assert problem(said)["status"] == status


@pytest.mark.parametrize(
    "header",
    [
        b"If-Match: \xff", b"Idempotency-Key: \xff\xfe", b"Accept: \xff", b"Accept-Language: \xff",
        b"Content-Type: \xff/\xff", b"Cookie: session=\xff", b"Cookie: \xff\xff=\xff;;;=",
        b"X-Forwarded-For: \xff", b"If-None-Match: \xff", b"Accept: " + b"a/b," * 1500,
        b"Content-Encoding: gzip", b"X-CSRFToken: \xff", b"X-API-Key: \xff",
        b"If-Modified-Since: \xff", b"Range: \xff",
    ],
)  # fmt: skip
def test_a_header_that_is_no_text(raw: Raw, header: bytes) -> None:
    body = b'{"name": "x", "kind": "no such kind"}'
    told = () if header.startswith(b"Content-Type") else (JSON,)
    head = raw.head(CREATE, *told, header + b"\r\n", of_length(len(body)))
    status, said = raw.say(head, body)
    assert 400 <= status < 500, said
    assert problem(said)
    status, said = raw.say(raw.head(b"GET /api/v1/organizations/", header + b"\r\n"))
    assert 200 <= status < 500, said


@pytest.mark.parametrize(
    "token", [b"\xff\xfe", b"x" * 7000, b"a.b.c\x01", b"", b"eyJhbGciOiJub25lIn0.e30.", b"itr_\xff"]
)  # fmt: skip
def test_a_token_that_is_none(raw: Raw, token: bytes) -> None:
    head = b"GET /api/v1/organizations/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    status, said = raw.say(head + b"Authorization: Bearer " + token + b"\r\n\r\n")
    assert status in (400, 401), said


@pytest.mark.parametrize(
    "request_",
    [
        CREATE + b" HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n{}",
        CREATE + b" HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}",
        CREATE + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        CREATE + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        CREATE + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        CREATE + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{",
        b"GET " + b"/" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET /api/v1/organizations/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\r\nX: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-%d: y\r\n" * 200 + b"\r\n",
    ],
    ids=lambda said: said[-24:],
)  # fmt: skip
def test_what_is_hardly_http(raw: Raw, request_: bytes) -> None:
    status, said = raw.say(request_)
    assert status == 0 or 400 <= status < 500 or status in (501, 505), said
