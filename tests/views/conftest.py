"""Pages read as a person reads them: their fields, what stands in them, what is wrong."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import models
from app.transaction import ScopedSession
from tests import factories

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Reader:
    """Somebody at the screens, under one seat."""

    http: FlaskClient

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.http.get(path, **options)

    def post(self, path: str, page: str = "", **data: Any) -> TestResponse:
        """Send a form, with the token that its page holds; files as (content, name)."""
        found = TOKEN.search(self.http.get(page or path).text)
        assert found, f"no form at {page or path}"
        return self.http.post(path, data={"csrf_token": found[1], **data})


@pytest.fixture
def reader(browse: Callable[..., FlaskClient]) -> Callable[..., Reader]:
    """Call it with a seat."""

    def sit(seat: models.Seat) -> Reader:
        return Reader(browse(seat))

    return sit


@pytest.fixture
def seat(db: ScopedSession) -> models.Seat:
    """Of the office, where a test does not say whose."""
    return factories.SeatFactory(kind="staff")


@pytest.fixture
def staff(reader: Callable[..., Reader], seat: models.Seat) -> Reader:
    """Somebody of the office."""
    return reader(seat)


def value_of(page: str, name: str) -> str:
    """What stands in a field of a form."""
    field = re.search(rf'<(?:input|textarea)[^>]*name="{re.escape(name)}"[^>]*>([^<]*)', page)
    assert field, f"no field {name}"
    if field[0].startswith("<textarea"):
        return unescape(field[1])
    value = re.search(r'value="([^"]*)"', field[0])
    return unescape(value[1]) if value else ""


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of a form as it stands."""
    form = page[page.index('class="entry') :]
    found = {}
    for tag, name in re.findall(r'(<(?:input|textarea)[^>]* name="([^"]+)"[^>]*>)', form):
        if not re.search(r'type="(?:checkbox|radio|file)"', tag) or " checked" in tag:
            found[name] = value_of(form, name)
    choices = re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL)
    for name, options in choices:
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found


def errors_at(page: str, name: str) -> list[str]:
    """What is said to be wrong beside a field."""
    ident = "f-" + "".join(c if c.isalnum() else "-" for c in name)
    about = re.search(rf'<div id="{ident}-about">(.*?)</div>', page, re.DOTALL)
    found = re.findall(r'<p class="error">(.*?)</p>', about[1]) if about else []
    return [unescape(message) for message in found]


def texts(page: str) -> str:
    """The words of a page's main part, without its tags."""
    main = page.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
