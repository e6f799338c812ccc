"""Programs written against the last released document go on working, or the version says so."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from config import PROJECT
from tests.openapi.breaking import allowed, breaks

RELEASED = PROJECT / "docs" / "openapi"
LIST = "/api/v1/organization-aliases/"
ROW = "/api/v1/organization-aliases/{id}"


def released() -> Any:
    """The document of the last version that was given out."""
    files = RELEASED.glob("*.json")
    last = max(files, key=lambda file: [int(part) for part in file.stem.split(".")])
    return json.loads(last.read_text())


def test_nothing_that_was_released_breaks_without_a_version_that_says_so(document: Any) -> None:
    before = released()
    found = breaks(before, document)
    assert not found or allowed(before, document), (
        f"{len(found)} breaks since {before['info']['version']}; "
        f"this is {document['info']['version']}: {found[:20]}"
    )


def _schema(document: Any, name: str) -> Any:
    return document["components"]["schemas"][name]


def _query(document: Any, name: str) -> Any:
    parameters = document["paths"][LIST]["get"]["parameters"]
    return next(one for one in parameters if one.get("name") == name)


BREAKS: dict[str, Callable[[Any], Any]] = {
    "path": lambda d: d["paths"].pop(LIST),
    "operation": lambda d: d["paths"][ROW].pop("delete"),
    "name": lambda d: d["paths"][ROW]["put"].update(operationId="other"),
    "parameter": lambda d: d["paths"][LIST]["get"]["parameters"].remove(_query(d, "name")),
    "required_parameter": lambda d: _query(d, "name").update(required=True),
    "new_parameter": lambda d: d["paths"][LIST]["get"]["parameters"].append(
        {"name": "why", "in": "query", "required": True, "schema": {"type": "string"}}
    ),
    "parameter_type": lambda d: _query(d, "name").update(schema={"type": "boolean"}),
    "shared_parameter": lambda d: d["components"]["parameters"]["Limit"]["schema"].update(
        maximum=50
    ),
    "column": lambda d: _schema(d, "OrganizationAlias")["properties"].pop("name"),
    "input": lambda d: _schema(d, "NewOrganizationAlias")["properties"].pop("source"),
    "required_input": lambda d: _schema(d, "NewOrganizationAlias")["required"].append("source"),
    "input_length": lambda d: _schema(d, "NewOrganizationAlias")["properties"]["name"].update(
        maxLength=10
    ),
    "input_null": lambda d: _schema(d, "NewOrganizationAlias")["properties"]["source"].pop(
        "nullable"
    ),
    "answer_null": lambda d: _schema(d, "OrganizationAlias")["properties"]["name"].update(
        nullable=True
    ),
    "type": lambda d: _schema(d, "OrganizationAlias")["properties"]["name"].update(type="object"),
    "choice": lambda d: _schema(d, "Organization")["properties"]["kind"]["enum"].remove("union"),
    "not_always": lambda d: _schema(d, "OrganizationAliasPage")["required"].remove("next"),
    "status": lambda d: d["paths"][LIST]["post"]["responses"].pop("201"),
    "media": lambda d: d["paths"][ROW]["patch"]["requestBody"].update(content={}),
    "header": lambda d: d["paths"][ROW]["get"]["responses"]["200"]["headers"].pop("ETag"),
    "token": lambda d: d["paths"]["/api/v1/services/"]["get"].update(security=[{"token": []}]),
}


@pytest.mark.parametrize("what", BREAKS)
def test_each_kind_of_break_is_seen(what: str, document: Any) -> None:
    changed = copy.deepcopy(document)
    BREAKS[what](changed)
    assert breaks(document, changed)


def test_what_is_added_breaks_nothing(document: Any) -> None:
    more = copy.deepcopy(document)
    more["paths"]["/api/v1/more/"] = more["paths"][LIST]
    _schema(more, "OrganizationAlias")["properties"]["more"] = {"type": "string"}
    _schema(more, "NewOrganizationAlias")["properties"]["more"] = {"type": "string"}
    _schema(more, "NewOrganizationAlias")["properties"]["name"]["maxLength"] = 5000
    more["paths"][LIST]["get"]["parameters"].append(
        {"name": "more", "in": "query", "schema": {"type": "string"}}
    )
    assert not breaks(document, more)
    assert not breaks(document, document)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
        ("1.0.0", "1.1.0", False),
        ("1.4.0", "2.0.0", True),
        ("1.0.0", "1.0.0", False),
    ],
)
def test_the_version_says_that_something_breaks(old: str, new: str, says: bool) -> None:
    documents = [{"info": {"version": version}} for version in (old, new)]
    assert allowed(*documents) is says
