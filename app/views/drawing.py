"""What is drawn once for all pages on which it is the same."""

import secrets
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.views import once

# Nobody can type them: they part what is drawn together, and stand for what is a form's own.
MARK, TOKEN, ONCE = (secrets.token_hex(16) for _ in range(3))
# And what of a list is its page's own.
SLOTS = {name: Markup(secrets.token_hex(16)) for name in ("rows", "cursor", "total")}  # noqa: S704
# What the templates of such a drawing are given in the place of a form's own.
IN_FORMS = {"mark": MARK, "csrf_token": lambda: TOKEN, "once": lambda: ONCE}


class _Drawing:
    """A drawing by all that it is drawn from: two with the same are the same."""

    def __init__(self, key: Hashable, draw: Callable[[], Any]) -> None:
        self.key, self.draw, self.hashed = key, draw, hash(key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Drawing) and self.key == other.key

    def __hash__(self) -> int:
        return self.hashed


def drawn(key: Hashable, draw: Callable[[], Any]) -> Any:
    """What ``draw`` gives, or gave for the same key."""
    return draw() if current_app.debug else _kept(_Drawing(key, draw))


@lru_cache(maxsize=512)
def _kept(drawing: _Drawing) -> Any:
    made, drawing.draw = drawing.draw(), lambda: None  # It holds the page that it was drawn for.
    return made


def filled(text: str, own: Mapping[str, str]) -> str:
    """A drawing with what a page and its forms have of their own; ``own`` by the slots' names."""
    if TOKEN in text:
        text = text.replace(TOKEN, generate_csrf())
    while ONCE in text:
        text = text.replace(ONCE, once.name(), 1)
    for name, said in own.items():
        text = text.replace(SLOTS[name], said)
    return text
