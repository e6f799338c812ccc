"""Receipt codes: what a family reads out on the telephone."""

import secrets
from collections.abc import Callable

# Crockford's base 32: no I, L, O, U, which are misread or make words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10

_MISREAD = str.maketrans("ILO", "110", "- ")


def receipt_code(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Ten random characters, fifty bits. `random` gives the bytes, so that a test can steer it."""
    # 256 is a multiple of 32: no character comes oftener than another.
    return "".join(ALPHABET[byte % 32] for byte in random(LENGTH))


def as_read(typed: str) -> str:
    """A code as it stands in the database, from what somebody read, heard or typed."""
    return typed.upper().translate(_MISREAD)
