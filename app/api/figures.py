"""``group=`` and ``aggregate=``: figures of a list instead of its rows."""

from dataclasses import replace
from typing import Any

from flask import Response

from app import streams
from app.api.asking import Asked
from app.api.exchange import json_answer
from app.errors import N_, BadRequest
from app.query import aggregates
from app.transaction import web

NOT_OF_GROUPS = N_("Groups come all at once, in the order of their values: leave this out.")


def answer(api: Any, asked: Asked) -> Response:
    """The groups and figures that are asked for. Raises BadRequest and Forbidden."""
    for name, given in (
        ("include", asked.include),
        ("fields", asked.fields),
        ("sort", asked.sort),
        ("limit", asked.most is not None),
        ("cursor", asked.cursor),
        ("page", asked.offset),
        ("count", asked.count),
    ):
        if given:
            raise BadRequest(NOT_OF_GROUPS, field=name)
    table = aggregates.read(asked.group, asked.aggregate)
    wanted = replace(api.selection(asked), columns=(), sort="")
    found = aggregates.table(web(), wanted, table, least=api.small_cells)
    if asked.form == "json":
        return json_answer({"result": found, "next": None})
    names = [*table.group, *(figure.name for figure in table.figures)]
    if api.small_cells:
        names.append("suppressed")
    lines = ({name: row.get(name) for name in names} for row in found)
    return streams.for_programs(asked.form, api.resource, names, lines)
