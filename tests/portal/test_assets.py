"""Styles and scripts: kept by the browser as long as they are what the page means."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import flask_appbuilder
import pytest
from flask import Flask, url_for

from app.transaction import ScopedSession
from tests import factories as f
from tests.sessions import Client


@pytest.mark.parametrize("page", ["/lodi/", "/login/"])
def test_every_file_that_a_page_names_is_kept_for_a_year(
    db: ScopedSession, client: Callable[..., Client], page: str
) -> None:
    f.AllianceFactory(slug="lodi")
    http = client()
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', http.get(page).text)
    assert named
    for address in map(unescape, named):
        assert re.search(r"\?v=[0-9a-f]{12}(#|$)", address)
        answer = http.get(address.partition("#")[0], buffered=True)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000"
        assert "Set-Cookie" not in answer.headers


def test_an_address_without_the_version_or_with_an_old_one_is_asked_for_again(
    client: Callable[..., Client],
) -> None:
    http = client()
    for address in ("/static/fonts.css", "/static/fonts.css?v=0123456789ab"):
        answer = http.get(address, buffered=True)
        assert answer.headers["Cache-Control"] == "no-cache"
        again = http.get(address, headers={"If-None-Match": answer.headers["ETag"]}, buffered=True)
        assert again.status_code == 304
    assert http.get("/static/../config.py?v=x").status_code == 404
    assert http.get("/static/nothing.css?v=x").status_code == 404


def test_a_changed_file_has_another_address(
    flask_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = tmp_path / "style.css"
    monkeypatch.setattr(flask_app, "_static_folder", str(tmp_path))
    found = set()
    with flask_app.test_request_context():
        assert url_for("static", filename="nothing.css") == "/static/nothing.css"
        for content in ("a {}", "b {}", "b { }"):
            style.write_text(content)
            found.add(url_for("static", filename="style.css"))
    assert len(found) == 3


def test_nothing_is_served_of_a_design_that_no_page_has(client: Callable[..., Client]) -> None:
    """Flask-AppBuilder brings jQuery, Select2, Bootstrap 3 and Font Awesome along."""
    http = client()
    brought = Path(flask_appbuilder.__file__).parent / "static" / "appbuilder"
    files = [file for file in brought.rglob("*") if file.suffix in (".js", ".css", ".woff2")]
    assert files
    for file in files[:: max(len(files) // 20, 1)]:
        name = file.relative_to(brought).as_posix()
        for address in (f"/static/appbuilder/{name}", f"/appbuilder/{name}", f"/static/{name}"):
            assert http.get(address).status_code == 404, address
