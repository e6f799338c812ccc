"""What each seat sees first: what waits for it."""

from typing import Any
from urllib.parse import urlencode

from flask import current_app, g, redirect, request, session, url_for
from flask_appbuilder import IndexView, expose
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext, refresh
from sqlalchemy import select

from app import security
from app.errors import N_, NotFound, Unauthorized
from app.models import SEAT_KINDS, WORKSHOP_KINDS, Season
from app.nouns import titles
from app.query import grammar, rows
from app.query.paths import paths
from app.transaction import web
from app.views.base import VIEWS
from app.views.look import A_YEAR, LOOK, LOOKS, looks
from app.views.waiting import BLOCKS, Block

ROWS = 6
# What is still to come is said, not hidden.
NOTES = {
    "company": (
        N_(
            "Here you will find your company's welfare plan: the employees it is for, the credit"
            " granted to each, and how much of it has been used, in monthly figures that show no"
            " single person. Plans do not exist yet."
        ),
    ),
}


class HomeView(IndexView):
    """``/office/``."""

    route_base = "/office"

    @expose("/")
    def index(self) -> Any:
        """The blocks of the active seat. Raises Unauthorized for nobody."""
        if g.principal.user_id is None:
            raise Unauthorized()
        kind = g.principal.kind
        if kind == "citizen":
            return redirect(url_for("area.home", alliance=g.seat.slug))
        blocks = [found for block in BLOCKS.get(kind, ()) if (found := self.block(block))]
        page = self.render_template(
            "office/home.html",
            title=gettext(SEAT_KINDS[kind]) if kind in SEAT_KINDS else gettext("Welcome"),
            blocks=blocks,
            notes=[gettext(note) for note in NOTES.get(kind, ())],
            links=self.links(),
        )
        web.commit()
        return page

    def block(self, block: Block) -> dict[str, Any] | None:
        """A block's rows by one SELECT; nothing if the seat may not list them."""
        if ("can_list", block.resource) not in security.seat_permissions():
            return None
        view = next(v for v in self.appbuilder.baseviews if type(v) is VIEWS[block.resource])
        today = security.moment().date().isoformat()
        where = [(k, today if v == "today" else v) for k, v in block.where]
        names = view.columns(view.list_columns)
        wanted = rows.Selection(
            block.resource,
            view.keyed(names),
            grammar.from_parameters(where),
            filter_columns=(*names, *view.filter_columns, *view.columns(view.shown_columns())),
            sort=block.sort or view.order,
        )
        found, more = rows.page(web(), wanted, now=security.moment(), limit=ROWS)
        columns = paths(view.model, names, web().principal)[:4]
        return {
            "title": gettext(block.title),
            "headings": [view.heading(c) for c in columns],
            "lines": view.lines(columns, found),
            "more": more is not None,
            "href": view.to("list", **dict(where)),
        }

    def links(self) -> list[tuple[str, str]]:
        """What this seat does most often."""
        granted = security.seat_permissions()
        found = []
        if ("can_create", "applications") in granted:
            found.append((gettext("Enrol at the counter"), url_for("ApplicationView.counter")))
        if ("can_create", "service-requests") in granted:
            found.append((gettext("Ask for a service for somebody"),
                          url_for("ServiceRequestView.add")))  # fmt: skip
        if g.principal.kind == "social_point":
            found.append((gettext("Record a delegation"), url_for("DelegationView.add")))
        if g.principal.kind in ("municipality", "provider"):
            found.append((f"{gettext('Add')}: {titles.one('services')}",
                          url_for("ServiceView.add")))  # fmt: skip
            found.append((f"{gettext('Add')}: {titles.one('workshops')}",
                          url_for("WorkshopView.add")))  # fmt: skip
            found.extend(self.next_camp())
        if ("can_roster", "slots") in granted:
            found.append((gettext("Tomorrow's roster"), url_for("SlotView.roster_of_day")))
        return found

    def next_camp(self) -> list[tuple[str, str]]:
        """The form of a camp of the next summer that the alliance has entered."""
        to_come = Season.kind == "summer", Season.starts_on > security.moment().date()
        summer = web().scalar(select(Season).where(*to_come).order_by(Season.starts_on).limit(1))
        if summer is None:
            return []
        known = {"season_id": summer.id, "kind": "summer_camp", "price_kind": "fixed",
                 "price_unit": "week"}  # fmt: skip
        label = f"{gettext('Add')}: {gettext(WORKSHOP_KINDS['summer_camp'])}"
        return [(label, url_for("WorkshopView.add", **known))]

    @expose("/look", methods=["POST"])
    def look(self) -> Any:
        """Light or dark, compact or with more room; kept in this browser for a year."""
        chosen = {name: request.form[name] for name in LOOKS if name in request.form}
        kept = {name: v for name, v in {**looks(), **chosen}.items() if v in LOOKS[name]}
        answer = redirect(get_safe_redirect(request.form.get("next", "")))
        answer.set_cookie(
            LOOK, urlencode(kept), max_age=A_YEAR, httponly=True, samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )  # fmt: skip
        return answer

    @expose("/language/<code>", methods=["GET"])
    def language(self, code: str) -> Any:
        """Read on in another language. Raises NotFound."""
        if code not in self.appbuilder.languages:
            raise NotFound()
        session["locale"] = code
        refresh()
        return redirect(get_safe_redirect(request.args.get("next", "")))
