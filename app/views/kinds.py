"""What kind of value a column holds: how it is laid out, aligned and coloured.

Chosen from the column's type and its ``info``; a noun's screen declares nothing for it.
"""

from functools import lru_cache

from sqlalchemy import Boolean, Date, DateTime, Enum, Integer, Numeric, Text, Time

from app.query.paths import Path
from app.sealed import Encrypted

# The first that fits.
BY_TYPE = (
    (Enum, "choice"), (Boolean, "yes-no"), (Integer, "number"), (DateTime, "instant"),
    (Date, "date"), (Time, "time"), (Text, "long"), (Encrypted, "long"),
)  # fmt: skip
# Columns of states are badges; elsewhere a choice is a word like any other.
STATES = ("status", "from_status", "to_status")
TONES = {
    "good": ("accepted", "done", "placed", "published", "started"),
    "waits": ("answered", "planned", "queued", "requested", "review", "waiting"),
    "asks": ("offered", "running", "sent", "submitted"),
    "bad": ("expired", "failed", "refused", "returned"),
}
_TONE = {state: tone for tone, states in TONES.items() for state in states}


@lru_cache(maxsize=4096)
def kind_of(path: Path) -> str:
    """The kind of a column's values, which is also the class of their cells."""
    declared = path.info.get("kind")
    if declared:
        return str(declared)
    if path.column in STATES:
        return "badge"
    if isinstance(path.type, Numeric):
        return "money" if path.type.scale == 2 else "number"
    return next((kind for known, kind in BY_TYPE if isinstance(path.type, known)), "text")


def tone(state: object) -> str:
    """How a state is coloured; nothing for what is over or has not begun."""
    return _TONE.get(str(state), "")
