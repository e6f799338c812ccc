"""Who is asking: accounts, tokens and seats, on Flask-AppBuilder's security manager."""

import time
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

import jwt
from flask import Flask, current_app, g, request, session
from flask_appbuilder.const import AUTH_DB
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_appbuilder.security.sqla.models import assoc_permissionview_role as role_permissions
from flask_jwt_extended import JWTManager
from flask_limiter import Limiter
from flask_login import current_user, login_user
from flask_wtf.csrf import CSRFError, validate_csrf
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from wtforms import ValidationError as CsrfInvalid

from app import clock, permissions, problems
from app.errors import N_, Forbidden, Unauthorized
from app.extensions import limiter
from app.models import Account, Alliance, Organization, Seat
from app.operations import keys
from app.transaction import PUBLIC, Principal, ScopedSession, ask, claim, system, web

# Flask-AppBuilder's own, for accounts and roles, used nowhere else.
accounts = scoped_session(
    sessionmaker(class_=ScopedSession, info={"principal": system("accounts")})
)
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
# These read the token themselves: a refresh token is nobody's seat.
OWN_TOKEN = frozenset(("TokenApi.refresh", "TokenApi.logout"))


class SecurityManager(FabSecurityManager):
    """Permissions of the seat that the request acts under; a session of its own."""

    user_model = Account

    @property
    def session(self) -> Any:
        return accounts

    def create_limiter(self, app: Flask) -> Limiter:
        return limiter

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the active seat holds the permission; a menu entry asks for its list."""
        verb = "can_list" if permission_name == "menu_access" else permission_name
        return (verb, view_name) in seat_permissions()

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        return {name for name in menu_names or [] if self.has_access("menu_access", name)}

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        manager = super().create_jwt_manager(app)
        # Every way for a token to be wrong has one answer.
        refuse = lambda *_: problems.of(Unauthorized())  # noqa: E731
        for hook in (
            manager.unauthorized_loader,
            manager.invalid_token_loader,
            manager.expired_token_loader,
            manager.revoked_token_loader,
            manager.user_lookup_error_loader,
            manager.needs_fresh_token_loader,
            manager.token_verification_failed_loader,
        ):
            hook(refuse)
        return manager

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> Any:
        """The account behind a token; ``identify`` checks its version and seat itself."""
        return self.load_user(jwt_data["sub"])

    @staticmethod
    def before_request() -> None:
        g.user = current_user


def seat_permissions() -> frozenset[tuple[str, str]]:
    """The (permission, resource) pairs of the request's seat."""
    if g.get("permissions") is None:
        return _granted("public", None)
    if g.principal.role_id is not None and g.seats is None:
        # A token's seat that a role narrows: read once, where all of its permissions are asked.
        row = next((s for s in held_seats() if s.Seat.id == g.principal.seat_id), None)
        g.permissions = _granted(g.principal.kind, row.narrowed if row is not None else [])
    return cast("frozenset[tuple[str, str]]", g.permissions)


@lru_cache
def _base(kind: str) -> frozenset[tuple[str, str]]:
    return frozenset(permissions.permissions(kind))


def _granted(kind: str, narrowed: list[list[str]] | None) -> frozenset[tuple[str, str]]:
    base = _base(kind)
    if narrowed is None:
        return base
    return base & {(permission, view) for permission, view in narrowed}


# ---------------------------------------------------------------- the request's principal


def identify() -> None:
    """Set the request's principal from its token or its session; nobody's is the public's."""
    g.principal, g.permissions, g.seats = PUBLIC, _granted("public", None), ()
    g.by_cookie, g.how = False, "password"
    g.user = current_user
    if request.endpoint in ("static", None) or request.path.startswith("/static/"):
        _scope(PUBLIC)
        return
    if "Authorization" in request.headers:
        if request.endpoint in OWN_TOKEN:
            _scope(PUBLIC)
            return
        if request.path.startswith("/api/"):
            _claim()
            return
        claims = read_token("access")
        g.how = claims.get("how", "password")
        _enter(_integer(claims["sub"]), _integer(claims.get("seat")), claims.get("ver"))
    elif current_user.is_authenticated:
        g.by_cookie, g.how = True, session.get("how", "password")
        _enter(int(current_user.get_id()), session.get("seat"), session.get("version"))
    _scope(g.principal)


def _scope(principal: Principal) -> None:
    web.remove()
    web().info["principal"] = principal


# ---------------------------------------------------------------- tokens


