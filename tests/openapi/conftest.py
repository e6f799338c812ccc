"""The API's document, as the application serves it."""

from typing import Any

import pytest
from flask import Flask

from tests.openapi.asking import Operation, operations


@pytest.fixture(scope="session")
def document(flask_app: Flask) -> Any:
    answer = flask_app.test_client().get("/api/v1/openapi.json", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.json


@pytest.fixture(scope="session")
def known(document: Any, flask_app: Flask) -> list[Operation]:
    """Every operation of the document, made ready once: it takes as long as asking some."""
    return operations(document, flask_app)
