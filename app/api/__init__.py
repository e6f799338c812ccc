"""The headless API: ``/api/v1/<nouns>/``, one class a noun."""

import importlib
import pkgutil

from flask import current_app
from flask_appbuilder import AppBuilder
from flask_appbuilder.api import BaseApi


def classes() -> list[type[BaseApi]]:
    """Every API class of the package, by resource."""
    from app.api.base import ResourceApi
    from app.api.tokens import TokenApi

    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return [TokenApi, *sorted(ResourceApi.__subclasses__(), key=lambda c: c.resource)]


def register(appbuilder: AppBuilder) -> None:
    """Add every endpoint to the application."""
    from app.api.base import ResourceApi
    from app.api.exchange import name_patch
    from app.api.routes import of_nobody

    for api in classes():
        if issubclass(api, ResourceApi):
            api.exclude_route_methods = of_nobody(api.resource)
        appbuilder.add_api(api)
    current_app.after_request(name_patch)
