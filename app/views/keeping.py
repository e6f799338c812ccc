"""Lists that are kept under a name: from the list itself, and opened by a link of their own."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app import nouns, security
from app.errors import N_, BadRequest, NotFound
from app.models import AUDIENCES, SavedView
from app.operations import rows as row_operations
from app.operations.saved_views import SHARE_WITH_ALL
from app.query import grammar, road
from app.query.paths import path
from app.query.schemas import write_schema
from app.transaction import web
from app.views import chips, lists, menu
from app.views.forms import Refused, attempt
from app.views.listing import ListScreens
from app.views.screens import Answer, screen

# What of an address is a page's and not the list's.
OF_THE_PAGE = ("cursor", "page", "count", "view", "arrange", "csrf_token")
# What of it is many in one, and what each is called.
IN_PARTS = {"columns": N_("Columns"), "sort": N_("Order")}
Pairs = list[tuple[str, str]]


class KeptScreens(ListScreens):
    """``/views``, and ``/list/?view=<id>``."""

    def kept(self) -> Sequence[menu.View]:
        """The lists of this noun that are kept for the seat."""
        return [view for view in menu.around().views if view.resource == self.resource]

    def keeps(self) -> bool:
        """Whether the seat keeps lists."""
        return self.may("create", "saved-views")

    def kept_now(self) -> menu.View | None:
        """The kept list that this page is of, with what was changed since."""
        at = lists.key(request.args.get("view"))
        return next((view for view in self.kept() if view.id == at), None)

    def audiences(self) -> list[tuple[str, str]]:
        """For whom the seat may keep a list, in words."""
        shared = web().principal.kind in SHARE_WITH_ALL
        return [(v, gettext(said)) for v, said in AUDIENCES.items() if shared or v != "everybody"]

    @expose("/views", methods=["POST"])
    @screen("list")
    def keep(self) -> Answer:
        """Keep the list that the form's address asks for: as a new one, or in place of another."""
        security.require_also("create", "saved-views")
        query = urlencode(_of_the_list(MultiDict(_pairs(request.form.get("query", "")))))
        values = {"query": query, "title": request.form.get("title", "").strip()}
        values["audience"] = request.form.get("audience", "mine")
        values["in_menu"] = "in_menu" in request.form
        replaced = lists.key(request.form.get("replace"))
        done = attempt([], lambda: self._keep(values, replaced), self.label)
        if isinstance(done, Refused):
            flash(" ".join(done.errors), "danger")
            return redirect(f"{self.to('list')}?{query}")
        flash(gettext("Saved."), "success")
        return redirect(f"{self.to('list')}?{urlencode([*_pairs(query), ('view', str(done))])}")

    def _keep(self, values: dict[str, object], replaced: int) -> int:
        if replaced:
            row = row_operations.get(web(), SavedView, replaced)
            if row.resource != self.resource:
                raise NotFound()
            changed = {"query": values["query"]}
            schema = write_schema(SavedView, ["query"], partial=True)
            nouns.update(web(), "saved-views", row, schema.load(changed), now=security.moment())
            return replaced
        names = ["title", "resource", "query", "audience", "in_menu"]
        given = write_schema(SavedView, names).load({**values, "resource": self.resource})
        return int(nouns.create(web(), "saved-views", given, now=security.moment()).id)

    def instead(self) -> Answer | None:
        """Where a kept list leads, when its link alone is asked for; nothing else.

        What of it is not there any more is left out, and the page says so. Raises NotFound.
        """
        if [*request.args] != ["view"]:
            return None
        row = row_operations.get(web(), SavedView, lists.key(request.args["view"]))
        if row.resource != self.resource:
            raise NotFound()
        asked = _one_by_one(_pairs(row.query))
        left = [pair for pair in asked if self._understood(*pair)]
        if len(left) < len(asked):
            gone = dict.fromkeys(self._called(*pair) for pair in asked if pair not in left)
            names = ", ".join(gone)
            flash(gettext("This view asks for what is not there any more, or not for you:"
                          " %(names)s. It is shown without.", names=names), "warning")  # fmt: skip
        left = _joined(left)
        marked = [*left, ("view", str(row.id))]
        # With nothing left to ask for, the link would lead to itself.
        also = [] if left else [("sort", self.order)]
        return redirect(f"{self.to('list')}?{urlencode([*also, *marked])}")

    def _understood(self, name: str, value: str) -> bool:
        """Whether the list still takes this part of an address, from this seat."""
        given: MultiDict[str, str] = MultiDict([(name, value)])
        try:
            self.asked_columns(self.list_columns, given)
            wanted = self.selection(("id",), given)
            road.compiled(wanted, web().principal, road.Asked(count=True)).query.values(wanted)
            road.order_types(wanted, web().principal)
        except BadRequest:
            return False
        return True

    def _called(self, name: str, value: str) -> str:
        """A part of an address as a person may know it: by a column's label, where there is one."""
        if name in IN_PARTS:
            return f"{gettext(IN_PARTS[name])}: {self._label(value.removeprefix('-'))}"
        field, _, operator = name.partition("__")
        label = gettext("Filter") if name == "filter" else self._label(field)
        if operator in chips.COMPARED:
            label = gettext(chips.COMPARED[operator], label=label)
        return f"{label}: “{value}”"

    def _label(self, field: str) -> str:
        """What a column is called; of one that is gone, the name that it had."""
        try:
            return lists.heading(path(self.model, field))
        except (KeyError, ValueError):
            return f"“{field}”"


def _one_by_one(asked: Pairs) -> Pairs:
    """An address's parameters, each column and each order by itself."""
    found: Pairs = []
    for name, value in asked:
        parts = value.split(",") if name in IN_PARTS else [value]
        found += [(name, part) for part in parts]
    return found


def _joined(asked: Pairs) -> Pairs:
    """The same, with what was parted in one again."""
    found: dict[tuple[str, str], str] = {}
    for name, value in asked:
        key = (name, "" if name in IN_PARTS else value)
        found[key] = f"{found[key]},{value}" if key in found and name in IN_PARTS else value
    return [(name, value) for (name, _), value in found.items()]


def _pairs(query: str) -> Pairs:
    """The parameters of an address's query."""
    return parse_qsl(query, max_num_fields=grammar.MOST)


def _of_the_list(given: MultiDict[str, str]) -> Pairs:
    """What belongs to the list, wherever in it one is."""
    return [(k, v) for k, v in given.items(multi=True) if v.strip() and k not in OF_THE_PAGE]
