"""What can go wrong by the rules, with the field that it is about.

Messages are English keys of the catalogue; the delivery layer translates them
and fills in ``params``. An operation never formats one for itself.
"""

from collections.abc import Sequence
from typing import Any


def N_(message: str) -> str:
    """Mark a message for the catalogue and leave it as it is."""
    return message


class DomainError(Exception):
    """A refusal that a person can act on: a status, a stable code, and the fields concerned."""

    status = 422
    message = N_("The request cannot be done as it is.")

    def __init__(self, message: str = "", *, field: str | None = None, **params: Any) -> None:
        self.message = message or type(self).message
        self.field = field
        self.params = params
        self.errors: list[tuple[str | None, str, dict[str, Any]]] = [(field, self.message, params)]
        super().__init__(self.message % params if params else self.message)

    @property
    def code(self) -> str:
        """The stable name for programs: the class's name in kebab case."""
        name = type(self).__name__
        return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")

    def under(self, prefix: str) -> "DomainError":
        """The same refusal, of a part: ``slot_id`` becomes ``wishes[2].slot_id``."""
        self.errors = [
            (f"{prefix}.{field}" if field else prefix, message, params)
            for field, message, params in self.errors
        ]
        self.field = self.errors[0][0]
        return self


class Invalid(DomainError):
    """What was sent does not hold; nothing was written."""

    message = N_("The value is not valid.")

    @classmethod
    def many(cls, errors: Sequence[tuple[Any, ...]]) -> "Invalid":
        """One refusal for several fields at once: (field, message), or with params besides."""
        field, message, *params = errors[0]
        error = cls(message, field=field, **(params[0] if params else {}))
        error.errors = [(name, said, *(more or ({},))) for name, said, *more in errors]
        return error


class BadRequest(DomainError):
    """The request itself does not parse."""

    status = 400
    message = N_("The request could not be read.")


class Unauthorized(DomainError):
    status = 401
    message = N_("Please sign in.")


class Forbidden(DomainError):
    status = 403
    message = N_("You may not do this from the seat you act under.")


class NotFound(DomainError):
    status = 404
    message = N_("There is no such thing here.")


class Conflict(DomainError):
    """True of the request, but not of the state of things."""

    status = 409
    message = N_("The state of things does not allow this.")


class TooLarge(DomainError):
    status = 413
    message = N_("What was sent is too large.")


class UnknownContent(DomainError):
    status = 415
    message = N_("The content is of another kind than is taken here.")


class VersionNeeded(DomainError):
    """So that nobody overwrites what somebody else wrote meanwhile (RFC 6585, 3)."""

    status = 428
    message = N_("Say with If-Match which version you change.")


class TooMany(DomainError):
    status = 429
    message = N_("Too many attempts. Please wait and try again.")


class Unavailable(DomainError):
    """What we ask somebody else for does not answer."""

    status = 503
    message = N_("This does not answer now. Please try again later.")


class WindowClosed(Conflict):
    message = N_("Enrolments are not open now.")


class AlreadyEnrolled(Conflict):
    message = N_("This person already has an open enrolment here.")


class Overlaps(Conflict):
    message = N_("This person already has a place at the same time.")


class NoFreePlace(Conflict):
    message = N_("There is no free place to give.")


class NotEnoughCredit(Conflict):
    message = N_("There is not enough credit for this.")


class PlacesTaken(Conflict):
    message = N_("%(taken)s places are already taken: there cannot be fewer.")


class OfferExpired(Conflict):
    message = N_("The time to accept this place has passed.")


class AskTheOffice(Conflict):
    """Says nothing of whom the alliance already knows."""

    message = N_("This person cannot be added here: please ask the office to do it.")


class NotDelegated(Forbidden):
    message = N_("There is no valid delegation of this person to your desk.")


class DeadlinePassed(Conflict):
    message = N_("The deadline has passed.")


class WrongState(Conflict):
    message = N_("This cannot be done from the present state.")


class StillInUse(Conflict):
    message = N_("Other records refer to this one, so it cannot be deleted.")


class Duplicate(Conflict):
    message = N_("This already exists.")


class Repeated(Conflict):
    message = N_("The same request is being worked on right now.")


class KeyReused(DomainError):
    message = N_("This idempotency key was used for another request.")


class WrongAge(DomainError):
    message = N_("The person's age on the first day is outside %(low)s-%(high)s years.")


class ChangedMeanwhile(DomainError):
    status = 412
    message = N_("Somebody changed this in the meantime.")
