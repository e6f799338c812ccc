"""``ResourceView``: a noun's screens from a dozen declared lines, on Flask-AppBuilder's base.

Labels, help texts and choices come from the columns; who may do what from ``permissions.py``;
what happens on writing from ``nouns.py``.
"""

from app.views.choices import ChoiceScreens
from app.views.files import FileScreens
from app.views.inline import InlineScreens
from app.views.keeping import KeptScreens
from app.views.moments import MomentScreens
from app.views.screens import VIEWS, Answer, Row, screen


class ResourceView(KeptScreens, InlineScreens, FileScreens, MomentScreens, ChoiceScreens):
    """List, show, history, add, edit, delete, verbs, bulk, choices and files of one noun."""


__all__ = ["VIEWS", "Answer", "ResourceView", "Row", "screen"]
