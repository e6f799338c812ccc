"""Light and dark: each visitor's own, never the next one's."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.transaction import ScopedSession
from tests import factories as f
from tests.sessions import Client

STYLES = sorted(Path("app/static/portal").glob("*.css"))


def theme(page: str) -> str:
    found = re.search(r'<html[^>]* data-theme="(\w+)"', page)
    return found[1] if found else ""


def test_a_visitor_chooses_dark_and_the_next_one_does_not_get_it(
    db: ScopedSession, client: Callable[..., Client]
) -> None:
    f.AllianceFactory(slug="lodi")
    one, other = client(), client()
    answer = one.get("/aspetto/dark?next=/lodi/privacy")
    assert answer.status_code == 302
    assert answer.location == "/lodi/privacy"
    # No session comes with it, so that published data still come from memory.
    assert [name for name, _, _ in map(_cookie, answer.headers.getlist("Set-Cookie"))] == ["look"]
    mine, theirs = one.get("/lodi/privacy"), other.get("/lodi/privacy")
    assert theme(mine.text) == "dark"
    assert theme(theirs.text) == ""
    for page in (mine, theirs):
        assert "private" in page.headers["Cache-Control"]
        assert "Cookie" in page.headers["Vary"]
    one.get("/aspetto/auto")
    assert theme(one.get("/lodi/privacy").text) == ""


def _cookie(header: str) -> tuple[str, str, str]:
    return header.partition("=")


def test_nonsense_for_a_look_is_no_look_and_leads_nowhere_else(
    db: ScopedSession, client: Callable[..., Client]
) -> None:
    f.AllianceFactory(slug="lodi")
    http = client()
    away = http.get("/aspetto/%22%3E%3Cscript?next=https://elsewhere.example/")
    assert away.status_code == 302
    assert "elsewhere" not in away.location
    http.http.set_cookie("look", 'theme="><script>&theme&=&density=huge')
    page = http.get("/lodi/privacy")
    assert page.status_code == 200
    assert theme(page.text) == ""


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_every_colour_has_a_name_with_a_light_and_a_dark_value(style: Path) -> None:
    tokens = Path("app/static/design/tokens.css").read_text()
    named = set(re.findall(r"(--[\w-]+):", tokens + style.read_text()))
    text = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.DOTALL)
    values = " ".join(re.findall(r":([^;{}]+);", text))
    assert not re.findall(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(|\bwhite\b|\bblack\b", values)
    assert set(re.findall(r"var\((--[\w-]+)", values)) <= named


def test_a_choice_made_at_the_portal_holds_in_the_office(
    db: ScopedSession, client: Callable[..., Client], web_on: Flask
) -> None:
    f.AllianceFactory(slug="lodi")
    http = client()
    http.get("/aspetto/dark")
    assert theme(http.get("/login/").text) == "dark"