def claims_of(row: Any) -> dict[str, Any]:
    """What a token says of a seat (a row of ``seats_of``); each request's first statement
    proves that it still holds."""
    return {
        "ver": row.token_version,
        "seat": row.Seat.id,
        "kind": row.Seat.kind,
        "alliance": row.Seat.alliance_id,
        "organization": row.Seat.organization_id,
        "role": row.Seat.role_id,
        "care": row.Seat.care,
        "name": f"{row.first_name} {row.last_name}",
    }


def _claim() -> None:
    """Act under the seat that the token names; it is proven with the first statement."""
    text = bearer()
    if text.startswith(keys.BEGINS):
        _take_key(text)
        return
    claims = read_token("access")
    try:
        g.principal = Principal(
            claims["kind"],
            user_id=int(claims["sub"]),
            seat_id=claims["seat"],
            alliance_id=claims["alliance"],
            organization_id=claims["organization"],
            role_id=claims["role"],
            care=claims["care"],
            name=claims["name"],
        )
        g.permissions = _granted(g.principal.kind, None)
        version = claims["ver"]
    except (KeyError, ValueError):
        raise Unauthorized() from None
    how = claims.get("how", "password")
    if claims["kind"] == "citizen" and how != "identity" and not _citizens_have_passwords():
        raise Unauthorized()
    g.seats, g.how = None, how
    _scope(g.principal)
    claim(web(), g.principal, version, claims.get("fam"))


def _take_key(text: str) -> None:
    """Act under the seat of a program's key, within its scopes. Raises Unauthorized."""
    found = keys.holder(accounts(), text, now=clock.now())
    accounts.commit()  # That it was used, once a minute.
    rows = seats_of(found.user_id, "key") if found is not None else []
    row = next((r for r in rows if r.Seat is not None and r.Seat.id == found.seat_id), None)
    if found is None or row is None:
        raise Unauthorized()
    g.seats, g.seat, g.how = (row,), row, "key"
    g.principal = _principal(row, f"{found.name} ({row.first_name} {row.last_name})")
    narrowed = row.narrowed if row.Seat.role_id else None
    g.permissions = _granted(row.Seat.kind, narrowed) & keys.allowed(found.scopes)
    _scope(g.principal)


def _principal(row: Any, name: str) -> Principal:
    seat = row.Seat
    return Principal(
        seat.kind,
        user_id=seat.user_id,
        seat_id=seat.id,
        alliance_id=seat.alliance_id,
        organization_id=seat.organization_id,
        role_id=seat.role_id,
        care=seat.care,
        name=name,
    )


def bearer() -> str:
    """The token that the request carries. Raises Unauthorized."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorized()
    return text.strip()


def read_token(*uses: str) -> Mapping[str, Any]:
    """The claims of the request's token. Raises Unauthorized for one that we did not sign."""
    try:
        claims = _signed(bearer(), current_app.config["JWT_SECRET_KEY"])
    except jwt.InvalidTokenError:
        raise Unauthorized() from None
    if claims["type"] not in uses or claims["exp"] <= time.time():
        raise Unauthorized()
    return claims


@lru_cache(maxsize=4096)
def _signed(token: str, secret: str) -> Mapping[str, Any]:
    """The claims of a token that we signed: the signature is checked once, the rest each time.

    Raises jwt.InvalidTokenError.
    """
    claims = jwt.decode(
        token, secret, algorithms=["HS256"],
        options={"require": ["exp", "sub", "type"], "verify_exp": False},
    )  # fmt: skip
    if not isinstance(claims["exp"], int) or not isinstance(claims["sub"], str):
        raise jwt.InvalidTokenError
    return MappingProxyType(claims)


def held_seats() -> tuple[Any, ...]:
    """The seats that the request's account holds."""
    if g.seats is None:
        rows = seats_of(g.principal.user_id, g.how)
        g.seats = tuple(row for row in rows if row.Seat is not None)
    return cast("tuple[Any, ...]", g.seats)


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
    g.principal = _principal(chosen, f"{chosen.first_name} {chosen.last_name}")
    g.permissions = _granted(chosen.Seat.kind, chosen.narrowed if chosen.Seat.role_id else None)
    if g.by_cookie:
        session["seat"] = chosen.Seat.id


def first_seat(rows: list[Any]) -> Any | None:
    """The seat a person sits down on first: one of work before the citizen's."""
    held = [row for row in rows if row.Seat is not None]
    held.sort(key=lambda row: (row.Seat.kind == "citizen", row.Seat.id))
    return held[0] if held else None


