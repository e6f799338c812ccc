"""The public site and the families' area: pages that talk to the API."""

import importlib
import pkgutil

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages to the application."""
    from app.portal import site, words

    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    for blueprint in (site.front, site.pages, site.area):
        app.register_blueprint(blueprint)
    words.register(app)
