"""An answer kept in memory: what it says, what it rests on, and whether a client has it already."""

from email.utils import formatdate, parsedate_to_datetime
from hashlib import blake2b
from math import ceil, floor
from time import time

from app.public.changes import STALE

Headers = list[tuple[str, str]]
Counts = tuple[tuple[str, int], ...]

# Whoever holds the answer asks again before using it: another's memory must not add to ours.
CACHE_CONTROL = "public, max-age=0, must-revalidate"
# The language and the format are chosen by headers; a token or a session sees other rows.
VARY = ("Accept", "Accept-Language", "Authorization", "Cookie")
# Said by us, or about one request alone.
NOT_KEPT = ("content-length", "cache-control", "etag", "last-modified", "vary", "retry-after",
            "date", "expires", "age")  # fmt: skip
OF_A_CLIENT = ("x-ratelimit-", "ratelimit", "x-request-")
NOT_IN_304 = ("content-type", "content-encoding", "content-length")


class Answer:
    """A 200 with its validators; it rests on tables that had changed so often."""

    def __init__(
        self,
        body: bytes,
        headers: Headers,
        rests: Counts = (),
        until: float = float("inf"),
    ) -> None:
        self.body = body
        self.rests = rests
        self.until = until
        self.etag = f'"{blake2b(body, digest_size=15).hexdigest()}"'
        self._headers = [*_kept(headers), ("Content-Length", str(len(body))), ("ETag", self.etag),
                         ("Cache-Control", CACHE_CONTROL), ("Vary", _vary(headers))]  # fmt: skip
        # Whether its date is the one that validates, or it will have none: either is final.
        self.settled = False
        self._validates: int | None = None
        self.date(None)

    def holds(self, counts: dict[str, int], now: float) -> bool:
        """Whether nothing that it rests on has changed, and its time is not over."""
        return now < self.until and all(counts.get(table) == n for table, n in self.rests)

    def date(self, changed: float | None, margin: float = STALE) -> None:
        """Say when the content last changed, in seconds since 1970; None if that is unknown.

        Dates have whole seconds, and whoever gives this answer out may not know of a change
        for as long as the margin. So the date that validates is the first second by which
        everybody knew, given once it has passed; until then it is the second of the change,
        which validates nothing.
        """
        headers = list(self._headers)
        if changed is not None:
            self._validates = ceil(changed + margin)
            self.settled = time() >= self._validates
            second = self._validates if self.settled else floor(changed)
            headers.append(("Last-Modified", formatdate(second, usegmt=True)))
        self.headers = headers
        self.unchanged = [(n, v) for n, v in headers if n.lower() not in NOT_IN_304]

    def same(self, if_none_match: str | None, if_modified_since: str | None) -> bool:
        """Whether the client has it already (RFC 9110, 13.1.2 and 13.1.3)."""
        if if_none_match is not None:
            if if_none_match == self.etag or if_none_match.strip() == "*":
                return True
            return self.etag in (t.strip().removeprefix("W/") for t in if_none_match.split(","))
        if if_modified_since is None or self._validates is None:
            return False
        try:
            held = parsedate_to_datetime(if_modified_since).timestamp()
        except (ValueError, TypeError, OverflowError):
            return False
        return held >= self._validates


def _kept(headers: Headers) -> Headers:
    return [
        (name, value)
        for name, value in headers
        if name.lower() not in NOT_KEPT and not name.lower().startswith(OF_A_CLIENT)
    ]


def _vary(headers: Headers) -> str:
    said = ",".join(value for name, value in headers if name.lower() == "vary").split(",")
    named = {name.lower(): name for name in VARY}
    for name in filter(None, map(str.strip, said)):
        named.setdefault(name.lower(), name)
    return ", ".join(named.values())
