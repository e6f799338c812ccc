"""Adding a row from the select that would name it: a form in a dialog, or in a new tab."""

from collections.abc import Iterable
from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from app.nouns import titles
from app.views.fields import FormField
from app.views.screens import VIEWS, Screens

IN_DIALOG = "d-"


def in_part() -> bool:
    """Whether a form is asked for as a part of another page, by a module of ours."""
    return request.headers.get("X-Fragment") == "1"


class AddingScreens(Screens):
    """What lets a form add the rows that it names, and be the form that is put in."""

    def adds_in_part(self) -> bool:
        """Whether the form for a new row can stand in another's page; for the noun to override."""
        return self.adds()

    def offer_additions(self, asked: Iterable[FormField]) -> None:
        """Say where a row that is not there yet is added; in a dialog no second one opens."""
        for one in asked:
            if in_part():
                one.prefix = IN_DIALOG
            elif one.kind == "ref" and (address := self._addition(one.resource)):
                one.add, one.one = address, titles.one(one.resource)

    def _addition(self, resource: str) -> str:
        cls = VIEWS.get(resource)
        view: Any = next((v for v in self.appbuilder.baseviews if type(v) is cls), None)
        return view.to("add") if view and view.adds_in_part() else ""

    def added(self, pk: int) -> Response:
        """The new row, for the select that asked for it."""
        answer = jsonify(id=pk, label=self.shown_choice(self.resource, str(pk)))
        answer.status_code = 201
        return answer
