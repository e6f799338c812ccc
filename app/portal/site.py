"""What all pages share: the alliance of the address, the public's session, the frame."""

from typing import Any, cast
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select

from app import look, security
from app.errors import NotFound
from app.models import Alliance
from app.query import rows
from app.transaction import PUBLIC, ScopedSession, open_session, web

# The start, the pages of an alliance that anybody reads, and those of a family.
front = Blueprint("front", __name__)
pages = Blueprint("portal", __name__, url_prefix="/<alliance>")
area = Blueprint("area", __name__, url_prefix="/<alliance>/area")

# Which alliance somebody read of last: `/` leads there.
COOKIE = "alliance"
A_YEAR = 365 * 24 * 3600
A_PAGE = 12


def public() -> ScopedSession:
    """The public's session: whoever is signed in sees the site as everybody sees it."""
    if "public" not in g:
        g.public = open_session(cast(Any, web().get_bind()), PUBLIC)
    return cast(ScopedSession, g.public)


@front.app_context_processor
def _frame() -> dict[str, Any]:
    principal = g.get("principal", PUBLIC)
    settings = current_app.extensions["settings"]
    return {
        "alliance": g.get("alliance"),
        "signed_in": principal.user_id is not None,
        "reader": principal,
        "look": look.looks(),
        "family_seat": g.get("family_seat"),
        "passwords": settings.citizen_passwords,
        "identity_name": settings.oidc_name if settings.oidc_issuer else "",
    }


@front.teardown_app_request
def _close(_error: BaseException | None) -> None:
    opened = g.pop("public", None)
    if opened is not None:
        opened.close()


def alliances() -> list[Any]:
    """Every alliance, by name."""
    columns = Alliance.slug, Alliance.name, Alliance.name_en, Alliance.territory
    return list(public().execute(select(*columns).order_by(Alliance.name)).mappings())


def find_alliance(slug: str) -> dict[str, Any]:
    """The alliance of an address. Raises NotFound."""
    names = ("slug", "name", "name_en", "territory", "office", "officer", "address", "email",
             "phone", "term_days", "accessibility_url", "id")  # fmt: skip
    statement = select(*(getattr(Alliance, name) for name in names)).where(Alliance.slug == slug)
    found = None if "\x00" in slug else public().execute(statement).mappings().one_or_none()
    if found is None:
        raise NotFound()
    return dict(found)


@pages.url_value_preprocessor
@area.url_value_preprocessor
def _take_alliance(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.slug = (values or {}).pop("alliance", "")


@pages.before_request
@area.before_request
def _enter() -> None:
    g.alliance = find_alliance(g.slug)
    g.family_seat = next(
        (row.Seat.id for row in g.get("seats", ())
         if row.Seat.kind == "citizen" and row.Seat.alliance_id == g.alliance["id"]),
        None,
    )  # fmt: skip


@pages.url_defaults
@area.url_defaults
def _keep_alliance(_endpoint: str, values: dict[str, Any]) -> None:
    if "alliance" not in values and g.get("alliance"):
        values["alliance"] = g.alliance["slug"]


@pages.after_request
@area.after_request
def _remember(answer: Response) -> Response:
    if g.get("alliance") and request.cookies.get(COOKIE) != g.alliance["slug"]:
        answer.set_cookie(COOKIE, g.alliance["slug"], max_age=A_YEAR, httponly=True, samesite="Lax")
    return answer


def render(template: str, status: int = 200, **values: Any) -> Response:
    """A page of the site."""
    return make_response(render_template(f"portal/{template}", **values), status)


# ---------------------------------------------------------------- the families' area


@area.before_request
def _sit_down() -> Any:
    """Lead to the sign-in, or to the citizen's seat of this alliance."""
    if g.principal.user_id is None:
        asked = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("portal.login", next=asked))
    if g.family_seat is None:
        return render("area/no_seat.html", 403)
    if g.principal.seat_id != g.family_seat:
        # The forms of these pages act under the session's seat as well.
        former = next(row for row in g.seats if row.Seat.id == g.principal.seat_id)
        security.choose_seat(g.family_seat)
        flash(
            _("You now act for your family. Your other seat (%(name)s) can be taken again above.",
              name=former.organization or former.alliance or ""),
            "seat",
        )  # fmt: skip
        return redirect(request.full_path.rstrip("?"))
    return None


@area.after_request
def _keep(answer: Response) -> Response:
    # Reading health notes leaves a record.
    if answer.status_code < 400:
        web.commit()
    return answer


def db() -> ScopedSession:
    """The family's session: what it sees is the policy's business."""
    return cast(ScopedSession, web())


# ---------------------------------------------------------------- lists


def number(name: str) -> int | None:
    """A number among the address's parameters; what is none counts as not given."""
    text = request.args.get(name, "")
    fits = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if fits else None


def words_of(name: str = "q") -> str:
    """A text among the address's parameters."""
    return request.args.get(name, "").replace("\x00", " ").strip()[:200]


def listed(db: ScopedSession, wanted: rows.Selection) -> dict[str, Any]:
    """A page of rows with what the links to the other pages need."""
    total = rows.count(db, wanted)
    last = max(1, -(-total // A_PAGE))
    page = min(max(number("page") or 1, 1), last)
    found, _next = rows.page(
        db, wanted, now=security.moment(), limit=A_PAGE, offset=(page - 1) * A_PAGE
    )
    given = [(k, v) for k, v in request.args.items(multi=True) if k != "page" and v]
    links = [f"?{urlencode([*given, ('page', n)])}" for n in range(1, last + 1)]
    return {"rows": found, "total": total, "page": page, "last": last, "links": links}


def one(db: ScopedSession, wanted: rows.Selection) -> dict[str, Any]:
    """The only row of a selection. Raises NotFound."""
    found, _next = rows.page(db, wanted, now=security.moment(), limit=1)
    if not found:
        raise NotFound()
    return found[0]
