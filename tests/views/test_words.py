"""An English screen has no Italian word of ours, and no screen one of Flask-AppBuilder's own.

That an Italian screen has no English one is read in tests/tasks/test_menu.py, screen by screen.
"""

import inspect
import io
import re
from html import unescape

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from app.views.base import VIEWS
from config import PROJECT
from tests import factories as f

# What of Flask-AppBuilder's still answers, and what it does: neither shows a word of its own.
SILENT = {"LocaleView.index": "leads back", "UtilView.back": "leads back"}
# Data that look like a message: names of a language and of an office.
NAMES = {"Italiano", "Ufficio di Piano"}
WORDS = re.compile(r">([^<>]+)<")


def italian() -> frozenset[str]:
    """What is said in Italian, and is no English message as well."""
    path = PROJECT / "app" / "translations" / "it" / "LC_MESSAGES" / "messages.po"
    catalogue = read_po(io.BytesIO(path.read_bytes()), locale="it")
    pairs = [(m.id, m.string) for m in catalogue if isinstance(m.id, str) and m.id]
    english = {id_ for id_, _ in pairs}
    return frozenset(s for _, s in pairs if s and s not in english)


def test_no_page_of_flask_appbuilder_s_own_is_left(flask_app: Flask) -> None:
    found = {
        rule.endpoint: inspect.unwrap(flask_app.view_functions[rule.endpoint]).__module__
        for rule in flask_app.url_map.iter_rules()
    }
    theirs = {e for e, module in found.items() if module.startswith("flask_appbuilder")}
    assert theirs == set(SILENT)


@pytest.mark.matrix
@pytest.mark.parametrize("kind", ["admin", "staff", "municipality", "provider", "social_point"])
def test_an_english_screen_has_no_italian_word(db, reader, kind):
    somebody = reader(f.SeatFactory(kind=kind))
    somebody.get("/office/language/en")
    ours, wrong, read = italian(), {}, 0
    for resource in VIEWS:
        for screen in ("list/", "add"):
            answer = somebody.get(f"/office/{resource}/{screen}")
            if answer.status_code != 200:
                continue  # Not this seat's.
            read += 1
            assert '<html lang="en"' in answer.text
            texts = {unescape(text).strip() for text in WORDS.findall(answer.text)}
            if found := (texts & ours) - NAMES:
                wrong[resource, screen] = found
    assert read > len(VIEWS) // 4
    assert not wrong
