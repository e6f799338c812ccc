"""Columns that are ciphertext in the database (AES-256-GCM, the key's id in the value).

A value read from a row stays sealed: printing it, comparing it or writing it to
JSON shows nothing. Only ``reveal`` opens it, and its callers write the log of reads.
"""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, Text, TypeDecorator

_keys: dict[str, bytes] = {}
_current = ""


def configure(data_key: str) -> None:
    """Take ``DATA_KEY``: one secret, or ``id:secret,id:secret`` with the current one first."""
    global _current
    _keys.clear()
    _current = ""
    for part in data_key.split(","):
        name, _, secret = part.strip().rpartition(":")
        name = name or "k1"
        _keys[name] = hashlib.sha256(secret.encode()).digest()
        _current = _current or name


def seal(plain: str, context: str = "") -> str:
    """The ciphertext of a text, bound to its context."""
    nonce = os.urandom(12)
    box = AESGCM(_keys[_current]).encrypt(nonce, plain.encode(), context.encode())
    return f"{_current}.{base64.b64encode(nonce + box).decode()}"


def unseal(ciphertext: str, context: str = "") -> str:
    """The text of a ciphertext. Raises ValueError for a wrong key, context or value."""
    name, _, body = ciphertext.partition(".")
    raw = base64.b64decode(body)
    try:
        return AESGCM(_keys[name]).decrypt(raw[:12], raw[12:], context.encode()).decode()
    except (KeyError, InvalidTag) as error:
        raise ValueError("the value was not sealed with these keys") from error


def sign(content: bytes, context: str) -> bytes:
    """A signature that only this installation makes."""
    return hmac.digest(_keys[_current], context.encode() + b"\n" + content, "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Whether two signatures are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


class Sealed:
    """A value that is there and cannot be seen."""

    __slots__ = ("_ciphertext", "_context")

    def __init__(self, ciphertext: str, context: str) -> None:
        self._ciphertext = ciphertext
        self._context = context

    def reveal(self) -> str:
        """The text. The caller logs the read (``operations.care.reveal``)."""
        return unseal(self._ciphertext, self._context)

    def __repr__(self) -> str:
        return "•••"


class Encrypted(TypeDecorator[Any]):
    """A text column kept as ciphertext; reads come back as ``Sealed``."""

    impl = Text
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or value == "":
            return None
        if isinstance(value, Sealed):
            return value._ciphertext
        return seal(str(value), self.context)

    def process_result_value(self, value: Any, dialect: Dialect) -> Sealed | None:
        return None if value is None else Sealed(value, self.context)
