"""The document says what the application does, all of it and nothing else."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import api, permissions
from app.api.base import ResourceApi
from app.nouns import NOUNS, noun
from bench.processes import inherited
from config import PROJECT
from tests.databases import ENVIRONMENT
from tests.walk.test_routes import noun_of, verb_of

PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def granted(resource: str, verb: str) -> bool:
    """Whether a seat of any kind may do it."""
    return any(verb in permissions.grant(kind, resource).verbs for kind in permissions.GRANTS)


def asked(app: Flask) -> set[tuple[str, str]]:
    """Path and method of every operation that somebody may ask for."""
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.rule != "/status" and not rule.rule.startswith("/api/v1/"):
            continue
        resource = noun_of(rule.endpoint)
        for method in set(METHODS) & (rule.methods or set()):
            path = PLACE.sub(r"{\1}", rule.rule).replace("{pk}", "{id}")
            if "{verb}" in path:
                collection = "{id}" not in path
                for verb, declared in noun(resource).verbs.items():
                    if declared.collection == collection and granted(resource, verb):
                        found.add((path.replace("{verb}", verb), method))
            elif not resource or granted(resource, verb_of(rule)):
                found.add((path, method))
    return found


def operations(document: Any) -> dict[tuple[str, str], Any]:
    return {
        (path, method.upper()): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_address_of_the_api_is_in_the_document_and_nothing_else(
    flask_app: Flask, document: Any
) -> None:
    described = set(operations(document))
    there = asked(flask_app)
    assert sorted(there - described) == []
    assert sorted(described - there) == []


def test_each_operation_names_who_may_ask_for_it(document: Any) -> None:
    without = [
        where
        for where, operation in operations(document).items()
        if not operation["summary"] or not operation["description"]
    ]
    assert not without
    listed = document["paths"]["/api/v1/enrollments/"]["get"]
    assert "Alliance staff" in listed["description"]
    assert {} not in listed["security"]
    assert {} in document["paths"]["/api/v1/workshops/"]["get"]["security"]


def test_every_declared_column_is_a_property_and_a_parameter(document: Any) -> None:
    for made in api.classes():
        if not issubclass(made, ResourceApi):
            continue
        declared = made()
        row = document["components"]["schemas"][declared.model.__name__]
        operation = document["paths"][f"/api/v1/{declared.resource}/"]["get"]
        taken = {one.get("name") for one in operation["parameters"]}
        for name in (*declared.list_columns, *declared.show_columns):
            part = row
            for step in name.split("."):
                part = part["properties"][step]
            assert part["x-group"]
            assert part["description"].strip(". ") or name.endswith("label")
        assert "id" in taken


def test_what_only_answers_has_its_own_words() -> None:
    from app.api.document.bodies import SAYS

    says = {
        (resource, verb)
        for resource, declared in NOUNS.items()
        for verb, known in declared.verbs.items()
        if known.says is not None
    }
    assert says == set(SAYS)


def test_no_secret_column_is_described(document: Any) -> None:
    text = json.dumps(document["components"]["schemas"])
    assert '"password_hash"' not in text
    assert "password" not in document["components"]["schemas"]["Account"]["properties"]
    assert "digest" not in text


def test_the_document_comes_in_both_languages_and_is_sent_once(flask_app: Flask) -> None:
    client: FlaskClient = flask_app.test_client()
    said = {}
    for language in ("it", "en"):
        answer = client.get("/api/v1/openapi.json", headers={"Accept-Language": language})
        said[language] = answer.json["paths"]["/api/v1/persons/"]["get"]["summary"]
        assert answer.headers["Content-Language"] == language
        assert "Accept-Language" in answer.headers["Vary"]
        again = client.get(
            "/api/v1/openapi.json",
            headers={"Accept-Language": language, "If-None-Match": answer.headers["ETag"]},
        )
        assert again.status_code == 304
        assert not again.data
    assert said["it"] != said["en"]


@pytest.mark.matrix
def test_the_document_is_the_same_from_every_process(server: str) -> None:
    """Else its ETag would change with each start, and whoever compares releases sees changes."""
    said = {
        subprocess.run(
            [sys.executable, "-m", "app.cli", "document"],
            cwd=PROJECT, check=True, capture_output=True,
            env=inherited() | ENVIRONMENT | {"DATABASE_URL": server, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


def test_the_version_is_the_package_s(document: Any) -> None:
    import tomllib

    known = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert document["info"]["version"] == known
