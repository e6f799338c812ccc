"""The office's screens: a list beside the API's list of the same rows, and what they weigh."""

import gzip
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from flask import Flask

import config
from app import create_app
from app.views.base import VIEWS
from bench import client, databases, queries, servers
from bench.figures import Figure, Plan, interleaved

NAMES = (
    "screen_list_vs_api_list", "screen_list_queries", "screen_add_bytes", "screen_assets_bytes",
)  # fmt: skip
LIST, API = "/office/enrollments/list/?size=25", "/api/v1/enrollments/?limit=25"
MOST_QUERIES, MOST_FORM, MOST_ASSETS = 3, 60_000, 250_000
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ASSET = re.compile(r'(?:href|src)="(/static/[^"?]+\.(?:css|js))')
IMPORT = re.compile(r'(?:from|import) "\./([^"]+)"')


def measure(plan: Plan) -> Iterator[Figure]:
    """One reader's wait for a list; the heaviest form; the styles and scripts, compressed."""
    family = databases.THOUSAND if plan.quick else databases.HUNDRED_THOUSAND
    with databases.copy_of(family, "ours") as url:
        app = create_app(replace(databases.settings(), database_url=url))
        with servers.ours(url) as server:
            base = f"http://127.0.0.1:{server.port}"
            browser, cookies = _signed_in(base)
            if plan.wants("screen_list_vs_api_list"):
                found = _waits(plan, server, cookies)
                yield Figure("screen_list_vs_api_list", found["screen"], found["api"], "ms a page")
            forms = [form for name in sorted(VIEWS) if (form := _form(browser, base, name))]
            with browser.open(f"{base}{LIST}") as answer:
                page = answer.read().decode()
        if plan.wants("screen_list_queries"):
            yield Figure("screen_list_queries", _queries(app, cookies), MOST_QUERIES, "statements")
    if plan.wants("screen_add_bytes"):
        yield Figure("screen_add_bytes", max(map(len, forms)), MOST_FORM, "bytes")
    if plan.wants("screen_assets_bytes"):
        yield Figure("screen_assets_bytes", _assets(page), MOST_ASSETS, "bytes, compressed")


def _signed_in(base: str) -> tuple[Any, str]:
    """The staff's browser, and its cookies as a header has them."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{base}/login/") as answer:
        token = TOKEN.search(answer.read().decode())
    if token is None:
        raise client.WrongAnswer("no form to sign in with")
    given = {"username": "staff", "password": databases.password(), "csrf_token": token[1]}
    browser.open(f"{base}/login/", urllib.parse.urlencode(given).encode()).close()
    return browser, "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _waits(plan: Plan, server: servers.Server, cookies: str) -> dict[str, float]:
    bearer = {"Authorization": f"Bearer {servers.token(server, 'staff')}"}
    asked = {
        "screen": client.request(LIST, headers={"Cookie": cookies}),
        "api": client.request(API, headers=bearer),
    }
    runs = {
        name: lambda _, wire=wire: (
            client.run(server.port, [wire], seconds=plan.seconds, connections=1).median_ms
        )
        for name, wire in asked.items()
    }
    return interleaved(plan, runs)


def _form(browser: Any, base: str, resource: str) -> bytes:
    """The form for a new row; nothing if this seat has none."""
    try:
        with browser.open(f"{base}/office/{resource}/add") as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        if error.code not in (403, 404):
            raise
        return b""


def _queries(app: Flask, cookies: str) -> int:
    """The statements of a list, the second time that it is asked for."""
    reader = app.test_client(use_cookies=False)
    for _ in range(2):
        with queries.counting() as said:
            answer = reader.get(LIST, headers={"Cookie": cookies})
        if answer.status_code != 200:
            raise client.WrongAnswer(answer.text[:500])
    return len(said)


def _assets(page: str) -> int:
    """The compressed bytes of every style and script that a page loads, and what those import."""
    waiting = [config.PROJECT / "app" / path.lstrip("/") for path in ASSET.findall(page)]
    known: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in known:
            known.add(path)
            waiting += [path.parent / name for name in IMPORT.findall(path.read_text())]
    return sum(len(gzip.compress(path.read_bytes())) for path in known)
