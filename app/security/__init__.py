"""Who is asking: accounts, tokens and seats, on Flask-AppBuilder's security manager."""

from app.security.grants import (
    SAFE_METHODS,
    require,
    require_also,
    require_csrf,
    seat_permissions,
)
from app.security.manager import SecurityManager, configure
from app.security.principal import act_under, again, identify, moment
from app.security.seats import accounts, choose_seat, first_seat, held_seats, seats_of
from app.security.signing import end_session, sign_in, start_session, welcome
from app.security.tokens import claims_of, read_token

__all__ = [
    "SAFE_METHODS",
    "SecurityManager",
    "accounts",
    "act_under",
    "again",
    "choose_seat",
    "claims_of",
    "configure",
    "end_session",
    "first_seat",
    "held_seats",
    "identify",
    "moment",
    "read_token",
    "require",
    "require_also",
    "require_csrf",
    "seat_permissions",
    "seats_of",
    "sign_in",
    "start_session",
    "welcome",
]
