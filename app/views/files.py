"""A list as a large file: counted when it is asked for, and made by the jobs process."""

from collections.abc import Iterable, Iterator

from flask import redirect, request
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app import security, works
from app.errors import BadRequest, Forbidden
from app.nouns import titles
from app.operations import works as work_operations
from app.query import rows
from app.streams import UNKNOWN_FORMAT
from app.transaction import web
from app.views import lists, words
from app.views.listing import ListScreens
from app.views.outcomes import work_page
from app.views.registry import view_of
from app.views.screens import Answer, Row, screen

# More rows than this are better made in the background.
LARGE = 10_000
FORMS = ("csv", "xlsx")
# How often the work in hand says how far it is, in rows.
STEP = 500


class FileScreens(ListScreens):
    """``/prepare``: how many rows there are, and the file of them as long work."""

    def __init__(self) -> None:
        if "csv" in self.include_route_methods:
            self.include_route_methods = {*self.include_route_methods, "prepare"}
        super().__init__()

    @expose("/prepare", methods=["GET", "POST"])
    @screen("list")
    def prepare(self) -> Answer:
        """Ask for a file of all that the address finds. Raises BadRequest, Forbidden."""
        security.require_also("get", "works")
        names = self.asked_columns(self.csv_columns or self.list_columns)
        wanted = self.selection(names)
        total = rows.count(web(), wanted)
        if request.method == "GET":
            query = lists.address(cursor=None, page=None, size=None, count=None)
            return self.page(
                "prepare", title=f"{gettext('Large file')}: {titles.many(self.resource)}",
                total=total, large=total > LARGE, query=query, forms=FORMS,
            )  # fmt: skip
        form = request.form.get("form", "")
        if form not in FORMS:
            raise BadRequest(UNKNOWN_FORMAT, field="form")
        # A filter or an order that cannot be read is refused here, not hours later.
        rows.page(web(), wanted, now=security.moment(), limit=1)
        work = work_operations.ask(
            web(), kind="export", resource=self.resource, total=total, now=security.moment(),
            title=f"{titles.many(self.resource)} ({form.upper()})",
            payload={
                "form": form, "columns": list(names), "locale": words.locale(),
                "asked": [[k, v] for k, v in request.args.items(multi=True)],
            },
        )  # fmt: skip
        return redirect(work_page(work.id))


@works.kind("export")
def make_file(task: works.Task) -> None:
    """The file of a list, as the seat that asked for it sees it now."""
    if ("can_list", task.resource) not in security.seat_permissions():
        raise Forbidden()
    view = view_of(task.resource)
    asked: MultiDict[str, str] = MultiDict(task.payload["asked"])
    wanted = view.selection(tuple(task.payload["columns"]), asked)
    total = rows.count(web(), wanted)
    task.progress(0, 0, total)

    def counted(found: Iterable[Row]) -> Iterator[Row]:
        for number, row in enumerate(found, 1):
            if number % STEP == 0:
                task.progress(number)
            yield row

    form = task.payload["form"]
    found = rows.stream(web(), wanted, now=task.moment)
    task.make(f"{task.resource}.{form}", view.writer(form, wanted.columns)(counted(found)))
    task.progress(total, 0, total)
