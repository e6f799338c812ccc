"""Import of a spreadsheet: upload, match its columns, look, apply, take back."""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy import select

from app import security, streams
from app.errors import N_, BadRequest, Conflict, DomainError, Invalid, NotFound
from app.imports import headings, sheets
from app.imports.headings import Target
from app.models import Work
from app.nouns import titles
from app.operations import imports, works
from app.operations import rows as row_operations
from app.problems import translated
from app.transaction import web
from app.views import importing, lists, matching, words
from app.views.blank_sheets import blank_sheet
from app.views.import_outcome import NOT_DONE, outcome, report, sheet_of
from app.views.importing import AT_ONCE
from app.views.matching import below
from app.views.outcomes import folder
from app.views.screens import Answer, screen
from app.views.writing import WriteScreens

ROUTES = ("imports", "import_template", "import_page", "import_check", "import_apply",
          "import_undo", "import_report")  # fmt: skip
PAST = 5
NO_FILE = N_("Choose a file.")
NOT_READY = N_("This import is to be tried out first.")
UNDONE = N_("This import has been taken back already.")


class ImportScreens(WriteScreens):
    """``/import`` and what follows, for the nouns of which a sheet may hold rows."""

    # Not where a new row needs a file, a procedure or a form of its own.
    importable = True

    def __init__(self) -> None:
        if self.importable and self.add_columns and "add" in self.include_route_methods:
            self.include_route_methods = {*self.include_route_methods, *ROUTES}
        super().__init__()

    def imports_rows(self) -> bool:
        """Whether the seat may import rows of the noun."""
        return self.importable and self.adds() and self.may("list", "works")

    def _require(self) -> None:
        if not self.imports_rows():
            raise NotFound()

    # -------------------------------------------------------------- the file

    @expose("/import", methods=["GET", "POST"])
    @screen("create")
    def imports(self) -> Answer:
        """A form for the file, and what the seat imported before."""
        self._require()
        if request.method == "POST":
            try:
                work = self._upload()
            except DomainError as refusal:
                web().rollback()
                return self._start(translated(refusal.message, refusal.params)), refusal.status
            return redirect(self.to("import_page", pk=work.id))
        return self._start()

    def _start(self, error: str = "") -> str:
        past = (
            select(Work)
            .where(Work.kind == "import", Work.resource == self.resource)
            .order_by(Work.id.desc())
            .limit(PAST)
        )
        return self.page(
            "import",
            title=f"{gettext('Import')}: {titles.many(self.resource)}",
            error=error,
            most=sheets.MOST_ROWS,
            past=[
                (work.source_name, words.instant(work.asked_at), self._state(work),
                 self.to("import_page", pk=work.id))
                for work in web().scalars(past)
            ],
        )  # fmt: skip

    def _state(self, work: Work) -> str:
        if work.payload.get("undone"):
            return gettext("Taken back")
        if work.payload.get("applied"):
            return gettext("Imported")
        return (
            words.said(Work.STATES[work.status]) if work.status != "done" else gettext("Looked at")
        )

    def _upload(self) -> Work:
        """Read the file once, and keep what stands in it. Raises Invalid, TooLarge."""
        given = request.files.get("file")
        if given is None or not given.filename:
            raise Invalid(NO_FILE, field="file")
        with tempfile.NamedTemporaryFile() as copy:
            given.save(copy)
            given.close()
            copy.flush()
            found, parts = sheets.read(Path(copy.name), given.filename)
            digest, _ = works.store(parts, folder())
        known, _, _ = matching.targets(self)
        described = sheets.described(found)
        sheet = matching.best_sheet(folder() / digest, described, list(known.values()))
        name = Path(given.filename.replace("\\", "/")).name.replace("\x00", "")[:200]
        return works.ask(
            web(), kind="import", resource=self.resource,
            title=f"{gettext('Import')}: {titles.many(self.resource)}",
            payload={"sheets": described, "sheet": sheet, "step": "match",
                     "locale": words.locale()},
            status="prepared", source=(name, digest), now=security.moment(),
        )  # fmt: skip

    # -------------------------------------------------------------- the page of an import

    @expose("/import/<int:pk>", methods=["GET"])
    @screen("create")
    def import_page(self, pk: int) -> Answer:
        """Where an import stands: its columns, how far it is, what its rows come to."""
        work = self._work(pk)
        if work.status in ("queued", "running"):
            return self._course(work)
        again = request.args.get("step") == "match" and not work.payload.get("applied")
        if work.status == "prepared" or (again and work.kind == "import"):
            return self._match(work)
        return outcome(self, work)

    def _work(self, pk: int) -> Work:
        """An import of the noun, or its undoing, which the seat asked for. Raises NotFound."""
        self._require()
        work: Work = row_operations.get(web(), Work, pk)
        if work.resource != self.resource or work.kind not in ("import", "undo"):
            raise NotFound()
        return work

    def _course(self, work: Work) -> str:
        stop = f"/office/works/verb/stop/{work.id}" if self.may("stop", "works") else ""
        return self.page("import_course", title=work.title, work=work, stop=stop)

    def _match(self, work: Work, errors: Iterable[str] = ()) -> str:
        """The columns of a sheet, and the fields that they may be."""
        known, _, changes = matching.targets(self)
        path, payload = works.stored(work.source_digest, folder()), work.payload
        asked = {**payload, **{k: v for k, v in request.values.items() if k in OF_A_SHEET}}
        sheet = min(lists.key(str(asked["sheet"])), max(len(payload["sheets"]) - 1, 0))
        # Of another sheet the headings are looked for anew.
        if str(sheet) != str(payload["sheet"]) and not request.values.get("line"):
            asked["line"] = asked["depth"] = ""
        found = matching.found_headings(path, sheet, asked, list(known.values()))
        chosen = self._chosen(payload, sheet, found.titles, known)
        columns = matching.columns(path, sheet, found, chosen)
        fields = [(one.name, one.label) for one in known.values()]
        taken = {column.field for column in columns}
        return self.page(
            "import_match",
            title=work.title,
            work=work,
            errors=list(errors),
            sheet=sheet,
            headings=found,
            columns=columns,
            fields=fields,
            keys=[(k, known[k].label) for k in matching.keys(self.model, known)] if changes else [],
            key=request.form.get("key", payload.get("key", "")),
            mode=request.form.get("mode", payload.get("mode", "both")),
            leave_out="leave_out" in request.form or bool(payload.get("leave_out")),
            missing=[o.label for o in known.values() if o.required and o.name not in taken],
            recognised=any(column.field for column in columns),
        )

    def _chosen(
        self, payload: dict[str, Any], sheet: int, titles_: tuple[str, ...],
        known: dict[str, Target],
    ) -> dict[int, str]:  # fmt: skip
        """The fields of the columns: as sent, as chosen before, as their headings say."""
        if request.method == "POST":
            sent = {k.removeprefix("column-"): v for k, v in request.form.items()}
            return {int(k): v for k, v in sent.items() if k.isdecimal() and v in known}
        if payload.get("columns") and payload.get("titles") == list(titles_):
            found = {int(k): v for k, v in payload["columns"].items()}
        else:
            found = matching.remembered(self.resource, titles_)
        found = {k: v for k, v in found.items() if v in known}
        return found or headings.guess(titles_, list(known.values()))

    # -------------------------------------------------------------- doing it

    @expose("/import/<int:pk>/check", methods=["POST"])
    @screen("create")
    def import_check(self, pk: int) -> Answer:
        """Try out what was chosen: the rules run, and nothing stays of it."""
        work = self._import(pk)
        known, _, _ = matching.targets(self)
        try:
            path = works.stored(work.source_digest, folder())
            chosen = matching.chosen(request.form, known, self.model, len(work.payload["sheets"]))
            found = matching.found_headings(
                path, chosen["sheet"], request.form, list(known.values())
            )
            chosen |= {"line": found.line, "depth": found.depth, "titles": list(found.titles)}
            number = sum(1 for _ in below(chosen, path))
            if not number:
                raise Invalid(matching.NO_ROWS)
            if number > sheets.MOST_ROWS:
                raise Invalid(sheets.TOO_MANY_ROWS, most=sheets.MOST_ROWS)
        except Invalid as refusal:
            return self._match(work, [translated(refusal.message, refusal.params)]), 422
        self._go(work, {**chosen, "rows": number, "step": "check"})
        return redirect(self.to("import_page", pk=pk))

    @expose("/import/<int:pk>/apply", methods=["POST"])
    @screen("create")
    def import_apply(self, pk: int) -> Answer:
        """Do what was tried out. Raises Conflict for what was not, or is done."""
        work = self._import(pk)
        if "rows" not in work.payload:
            raise Conflict(NOT_READY)
        leave_out = bool(work.payload["leave_out"]) or "leave_out" in request.form
        self._go(work, {"step": "apply", "leave_out": leave_out})
        work = row_operations.get(web(), Work, pk)
        if work.payload.get("applied"):
            flash(gettext("Imported."), "success")
        return redirect(self.to("import_page", pk=pk))

    def _import(self, pk: int) -> Work:
        """The import, kept for this request alone. Raises NotFound, Conflict."""
        work = self._work(pk)
        if work.kind != "import":
            raise NotFound()
        # A second click waits here, and finds it done.
        web().refresh(work, with_for_update=True)
        if work.payload.get("applied") or work.status in ("queued", "running"):
            raise Conflict(imports.UNDER_WAY)
        return work

    def _go(self, work: Work, payload: dict[str, Any]) -> None:
        """Do it at once, or hand it to the jobs process."""
        now, pk, rows_ = security.moment(), work.id, {**work.payload, **payload}["rows"]
        digest = work.source_digest
        imports.anew(web(), work, {**payload, "locale": words.locale()})
        work.total = rows_
        if rows_ > AT_ONCE:
            works.begin(web(), work, {}, now=now)
            return
        given = {**work.payload, "resource": self.resource}
        counts, said = importing.bring_in(
            pk, given, works.stored(digest, folder()), now, lambda done, failed: None
        )
        self._ended(pk, counts, said, now)

    def _ended(self, pk: int, counts: Any, said: dict[str, Any], now: datetime) -> None:
        imports.ended(
            web(), row_operations.get(web(), Work, pk), said,
            done=counts.total - counts.refused, failed=counts.refused, now=now,
        )  # fmt: skip

    @expose("/import/<int:pk>/undo", methods=["POST"])
    @screen("create")
    def import_undo(self, pk: int) -> Answer:
        """Take an import back. Raises Conflict for one that was not done, or is taken back."""
        work = self._work(pk)
        if work.kind != "import" or not work.payload.get("applied"):
            raise NotFound()
        web().refresh(work, with_for_update=True)
        before = work.payload.get("undone")
        if before and row_operations.get(web(), Work, before).status not in NOT_DONE:
            raise Conflict(UNDONE)
        counts, now = work.payload["counts"], security.moment()
        number = counts["created"] + counts["changed"]
        title = f"{gettext('Undoing an import')}: {titles.many(self.resource)}"
        back = works.ask(
            web(), kind="undo", resource=self.resource, title=title,
            payload={**{k: work.payload[k] for k in KEPT_OF_AN_IMPORT}, "step": "undo",
                     "locale": words.locale()},
            total=number, status="prepared", undoes_id=pk, now=now,
            source=(work.source_name or "", work.source_digest or ""),
        )  # fmt: skip
        back_id = back.id
        work.payload = {**work.payload, "undone": back_id}
        web().flush()
        if number > AT_ONCE:
            works.begin(web(), row_operations.get(web(), Work, back_id), {}, now=now)
        else:
            done, said = importing.undo(back_id, work, now, lambda done, failed: None)
            self._ended(back_id, done, said, now)
        return redirect(self.to("import_page", pk=back_id))

    @expose("/import/<int:pk>/report", methods=["GET"])
    @screen("create")
    def import_report(self, pk: int) -> Answer:
        """The sheet with what became of each row: all of it, or the rows that were refused."""
        work = self._work(pk)
        form, only = request.args.get("format", "xlsx"), request.args.get("only", "")
        if form not in ("csv", "xlsx"):
            raise BadRequest(streams.UNKNOWN_FORMAT, field="format")
        path, payload, title = works.stored(work.source_digest, folder()), work.payload, work.title
        if "line" not in payload:
            raise NotFound()
        heads, found = report(self, pk, payload, path, form, wrong=only == "wrong")

        def write(read: Iterator[list[Any]]) -> Any:
            return sheet_of(form, heads, read, title)

        return streams.answer(form, f"{self.resource}-{pk}", found, write)

    @expose("/import/template", methods=["GET"])
    @screen("create")
    def import_template(self) -> Answer:
        """An empty sheet to fill in: the headings, an example, and what each column is."""
        self._require()
        known, enters, _ = matching.targets(self)
        content = blank_sheet(titles.many(self.resource), [known[n] for n in known if n in enters])
        return streams.download("xlsx", self.resource, content)


OF_A_SHEET = ("sheet", "line", "depth")
KEPT_OF_AN_IMPORT = ("sheets", "sheet", "line", "depth", "titles", "columns", "rows")
