"""The back-office: screens generated from the tables, below ``/office/``."""

import importlib
import pkgutil

from flask import current_app
from flask_appbuilder import AppBuilder
from flask_babel import ngettext, npgettext, pgettext

from app.look import looks
from app.nouns import titles
from app.operations.files import LARGEST
from app.views import drafts, frame, menu, once, waiting, words
from app.views.home import HomeView
from app.views.login import SeatView, SignInView
from app.views.registry import VIEWS
from app.views.seats import seats

__all__ = ["HomeView", "register"]


def register(appbuilder: AppBuilder) -> None:
    """Add every screen and the menu to the application."""
    appbuilder.sm.auth_view = appbuilder.add_view_no_menu(SignInView)
    appbuilder.sm.lm.login_view = "SignInView.login"
    appbuilder.add_view_no_menu(SeatView)
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    for area, _, resources in menu.AREAS:
        for resource in resources:
            label = titles.TITLES[resource][1]
            appbuilder.add_view(VIEWS[resource], resource, label=label, category=area)
    # Like Flask-Babel's, but that a text without parameters is looked up once a language.
    current_app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        words.said, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    current_app.jinja_env.filters["number"] = words.number
    current_app.extensions["typed"] = drafts.keep
    current_app.after_request(waiting.changed)
    current_app.jinja_env.globals.update(
        office_menu=menu.menu, office_around=menu.around, office_seats=seats, here=menu.here,
        here_quoted=menu.here_quoted, looks=looks, frame=frame.WHOLE,
        appbuilder=appbuilder, once=once.name,
        largest_file=LARGEST,
    )  # fmt: skip
