"""What each seat sees first: what waits for it."""

from datetime import date
from typing import Any

from flask import g, redirect, request, session, url_for
from flask_appbuilder import IndexView, expose
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext, refresh

from app import clock, security
from app.errors import N_, NotFound, Unauthorized
from app.look import LOOKS, keep
from app.models import SEAT_KINDS, WORKSHOP_KINDS
from app.nouns import titles
from app.operations import seats
from app.query import grammar, rows
from app.query.paths import paths
from app.transaction import web
from app.views import figures, frame, opened, recent, shortcuts, tour, waiting
from app.views.base import VIEWS
from app.views.waiting import Block

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
        today = clock.local_date(security.moment())
        seasons = figures.seasons()
        season = figures.season_of(seasons, today)
        counted = {block: number for block, number in waiting.numbers().items() if number}
        values = {
            "title": gettext(SEAT_KINDS[kind]) if kind in SEAT_KINDS else gettext("Welcome"),
            "tasks": [self.block(b, n) for b, n in counted.items() if not b.at_hand],
            "at_hand": [self.block(b, n) for b, n in counted.items() if b.at_hand],
            "notes": [gettext(note) for note in NOTES.get(kind, ())],
            "seasons": [(one.id, figures.title_of(one)) for one in seasons],
            "season": season and (season.id, figures.title_of(season)),
            "figures": figures.of_seat(season),
            "figure_words": {name: gettext(text) for name, text in figures.WORDS.items()},
            "opened": opened.rows(),
            "recent": recent.rows(),
            "links": self.links(seasons, today),
            "shortcuts": shortcuts.of_seat(),
            "persons": shortcuts.of_persons(),
            "tour": tour.steps(),
        }
        page = frame.drawn("office/home.html", values)
        web.commit()
        return page

    def block(self, block: Block, number: int) -> dict[str, Any]:
        """A block's first rows by one SELECT."""
        view = next(v for v in self.appbuilder.baseviews if type(v) is VIEWS[block.resource])
        where = block.where
        names = view.columns(block.columns or view.list_columns)
        wanted = rows.Selection(
            block.resource,
            view.keyed(names),
            grammar.from_parameters(where),
            filter_columns=(*names, *view.filter_columns, *view.columns(view.shown_columns())),
            sort=block.sort or view.order,
        )
        found, _ = rows.page(web(), wanted, now=security.moment(), limit=ROWS)
        columns = paths(view.model, names, web().principal)[:4]
        return {
            "title": gettext(block.title),
            "resource": block.resource,
            "number": number,
            "headings": [view.heading(c) for c in columns],
            "lines": view.lines(columns, found),
            "more": number > len(found),
            "href": view.to("list", **dict(where)),
        }

    def links(self, seasons: list[Any], today: date) -> list[tuple[str, str]]:
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
            found.extend(next_camp(seasons, today))
        if g.principal.kind in ("partner", "company"):
            found.append(
                (
                    gettext("Our sheet"),
                    url_for("OrganizationView.show", pk=g.principal.organization_id),
                )
            )
            found.append((f"{gettext('Add')}: {titles.one('organization-contacts')}",
                          url_for("OrganizationContactView.add")))  # fmt: skip
        if g.principal.kind == "admin":
            found.append(
                (gettext("Invite somebody"), url_for("AccountView.act_on_all", verb="invite"))
            )
            found.append((gettext("Run a job now"),
                          url_for("JobRunView.act_on_all", verb="run")))  # fmt: skip
        if ("can_roster", "slots") in granted:
            found.append((gettext("Tomorrow's roster"), url_for("SlotView.roster_of_day")))
        return found

    @expose("/look", methods=["POST"])
    def look(self) -> Any:
        """Light or dark, compact or with more room; kept in this browser for a year."""
        chosen = {name: request.form[name] for name in LOOKS if name in request.form}
        return keep(redirect(get_safe_redirect(request.form.get("next", ""))), chosen)

    @expose("/toured", methods=["POST"])
    def toured(self) -> Any:
        """Show this seat's holder round no more, unless they ask. Raises Unauthorized."""
        if g.principal.seat_id is None:
            raise Unauthorized()
        seats.toured(web(), now=security.moment())
        web.commit()
        return redirect(url_for("HomeView.index"))

    @expose("/language/<code>", methods=["GET"])
    def language(self, code: str) -> Any:
        """Read on in another language. Raises NotFound."""
        if code not in self.appbuilder.languages:
            raise NotFound()
        session["locale"] = code
        refresh()
        return redirect(get_safe_redirect(request.args.get("next", "")))


def next_camp(seasons: list[Any], today: date) -> list[tuple[str, str]]:
    """The form of a camp of the next summer that the alliance has entered."""
    to_come = [one for one in seasons if one.kind == "summer" and one.starts_on > today]
    if not to_come:
        return []
    known = {"season_id": to_come[-1].id, "kind": "summer_camp", "price_kind": "fixed",
             "price_unit": "week"}  # fmt: skip
    label = f"{gettext('Add')}: {gettext(WORKSHOP_KINDS['summer_camp'])}"
    return [(label, url_for("WorkshopView.add", **known))]
