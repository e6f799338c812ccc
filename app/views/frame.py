"""A screen in its frame. The frame, which many pages share, is drawn once for all of them.

A template that extends ``frame`` is drawn without it; menu, seats and settings around it come
from the last page that had the same ones. What every page has of its own, its title, its address
and the token of its forms, is put in between.
"""

import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import current_app, g, render_template, request
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from app import security
from app.look import looks
from app.views import menu
from app.views.seats import seats

WHOLE, PARTS, SHELL = "office/base.html", "office/parts.html", "office/shell.html"
# Nobody can type it: it stands for what is a page's own, with its place in this list.
MARK = secrets.token_hex(16)
SLOTS = ("title", "token", "here", "here_quoted", "head", "crumbs", "notices", "content")


def drawn(template: str, values: Mapping[str, Any]) -> str:
    """The page of a template, for somebody who is signed in."""
    if g.principal.user_id is None or current_app.debug:
        return render_template(template, **values)
    parts = render_template(template, **{**values, "frame": PARTS, "mark": MARK}).split(MARK)
    if len(parts) == 1:
        return parts[0]  # It brought its frame along.
    head, crumbs, notices, content = parts
    address = menu.here()
    own = {
        "title": str(escape(values.get("title") or "")),
        "token": generate_csrf(),
        "here": str(escape(address)),
        "here_quoted": quote(address, safe=""),
        "head": head,
        "crumbs": crumbs,
        "notices": notices,
        "content": content,
    }
    shell = _shell(_Around(menu.around()))
    return "".join([shell[0], *(own[name] + text for name, text in shell[1:])])


class _Around:
    """All that a frame is drawn from: two pages with the same have the same frame."""

    def __init__(self, of_menu: menu.Around) -> None:
        who = g.principal
        self.key = (
            of_menu, who.seat_id, who.name, tuple((s["id"], s["label"]) for s in seats()),
            tuple(looks().items()), str(get_locale()), g.seat.slug if g.get("seat") else "",
            security.seat_permissions(), request.host_url,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Around) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=256)
def _shell(around: _Around) -> list[Any]:
    """The frame: its beginning, then (what comes there, the frame's text after it)."""
    slots = {name: Markup(MARK + str(n) + MARK) for n, name in enumerate(SLOTS)}  # noqa: S704
    text = render_template(
        SHELL, slots=slots, title=slots["title"], csrf_token=lambda: slots["token"],
        here=lambda: slots["here"], here_quoted=lambda: slots["here_quoted"],
    )  # fmt: skip
    first, *rest = text.split(MARK)
    return [
        first,
        *((SLOTS[int(n)], after) for n, after in zip(rest[::2], rest[1::2], strict=True)),
    ]
