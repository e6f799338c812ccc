"""The request's principal: who asks, by a token, a key or the browser's session."""

import time
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from flask import g, request, session

from app import clock
from app.errors import Unauthorized
from app.operations import keys
from app.security.grants import granted
from app.security.seats import accounts, citizens_have_passwords, first_seat, seats_of
from app.security.tokens import bearer, read_token
from app.transaction import PUBLIC, Principal, ScopedSession, claim, seated, web

# Screens that read their rows first: that statement proves the seat as well.
PROVEN = (".list",)
A_MINUTE = 60
# These read the token themselves: a refresh token is nobody's seat.
OWN_TOKEN = frozenset(("TokenApi.refresh", "TokenApi.logout"))


def identify() -> None:
    """Set the request's principal from its token or its session; nobody's is the public's."""
    who: Any = cast(Any, g)._get_current_object()
    who.principal, who.permissions, who.seats = PUBLIC, granted("public", None), ()
    who.by_cookie, who.how = False, "password"
    endpoint, path = request.endpoint, request.path
    if endpoint in ("static", None) or path.startswith("/static/"):
        _scope(PUBLIC)
        return
    if "HTTP_AUTHORIZATION" in request.environ:
        if endpoint in OWN_TOKEN:
            _scope(PUBLIC)
            return
        if path.startswith("/api/"):
            _claim(who)
            return
        claims = read_token("access")
        g.how = claims.get("how", "password")
        _enter(_integer(claims["sub"]), _integer(claims.get("seat")), claims.get("ver"))
    # Flask-Login's own mark: its user would be loaded by a query that the seats' makes needless.
    elif "_user_id" in session:
        g.by_cookie, g.how = True, session.get("how", "password")
        if request.method == "GET" and endpoint.endswith(PROVEN) and _remembered():
            return
        _enter(_integer(session["_user_id"]), session.get("seat"), session.get("version"))
    _scope(g.principal)


def _scope(principal: Principal) -> ScopedSession:
    web.remove()
    session: ScopedSession = web()
    session.info["principal"] = principal
    return session


def _claim(who: Any) -> None:
    """Act under the seat that the token names; it is proven with the first statement."""
    text = bearer()
    if text.startswith(keys.BEGINS):
        _take_key(text)
        return
    claims = read_token("access")
    try:
        who.principal = Principal(
            claims["kind"],
            user_id=int(claims["sub"]),
            seat_id=claims["seat"],
            alliance_id=claims["alliance"],
            organization_id=claims["organization"],
            role_id=claims["role"],
            care=claims["care"],
            name=claims["name"],
        )
        who.permissions = granted(who.principal.kind, None)
        version = claims["ver"]
    except (KeyError, ValueError):
        raise Unauthorized() from None
    how = claims.get("how", "password")
    if claims["kind"] == "citizen" and how != "identity" and not citizens_have_passwords():
        raise Unauthorized()
    who.seats, who.how = None, how
    claim(_scope(who.principal), who.principal, version, claims.get("fam"))


def _take_key(text: str) -> None:
    """Act under the seat of a program's key, within its scopes. Raises Unauthorized."""
    found = keys.holder(accounts(), text, now=clock.now())
    accounts.commit()  # That it was used, once a minute.
    rows = seats_of(found.user_id, "key") if found is not None else []
    row = next((r for r in rows if r.Seat is not None and r.Seat.id == found.seat_id), None)
    if found is None or row is None:
        raise Unauthorized()
    g.seats, g.seat, g.how = (row,), row, "key"
    g.principal = seated(row.Seat, f"{found.name} ({row.first_name} {row.last_name})")
    narrowed = row.narrowed if row.Seat.role_id else None
    g.permissions = granted(row.Seat.kind, narrowed) & keys.allowed(found.scopes)
    _scope(g.principal)


def act_under(user_id: int | None, seat_id: int) -> None:
    """Act, in a context without a request, under a seat that its account still holds.

    Raises Unauthorized.
    """
    g.by_cookie, g.how = False, "password"
    row = next(
        (s for s in (seats_of(user_id) if user_id else ()) if s.Seat and s.Seat.id == seat_id), None
    )
    if row is None:
        raise Unauthorized()
    g.seats, g.seat = (row,), row
    g.principal = seated(row.Seat, f"{row.first_name} {row.last_name}")
    g.permissions = granted(row.Seat.kind, row.narrowed if row.Seat.role_id else None)
    _scope(g.principal)


def _remembered() -> bool:
    """Sit down as a minute ago, where the page's own statement proves that it is still so."""
    user_id, version = _integer(session["_user_id"]), session.get("version")
    rows = _seats_of_the_minute(user_id, version, g.how, int(time.monotonic() // A_MINUTE))
    chosen = next((row for row in rows if row.Seat.id == session.get("seat")), None)
    if chosen is None or chosen.Seat.role_id is not None or chosen.token_version != version:
        return False  # What a role takes from a seat is asked each time.
    g.seats, g.seat, g.remembered = rows, chosen, True
    g.principal = seated(chosen.Seat, f"{chosen.first_name} {chosen.last_name}")
    g.permissions = granted(chosen.Seat.kind, None)
    claim(_scope(g.principal), g.principal, version)
    return True


@lru_cache(maxsize=1024)
def _seats_of_the_minute(user_id: int, version: int, how: str, minute: int) -> tuple[Any, ...]:
    return tuple(row for row in seats_of(user_id, how) if row.Seat is not None)


def again() -> bool:
    """Whether a page that was refused to a remembered seat may be asked for anew, by the seats
    that the account holds now."""
    if not g.pop("remembered", False):
        return False
    _seats_of_the_minute.cache_clear()
    g.principal, g.permissions, g.seats = PUBLIC, granted("public", None), ()
    _enter(_integer(session["_user_id"]), session.get("seat"), session.get("version"))
    _scope(g.principal)
    return True


def _integer(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _enter(user_id: int | None, seat_id: int | None, version: Any) -> None:
    """Take the seat, if the account still holds it. Raises Unauthorized."""
    rows = seats_of(user_id, g.how) if user_id is not None else []
    if not rows or rows[0].token_version != version:
        session.pop("seat", None)
        if g.by_cookie:
            g.by_cookie = False
            return
        raise Unauthorized()
    chosen = next((row for row in rows if row.Seat is not None and row.Seat.id == seat_id), None)
    if chosen is None and not g.by_cookie:
        raise Unauthorized()
    chosen = chosen or first_seat(rows)
    g.seats = tuple(row for row in rows if row.Seat is not None)
    if chosen is None:
        return
    g.seat = chosen
    g.principal = seated(chosen.Seat, f"{chosen.first_name} {chosen.last_name}")
    g.permissions = granted(chosen.Seat.kind, chosen.narrowed if chosen.Seat.role_id else None)
    if g.by_cookie:
        session["seat"] = chosen.Seat.id


def moment() -> datetime:
    """The instant that the request is judged at: one for all of its rules."""
    moment = g.get("moment")
    if moment is None:
        moment = g.moment = clock.now()
    return cast(datetime, moment)
