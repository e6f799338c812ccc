"""The public site and the families' area: pages that talk to the API."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages to the application."""
