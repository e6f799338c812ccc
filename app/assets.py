"""Styles and scripts under addresses that name their content: kept for a year, never stale."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug.security import safe_join

YEAR = 365 * 24 * 3600


def configure(app: Flask) -> None:
    """Put the version into every address of a file, and let what carries it be kept.

    An address without it, such as one that a style names, is asked for again each time and
    answered with 304.
    """
    owners: dict[str, Any] = {"static": app}
    owners |= {
        f"{name}.static": found for name, found in app.blueprints.items() if found.has_static_folder
    }

    def age(endpoint: str) -> Any:
        def of_file(filename: str | None) -> int | None:
            asked = request.args.get("v")
            known = version(owners[endpoint].static_folder, filename) if asked else None
            return YEAR if asked and asked == known else None

        return of_file

    for endpoint, owner in owners.items():
        owner.get_send_file_max_age = age(endpoint)

    @app.url_defaults
    def _name_the_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint in owners and "v" not in values:
            found = version(owners[endpoint].static_folder, values.get("filename"))
            if found is not None:
                values["v"] = found


def version(folder: str | None, filename: str | None) -> str | None:
    """What a file's content is known by; None if there is no such file."""
    path = safe_join(folder or "", filename or "")
    if path is None:
        return None
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return _digest(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1024)
def _digest(path: str, changed: int, size: int) -> str | None:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]
    except OSError:
        return None
