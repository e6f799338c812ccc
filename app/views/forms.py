"""Trying what a form asks for: done as a whole, or refused with the reasons in their places."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app, g, request
from marshmallow import ValidationError
from sqlalchemy.exc import DataError
from sqlalchemy.orm.exc import StaleDataError

from app import security
from app.errors import ChangedMeanwhile, DomainError, Invalid
from app.operations import files
from app.operations.constraints import explained
from app.problems import translated
from app.query.schemas import errors_of
from app.transaction import web
from app.views import fields, once
from app.views.fields import FormField
from app.views.lists import key

Fields = list[FormField]


@dataclass
class Refused:
    """Why nothing was done: what is beside no field, and whether the row had changed.

    ``again`` is no refusal: what was typed before signing in is only shown once more.
    """

    errors: list[str] = field(default_factory=list)
    stale: bool = False
    again: bool = False

    @property
    def status(self) -> int:
        """The status of the page that shows the form once more."""
        return 200 if self.again else 422


def attempt(
    asked: Fields, work: Callable[[], Any], label: Callable[[str], str] = lambda _: ""
) -> Any:
    """The result of the work, committed; or Refused, with what was typed back in the fields.

    ``label`` says what a field is called that the form does not have. A form that was sent
    twice is done once: the second time has the first one's result.
    """
    if g.get("typed_again"):
        fields.keep_typed(asked, request.form)
        return Refused(again=True)
    try:
        with explained():
            name = once.key()
            for before in once.found(name):
                web.commit()
                return before
            result = work()
            once.keep(name, result)
            web.commit()
    except (DomainError, ValidationError, StaleDataError, DataError) as error:
        web.rollback()
        fields.keep_typed(asked, request.form)
        refusal = _refusal(error)
        left = fields.place_errors(asked, said(refusal), label)
        stale = isinstance(refusal, ChangedMeanwhile)
        if not left and not any(one.errors for one in asked):
            left = [translated(refusal.message, refusal.params)]
        return Refused(left, stale)
    return result


def _refusal(error: Exception) -> DomainError:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationError):
        return Invalid.many(errors_of(error))
    return ChangedMeanwhile() if isinstance(error, StaleDataError) else Invalid()


def said(refusal: DomainError) -> list[tuple[str | None, str]]:
    """(field, message in the reader's language)."""
    return [(name, translated(message, params)) for name, message, params in refusal.errors]


def save_uploads(asked: Fields, values: dict[str, Any]) -> dict[str, int]:
    """Keep the files that were chosen, as those of the row that they come with: ids by field."""
    found = {}
    principal = web().principal
    organization_id = key(str(values.get("organization_id") or "")) or principal.organization_id
    for name, upload in fields.uploads(asked, request.files).items():
        try:
            kept = files.keep(
                web(),
                content=upload.stream.read(),
                name=upload.filename or name,
                organization_id=organization_id,
                person_id=key(str(values.get("person_id") or "")) or None,
                folder=folder(),
                now=security.moment(),
            )
        except Invalid as refusal:
            refusal.errors = [(name, message, params) for _, message, params in refusal.errors]
            raise
        found[name] = kept.id
    return found


def folder() -> Path:
    """Where the content of files lies."""
    var: Path = current_app.extensions["settings"].var
    return var / "files"
