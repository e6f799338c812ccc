"""The list of a noun, by one SELECT, its filters, and the same as CSV."""

from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import request, send_file
from flask_appbuilder import expose
from flask_babel import gettext

from app import security
from app.nouns import titles
from app.query import rows
from app.query.paths import path, paths
from app.transaction import web
from app.views import fields, lists
from app.views.forms import Fields
from app.views.screens import Answer, Screens, screen


class ListScreens(Screens):
    """``/list/`` and ``/csv``."""

    def selection(self, names: tuple[str, ...]) -> rows.Selection:
        """What the address asks of the list."""
        filtered = (*names, *self.filter_columns, *self.columns(self.shown_columns()))
        return rows.Selection(
            self.resource,
            names,
            lists.conditions(request.args),
            request.args.get("search", "").strip(),
            self.columns(self.search_columns),
            tuple(dict.fromkeys(filtered)),
            request.args.get("sort", "") or self.order,
        )

    @expose("/csv", methods=["GET"])
    @screen("list")
    def csv(self) -> Answer:
        """The whole selection as CSV, in the reader's words."""
        wanted = self.selection(self.columns(self.csv_columns or self.list_columns))
        columns = paths(self.model, wanted.columns, web().principal)
        found = rows.stream(web(), wanted, now=security.moment())
        lines = lists.csv_lines(
            [self.heading(c) for c in columns],
            ([self.text(c, row) for c in columns] for row in found),
        )
        # Whole before the first byte goes out, so that a refusal is one; beyond a megabyte on disk.
        file = SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 - closed with the answer
        try:
            for line in lines:
                file.write(line.encode())
        except BaseException:
            file.close()
            raise
        file.seek(0)
        answer = send_file(
            cast(IO[bytes], file),
            mimetype="text/csv",
            as_attachment=True,
            download_name=f"{self.resource}.csv",
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def filter_fields(self) -> Fields:
        """The filters that the seat may use, with what the address asks for."""
        found: Fields = []
        for name in self.filter_columns:
            column = path(self.model, name)
            if column.readable_by(web().principal):
                found.extend(_filters(fields.of_column(self.model, name, self.select_url(name))))
        for one in found:
            one.value = request.args.get(one.name, "")
        found = self.chosen_from(found)
        self.name_choices(found)
        return found

    def above(self) -> dict[str, Any] | None:
        """A table above the list; for the noun to override."""
        return None

    @expose("/list/", methods=["GET"])
    @screen("list")
    def list(self) -> Answer:
        """A page of rows; their number is counted when it is asked for."""
        names = self.columns(self.list_columns)
        wanted = self.selection(self.keyed(names))
        number, size = lists.page_asked(), lists.size_asked()
        offset = (number - 1) * size
        found, more = rows.page(
            web(), wanted, now=security.moment(), limit=size, offset=offset
        )  # fmt: skip
        total = offset + len(found) if more is None and (found or number == 1) else None
        if total is None and request.args.get("count") == "exact":
            total = rows.count(web(), wanted)
        columns = paths(self.model, names, web().principal)
        return self.page(
            "list",
            title=titles.many(self.resource),
            columns=columns,
            headings=[self.heading(c) for c in columns],
            lines=self.lines(columns, found),
            number=number,
            size=size,
            more=more is not None,
            total=total,
            filters=self.filter_fields(),
            filtered=any(v.strip() for k, v in request.args.items() if k not in NOT_FILTERS),
            sort=wanted.sort,
            verbs=self.verbs(None),
            above=self.above(),
        )


NOT_FILTERS = ("page", "size", "sort", "count")


def _filters(one: fields.FormField) -> Fields:
    """The filters of a column: a date has two ends, yes and no may also be either."""
    one.required, one.help, one.kind = False, "", {"longtext": "text"}.get(one.kind, one.kind)
    if one.kind == "bool":
        one.kind = "choice"
        one.choices = [("true", gettext("Yes")), ("false", gettext("No"))]
    if one.kind == "choice" and ("", "") not in one.choices:
        one.choices.insert(0, ("", ""))
    if one.kind == "date":
        return [
            replace(one, name=f"{one.name}__gte", label=gettext("%(label)s from", label=one.label)),
            replace(one, name=f"{one.name}__lte", label=gettext("%(label)s to", label=one.label)),
        ]
    return [one]
