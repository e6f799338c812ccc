"""The API's document, as the application serves it."""

from typing import Any

import pytest
from flask import Flask


@pytest.fixture(scope="session")
def document(flask_app: Flask) -> Any:
    answer = flask_app.test_client().get("/api/v1/openapi.json", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.json
