"""A file is what it contains, is kept once, and is served to whom its row belongs."""

import os

import pytest

from app.errors import Forbidden, Invalid
from app.models import File
from app.operations import files
from tests import factories as f

PDF = b"%PDF-1.7\n%modulo firmato\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
JPEG = b"\xff\xd8\xff\xe0" + bytes(16)
P7M = b"\x30\x82\x01\x00" + files.SIGNED_DATA + bytes(32)


@pytest.fixture
def organization(db):
    return f.OrganizationFactory()


@pytest.fixture
def partner(as_seat, organization):
    return as_seat(
        "partner",
        user_id=f.AccountFactory().id,
        alliance_id=organization.alliance_id,
        organization_id=organization.id,
    )


@pytest.mark.parametrize(
    ("content", "name", "media_type", "kept_as"),
    [
        (PDF, "modulo.pdf", "application/pdf", "modulo.pdf"),
        (PNG, "../../etc/passwd", "image/png", "passwd.png"),
        (JPEG, "C:\\foto\\carta.JPEG", "image/jpeg", "carta.JPEG"),
        (P7M, "modulo.pdf.p7m", "application/pkcs7-mime", "modulo.pdf.p7m"),
        (PDF, "mod\r\nulo\u202efdp.exe", "application/pdf", "modulofdp.exe.pdf"),
        (PDF, "a" * 300 + ".pdf", "application/pdf", "a" * 196 + ".pdf"),
        (PDF, " . ", "application/pdf", "file.pdf"),
    ],
)
def test_a_file_is_named_and_typed_by_what_it_is(
    partner, organization, tmp_path, now, content, name, media_type, kept_as
):
    row = files.keep(
        partner, content=content, name=name, organization_id=organization.id, folder=tmp_path,
        now=now,
    )  # fmt: skip
    assert (row.media_type, row.name, row.size) == (media_type, kept_as, len(content))
    assert files.path(row, tmp_path).read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"MZ" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b"\x30\x82\x01\x00" + bytes(100),
        PDF + bytes(files.LARGEST),
    ],
    ids=["empty", "html", "program", "archive", "other asn.1", "too large"],
)
def test_what_is_not_taken_leaves_neither_row_nor_content(
    db, partner, organization, tmp_path, now, content
):
    with pytest.raises(Invalid) as refusal:
        files.keep(
            partner, content=content, name="modulo.pdf", organization_id=organization.id,
            folder=tmp_path, now=now,
        )  # fmt: skip
    assert refusal.value.field == "file"
    assert db.query(File).count() == 0
    assert list(tmp_path.rglob("*")) == []


def test_the_same_content_is_kept_once_for_two_rows(partner, organization, tmp_path, now):
    kept = [
        files.keep(
            partner, content=PDF, name=name, organization_id=organization.id, folder=tmp_path,
            now=now,
        )
        for name in ("uno.pdf", "due.pdf")
    ]  # fmt: skip
    assert kept[0].id != kept[1].id
    (content,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert content.name == kept[0].sha256
    assert os.stat(content).st_mode & 0o077 == 0


def test_nobody_keeps_a_file_for_another_body(partner, organization, tmp_path, now):
    other = f.OrganizationFactory(alliance=organization.alliance)
    with pytest.raises((Forbidden, Invalid)):
        files.keep(
            partner, content=PDF, name="x.pdf", organization_id=other.id, folder=tmp_path, now=now
        )
    assert list(tmp_path.rglob("*")) == []
