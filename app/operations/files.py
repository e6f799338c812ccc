"""Files: kept by the digest of their content, typed by it, served only through their row."""

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path, PurePath

import filetype
from sqlalchemy.orm import Session

from app.errors import N_, Invalid, NotFound
from app.models import File
from app.operations.constraints import explained
from app.transaction import ScopedSession

LARGEST = 10 * 1024 * 1024
LONGEST = 200
EMPTY = N_("The file is empty.")
TOO_LARGE = N_("A file has at most 10 MB.")
STRANGE = N_("Only PDF, PNG, JPEG and digitally signed (p7m) files can be sent.")
SIGNED = "application/pkcs7-mime"
# What a signed form or a photographed paper comes as, and how it may be called.
SUFFIXES = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    SIGNED: (".p7m",),
}
# ASN.1 SEQUENCE, then the object identifier of PKCS #7 signedData (RFC 2315, 14).
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


def keep(
    db: Session,
    *,
    content: bytes,
    name: str,
    folder: Path | None,
    organization_id: int | None = None,
    person_id: int | None = None,
    now: datetime,
) -> File:
    """The row of a file that is kept; the same content is stored once, without a folder not at all.

    Whose it is: the organization's or the person's that is named, else the caller's own.
    Raises Invalid naming ``file``, Forbidden for somebody else's.
    """
    media_type = type_of(content)
    digest = hashlib.sha256(content).hexdigest()
    principal = db.principal if isinstance(db, ScopedSession) else None
    if organization_id is None and person_id is None and principal is not None:
        organization_id = principal.organization_id
    row = File(
        alliance_id=principal.alliance_id if principal else None,
        name=_plain(name, media_type),
        sha256=digest,
        media_type=media_type,
        size=len(content),
        organization_id=organization_id,
        person_id=person_id,
        user_id=principal.user_id if principal else None,
    )
    with explained():
        db.add(row)
        db.flush()
    if folder is not None:
        _store(content, path_of(digest, folder))
    return row


def type_of(content: bytes) -> str:
    """The media type that the content itself shows. Raises Invalid naming ``file``."""
    if not content:
        raise Invalid(EMPTY, field="file")
    if len(content) > LARGEST:
        raise Invalid(TOO_LARGE, field="file")
    if content[:1] == b"\x30" and SIGNED_DATA in content[:32]:
        return SIGNED
    found = filetype.guess_mime(content)
    if found not in SUFFIXES:
        raise Invalid(STRANGE, field="file")
    return str(found)


def path_of(digest: str, folder: Path) -> Path:
    """Where the content with the digest lies."""
    return folder / digest[:2] / digest


def path(row: File, folder: Path) -> Path:
    """Where the content of a row lies."""
    return path_of(row.sha256, folder)


def read(row: File, folder: Path) -> bytes:
    """The content of a row that the caller sees. Raises NotFound where the disk lost it."""
    try:
        return path(row, folder).read_bytes()
    except FileNotFoundError:
        raise NotFound from None


def _store(content: bytes, target: Path) -> None:
    """Whole or not at all: before the row is committed, after the policy has let it pass."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as unfinished:
        unfinished.write(content)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    Path(unfinished.name).replace(target)


def _plain(name: str, media_type: str) -> str:
    """The name without folders and without what no name holds, ending in a suffix that is true."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(c for c in last if c.isprintable()).strip(" .") or "file"
    if not plain.lower().endswith(SUFFIXES[media_type]):
        plain += SUFFIXES[media_type][0]
    stem, _, suffix = plain.rpartition(".")
    return f"{stem[: LONGEST - len(suffix) - 1]}.{suffix}"
