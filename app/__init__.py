"""Intreccio: the application's wiring, nothing else."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from config import Settings


def create_app(settings: "Settings | None" = None, engine: "Engine | None" = None) -> "Flask":
    """The web application. Without settings the environment's are read."""
    from app.web import make_app

    return make_app(settings, engine)
