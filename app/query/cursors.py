"""Where a page ended: opaque, signed, and good for the question that it came from alone."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any

import orjson

from app import sealed
from app.errors import N_, BadRequest
from app.query import values
from app.query.selection import Selection

BAD_CURSOR = N_("The cursor does not belong to this list.")
LONGEST = 4_000
SIGNATURE = 12


def _signature(wanted: Selection, kind: str, content: bytes) -> bytes:
    """Over the keys, the question and the seat's kind: a cursor of another list is refused."""
    asked = (kind, wanted.resource, wanted.sort, wanted.where, wanted.given,
             wanted.words)  # fmt: skip
    digest = hashlib.sha256(repr(asked).encode() + b"\n" + content).digest()
    return sealed.sign(digest, "cursor")[:SIGNATURE]


def write(wanted: Selection, kind: str, keys: Sequence[Any]) -> str:
    """The cursor of the page that follows a row with these sort keys, for a kind of seat."""
    plain = [k if k is None or isinstance(k, (bool, int)) else str(k) for k in keys]
    content = orjson.dumps(plain)
    return _said(_signature(wanted, kind, content) + content)


def _said(signed: bytes) -> str:
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def read(wanted: Selection, kind: str, cursor: str, types: Sequence[Any]) -> list[Any]:
    """The sort keys of a cursor, of these types.

    Raises BadRequest for one of another question, or forged.
    """
    try:
        if len(cursor) > LONGEST:
            raise ValueError(cursor)
        signed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        content = signed[SIGNATURE:]
        # Decoding passes over what is no base64: there is one way to write a cursor.
        whole = _said(signed) == cursor
        if not (whole and sealed.same(signed[:SIGNATURE], _signature(wanted, kind, content))):
            raise ValueError(cursor)
        return [
            key if key is None else values.parse(type_, key)
            for type_, key in zip(types, orjson.loads(content), strict=True)
        ]
    except (ValueError, TypeError, binascii.Error):
        raise BadRequest(BAD_CURSOR, field="cursor") from None
