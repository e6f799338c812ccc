"""Receipt codes: what a family reads out on the telephone."""

import secrets
from collections.abc import Callable

# Crockford's base 32: no I, L, O, U, which are misread or make words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10

_MISREAD = str.maketrans("ILO", "110", "- ")


def receipt_code(choice: Callable[[str], str] = secrets.choice) -> str:
    """Ten random characters, fifty bits. `choice` picks one, so that a test can steer it."""
    return "".join(choice(ALPHABET) for _ in range(LENGTH))


def as_read(typed: str) -> str:
    """A code as it stands in the database, from what somebody read, heard or typed."""
    return typed.upper().translate(_MISREAD)
