"""``ResourceView``: a noun's screens from a dozen declared lines, on Flask-AppBuilder's base.

Labels, help texts and choices come from the columns; who may do what from ``permissions.py``;
what happens on writing from ``nouns.py``.
"""

from app.views.choices import ChoiceScreens
from app.views.files import FileScreens
from app.views.imports import ImportScreens
from app.views.inline import InlineScreens
from app.views.keeping import KeptScreens
from app.views.moments import MomentScreens
from app.views.screens import VIEWS, Answer, Row, screen


class ResourceView(
    KeptScreens, InlineScreens, FileScreens, MomentScreens, ImportScreens, ChoiceScreens
):
    """All the screens of one noun: its lists, its rows, its forms and verbs, imports and files."""


__all__ = ["VIEWS", "Answer", "ResourceView", "Row", "screen"]
