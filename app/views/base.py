"""``ResourceView``: a noun's screens from a dozen declared lines, on Flask-AppBuilder's base.

Labels, help texts and choices come from the columns; who may do what from ``permissions.py``;
what happens on writing from ``nouns.py``.
"""

from app.views.choices import ChoiceScreens
from app.views.keeping import KeptScreens
from app.views.moments import MomentScreens
from app.views.screens import VIEWS, Answer, Row, screen
from app.views.verbs import VerbScreens
from app.views.writing import WriteScreens


class ResourceView(KeptScreens, MomentScreens, WriteScreens, VerbScreens, ChoiceScreens):
    """List, show, history, add, edit, delete, verbs, lists of choices and CSV of one noun."""


__all__ = ["VIEWS", "Answer", "ResourceView", "Row", "screen"]
