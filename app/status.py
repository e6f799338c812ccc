"""``/status``: whether the application and its database are there."""

from flask import Blueprint, Response
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.api.exchange import json_answer
from app.problems import problem
from app.security import accounts

status = Blueprint("status", __name__)


@status.get("/status")
def show() -> Response:
    """``{"status": "ok"}``, or a problem with 503."""
    try:
        accounts.execute(text("SELECT 1"))
    except OperationalError:
        return problem(503, "database-unavailable", headers={"Retry-After": "5"})
    return json_answer({"status": "ok"})
