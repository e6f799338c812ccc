"""How a selection is sent as a file while it is read: for the API and for the screens.

The database's transaction lasts as long as the answer, and ends with it. Whoever stops in the
middle has read what was sent, so what the trail says of encrypted columns is kept even then.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from flask import Response, request, stream_with_context

from app.errors import N_, BadRequest
from app.query.export import MEDIA_TYPES, csv_file, ndjson_file
from app.query.xlsx import xlsx_file
from app.transaction import web

UNKNOWN_FORMAT = N_("The formats are json, csv, ndjson and xlsx.")
NO_PAGES = N_("A file has the whole selection: no pages, and no count.")
OF_PAGES = ("cursor", "page", "count")


def asked(given: Mapping[str, str]) -> str:
    """The form of a list that a request asks for: by ``format``, or else by Accept.

    Raises BadRequest for one that there is not, and for a page of a file.
    """
    form = given.get("format")
    if form is None and request.headers.get("Accept", "*/*") in ("*/*", MEDIA_TYPES["json"]):
        return "json"
    if form is None:
        best = request.accept_mimetypes.best_match([*MEDIA_TYPES.values()], MEDIA_TYPES["json"])
        form = next(name for name, media_type in MEDIA_TYPES.items() if media_type == best)
    if form not in MEDIA_TYPES:
        raise BadRequest(UNKNOWN_FORMAT, field="format")
    for name in OF_PAGES if form != "json" else ():
        if given.get(name):
            raise BadRequest(NO_PAGES, field=name)
    return form


def for_programs(
    form: str,
    name: str,
    columns: Sequence[str],
    found: Generator[dict[str, Any], None, None],
    most: int | None = None,
) -> Response:
    """Rows by declared name as a file, as many as are asked for; NDJSON takes them nested."""

    def write(rows: Iterator[dict[str, Any]]) -> Generator[bytes, None, None]:
        rows = islice(rows, most)
        if form == "ndjson":
            return ndjson_file(rows)
        lines = (row.values() for row in rows)
        return xlsx_file(columns, lines, name) if form == "xlsx" else csv_file(columns, lines)

    return answer(form, name, found, write)


def answer(
    form: str,
    name: str,
    found: Generator[Any, None, None],
    write: Callable[[Iterator[Any]], Generator[bytes, None, None]],
) -> Response:
    """A file of that name and form: what is found, from the request's session, as it is written.

    What is refused is refused before the first row; what breaks later breaks the connection off,
    so that no program takes the half for the whole. The session is the answer's from here on.
    """
    db = web()
    first = list(islice(found, 1))
    parts = write(chain(first, found))
    web.registry.clear()  # The end of the request would end the transaction.

    def end() -> None:
        # The innermost last: a cursor is closed on a connection that is still ours.
        parts.close()
        found.close()
        try:
            db.commit()
        finally:
            db.close()

    def sent() -> Iterator[bytes]:
        try:
            for part in parts:
                if part:  # An empty one would end a chunked answer.
                    yield part
        finally:
            end()

    made = download(form, name, stream_with_context(sent()))
    made.call_on_close(end)  # Also where nothing is sent: to a HEAD, or to nobody.
    # A proxy that keeps a file until it is whole would keep a million rows.
    made.headers["X-Accel-Buffering"] = "no"
    return made


def download(form: str, name: str, content: Iterable[bytes] | bytes | str) -> Response:
    """A file of that name and form, as a download that no cache keeps."""
    made = Response(content, content_type=content_type(form))
    made.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    made.headers["Cache-Control"] = "no-store"
    return made


def content_type(form: str) -> str:
    """The media type of a form, with how its letters are written."""
    media_type = MEDIA_TYPES[form]
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
