"""Files: typed by what they are, and shown to nobody but their own."""

from collections.abc import Callable
from io import BytesIO

import pytest

from app.transaction import ScopedSession
from tests import factories
from tests.sessions import Client

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"


def send(client: Client, content: bytes, name: str = "modulo.pdf", **form: str) -> object:
    data = {"file": (BytesIO(content), name), **form}
    return client.post("/api/v1/files/", data=data, content_type="multipart/form-data")


def test_a_body_reads_back_its_own_form_and_another_does_not(
    client: Callable[..., Client], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="partner")
    union, other = client(seat), client(factories.SeatFactory(kind="partner"))
    sent = send(union, PDF, name="../../etc/modulo adesione.pdf")
    assert sent.status_code == 201, sent.text
    path = sent.headers["Location"]
    read = union.get(f"{path}/content")
    assert read.data == PDF
    assert read.headers["Content-Disposition"].startswith("attachment")
    assert "etc" not in read.headers["Content-Disposition"]
    assert other.get(f"{path}/content").status_code == 404
    assert other.get(path).status_code == 404
    assert client(None).get(f"{path}/content").status_code == 401


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.pdf"),
        (b"<script>alert(1)</script>", "page.pdf"),
        (b"MZ" + b"\0" * 200, "program.pdf"),
    ],
)
def test_what_a_file_claims_to_be_does_not_count(
    client: Callable[..., Client], content: bytes, name: str
) -> None:
    answer = send(client(factories.SeatFactory(kind="partner")), content, name)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "file"


def test_a_part_that_is_not_asked_for_is_refused_by_its_name(client: Callable[..., Client]) -> None:
    answer = send(client(factories.SeatFactory(kind="partner")), PDF, organisation_id="1")
    assert answer.status_code == 400
    assert answer.json["errors"][0]["field"] == "organisation_id"


def test_a_file_is_not_put_into_anothers_drawer(
    client: Callable[..., Client], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="partner")
    other = factories.OrganizationFactory(alliance=seat.alliance)
    db.flush()
    answer = send(client(seat), PDF, organization_id=str(other.id))
    assert answer.status_code in (403, 422)
