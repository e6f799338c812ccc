"""A screen in its frame. The frame, which many pages share, is drawn once for all of them.

A template that extends ``frame`` is drawn without it; menu, seats and settings around it come
from the last page that had the same ones. What every page has of its own, its title, its address
and the token of its forms, is put in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import current_app, g, render_template, request, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from app import security
from app.look import looks
from app.views import drawing, menu, words
from app.views.drawing import MARK
from app.views.seats import seats

WHOLE, PARTS, SHELL = "office/base.html", "office/parts.html", "office/shell.html"
NOTICES = "office/notices.html"
# What of a page is its own: a mark with its place in this list stands for it in the frame.
SLOTS = ("title", "token", "here", "here_quoted", "head", "crumbs", "notices", "content")


def drawn(template: str, values: Mapping[str, Any]) -> str:
    """The page of a template, for somebody who is signed in."""
    if g.principal.user_id is None or current_app.debug:
        return render_template(template, **values)
    found = parts(template, values)
    # One part alone brought its frame along.
    return put_in(values.get("title"), found) if len(found) > 1 else found[0]


def parts(template: str, values: Mapping[str, Any]) -> Sequence[str]:
    """What a template has to put into the frame: for the head, the crumbs, the content."""
    return render_template(template, **{**values, "frame": PARTS, "mark": MARK}).split(MARK)


def put_in(title: Any, found: Iterable[str]) -> str:
    """The page that has these parts in its frame."""
    head, crumbs, content = found
    notices = render_template(NOTICES) if "_flashes" in session else ""
    address = menu.here()
    own = {
        "title": str(escape(title or "")),
        "token": generate_csrf(),
        "here": str(escape(address)),
        "here_quoted": quote(address, safe=""),
        "head": head,
        "crumbs": crumbs,
        "notices": notices,
        "content": content,
    }
    shell = drawing.drawn(_key(), _shell)
    return "".join([shell[0], *(own[name] + text for name, text in shell[1:])])


def _key() -> tuple[Any, ...]:
    """All that a frame is drawn from."""
    who = g.principal
    return (
        "frame", menu.around(), who.seat_id, who.name,
        tuple((s["id"], s["label"]) for s in seats()), tuple(looks().items()), words.locale(),
        g.seat.slug if g.get("seat") else "", security.seat_permissions(), request.host_url,
    )  # fmt: skip


def _shell() -> list[Any]:
    """The frame: its beginning, then (what comes there, the frame's text after it)."""
    slots = {name: Markup(MARK + str(n) + MARK) for n, name in enumerate(SLOTS)}  # noqa: S704
    text = render_template(
        SHELL, slots=slots, title=slots["title"], csrf_token=lambda: slots["token"],
        here=lambda: slots["here"], here_quoted=lambda: slots["here_quoted"],
    )  # fmt: skip
    first, *rest = text.split(MARK)
    numbers, texts = rest[::2], rest[1::2]
    return [first, *((SLOTS[int(n)], after) for n, after in zip(numbers, texts, strict=True))]