def seats_of(user_id: int, how: str = "password") -> list[Any]:
    """An active account with its active seats: one row each, or one without a seat.

    ``how`` it came in: by password, by a digital identity, or as a program with a key.
    """
    narrowed = (
        select(func.json_agg(func.json_build_array(Permission.name, ViewMenu.name)))
        .select_from(role_permissions)
        .join(PermissionView, PermissionView.id == role_permissions.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(role_permissions.c.role_id == Seat.role_id)
        .correlate(Seat)
        .scalar_subquery()
    )
    held = (Seat.user_id == Account.id) & Seat.active
    if how == "password" and not _citizens_have_passwords():
        # Who comes by a password comes as what they work as: a public body's citizens
        # are identified by SPID, CIE or CNS (DL 76/2020, art. 24).
        held &= Seat.kind != "citizen"
    statement = (
        select(
            Account.token_version,
            Account.first_name,
            Account.last_name,
            Seat,
            func.coalesce(narrowed, func.json_build_array()).label("narrowed"),
            Organization.name.label("organization"),
            Alliance.name.label("alliance"),
            Alliance.slug.label("slug"),
        )
        .select_from(Account)
        .outerjoin(Seat, held)
        .outerjoin(Organization, Organization.id == Seat.organization_id)
        .outerjoin(Alliance, Alliance.id == Seat.alliance_id)
        .where(Account.id == user_id, Account.active)
        .order_by(Seat.id)
    )
    found = list(accounts.execute(statement).all())
    accounts.expunge_all()
    accounts.rollback()
    return found


def _citizens_have_passwords() -> bool:
    return bool(current_app.extensions["settings"].citizen_passwords)


def require(verb: str, resource: str) -> None:
    """Raise Unauthorized or Forbidden unless the seat holds the verb.

    What a role takes from a token's seat is said with the token's proof.
    """
    if (f"can_{verb}", resource) not in g.permissions:
        raise Forbidden() if g.principal.user_id else Unauthorized()
    ask(web(), f"can_{verb}", resource)


def require_also(verb: str, resource: str) -> None:
    """A permission besides the one that the request was let in by. Raises Forbidden."""
    if (f"can_{verb}", resource) not in seat_permissions():
        raise Forbidden() if g.principal.user_id else Unauthorized()


def require_csrf() -> None:
    """A cookie that a foreign page may send must come with the token that it cannot read."""
    if not g.by_cookie or request.method in SAFE_METHODS:
        return
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        validate_csrf(request.headers.get("X-CSRFToken"))
    except (CsrfInvalid, CSRFError):
        raise Forbidden(N_("The page is too old. Please load it again.")) from None


# ---------------------------------------------------------------- signing in and out


def sign_in(username: str, password: str) -> Account | None:
    """The account, if the password is its; the same work is done when there is none."""
    manager = cast(Any, current_app).appbuilder.sm
    known = manager.find_user(username=username) or manager.find_user(email=username)
    if known is not None and not (known.password and _may_come_by_password(known.id)):
        # Known by a digital identity alone: no password fits, whatever is typed.
        username = ""
    found = manager.auth_user_db(username, password)
    return cast("Account | None", found)


def _may_come_by_password(user_id: int) -> bool:
    return any(row.Seat is not None for row in seats_of(user_id))


def start_session(account: Account, how: str = "password") -> None:
    """Begin a session of the browser, under a new identifier; it knows how one came in."""
    session.clear()
    session["how"] = how
    session["version"] = account.token_version
    session["locale"] = account.locale


def welcome(user_id: int, seat_id: int) -> None:
    """Begin the session of somebody whom a digital identity named, on a seat of theirs."""
    manager = cast(Any, current_app).appbuilder.sm
    account = manager.load_user(user_id)
    manager.update_user_auth_stat(account)
    start_session(account, "identity")
    session["seat"] = seat_id
    login_user(account, remember=False)
    accounts.rollback()


def end_session() -> None:
    """Forget who it was, but not the language."""
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale


def choose_seat(seat_id: int) -> None:
    """Act under another of one's seats. Raises Forbidden for somebody else's."""
    if seat_id not in {row.Seat.id for row in held_seats()}:
        raise Forbidden()
    session["seat"] = seat_id


def configure(app: Flask, engine: Engine) -> None:
    """Bind the sessions to the database and the requests to their principals."""
    for registry in (web, accounts):
        registry.remove()
        registry.configure(bind=engine)
    app.config["AUTH_TYPE"] = AUTH_DB

    @app.teardown_appcontext
    def _remove_sessions(_: BaseException | None) -> None:
        web.remove()
        accounts.remove()


def moment() -> datetime:
    """The instant that the request is judged at: one for all of its rules."""
    if "moment" not in g:
        g.moment = clock.now()
    return cast(datetime, g.moment)


def db() -> Session:
    """The request's session, under its principal's policy."""
    return web()
