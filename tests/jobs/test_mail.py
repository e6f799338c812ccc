"""What a mail looks like, whatever its message says."""

import email
import email.policy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import UndefinedError

from app import mail
from app.models import Message
from app.operations import outbox
from app.smtp import Folder, Refused, Smtp, Unreachable
from app.transaction import ScopedSession
from bench.processes import free_port
from tests.factories import AllianceFactory, MessageFactory
from tests.servers import Mailbox

LINE = {
    "enrollment_id": 7, "person": "Ada Bianchi", "workshop": "Laboratorio di Natale",
    "slot": "Giorno 1", "starts_on": "2026-12-23", "ends_on": "2026-12-23",
    "organization": "Coop", "status": "placed", "fee": "12.00", "before": 0,
}  # fmt: skip
PLACED = {**LINE, "application_id": 5, "receipt": "0123456789", "lines": [LINE]}


def written(message: Message) -> email.message.EmailMessage:
    return mail.render(message, base_url="https://a.example", sender="I <i@posta.example>")


def text(mail_: email.message.EmailMessage) -> str:
    return mail_.get_body(("plain",)).get_content()


def test_a_mail_says_the_same_as_text_and_as_html(db: ScopedSession) -> None:
    message = MessageFactory(kind="placed", payload=PLACED)
    letter = written(message)
    link = f"https://a.example/{message.alliance.slug}/applications/5"
    html = letter.get_body(("html",)).get_content()
    for body in (text(letter), html):
        assert "Ada Bianchi" in body
        assert "mercoledì 23 dicembre 2026" in body
        assert link in body
    assert '<html lang="it">' in html
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["From"].addresses[0].display_name == message.alliance.name


def test_a_repeat_goes_under_the_same_message_id(db: ScopedSession) -> None:
    one, other = (
        MessageFactory(kind="placed", payload=PLACED),
        MessageFactory(kind="placed", payload=PLACED),
    )
    assert written(one)["Message-ID"] == written(one)["Message-ID"]
    assert written(one)["Message-ID"] != written(other)["Message-ID"]
    assert written(one)["Message-ID"].endswith("@posta.example>")


def test_what_a_family_wrote_is_no_html_and_no_header(db: ScopedSession) -> None:
    line = LINE | {"person": "<b>Ada</b>", "workshop": "Laboratorio\r\nBcc: x@y.example"}
    letter = written(MessageFactory(kind="placed", payload=PLACED | {"lines": [line], **line}))
    assert "&lt;b&gt;Ada" in letter.get_body(("html",)).get_content()
    assert letter["Bcc"] is None


def test_a_payload_without_a_value_is_an_error_and_not_a_blank(db: ScopedSession) -> None:
    with pytest.raises(UndefinedError):
        written(MessageFactory(kind="offered", payload=PLACED))


def test_a_link_with_a_secret_is_opened_only_in_the_mail(db: ScopedSession) -> None:
    payload = {
        "name": "Ada", "expires_at": "2026-12-23T10:00:00+00:00",
        "sealed": {"token": outbox.hide("t0ken/x")},
    }  # fmt: skip
    message = MessageFactory(kind="reset", payload=payload)
    assert "t0ken" not in str(message.payload)
    assert f"/{message.alliance.slug}/reset/t0ken%2Fx" in text(written(message))
    assert "mercoledì 23 dicembre 2026 alle ore 11:00" in text(written(message))


def test_without_a_server_mail_is_a_file_that_a_repeat_replaces(
    db: ScopedSession, tmp_path: Path
) -> None:
    message = MessageFactory(kind="placed", payload=PLACED)
    for _ in range(2):
        Folder(tmp_path / "mail").send(written(message))
    [file] = (tmp_path / "mail").iterdir()
    read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert file.suffix == ".eml"
    assert read["To"] == message.recipient


def test_smtp_carries_many_mails_and_reports_each_refusal(db: ScopedSession, smtp: Mailbox) -> None:
    way = Smtp(smtp.url)
    letter = written(MessageFactory(kind="placed", payload=PLACED))
    way.send(letter)
    smtp.refuse = "451 later"
    with pytest.raises(Refused, match="451 later") as refused:
        way.send(letter)
    assert not refused.value.for_good
    smtp.refuse = "554 never"
    with pytest.raises(Refused, match="554 never") as refused:
        way.send(letter)
    assert refused.value.for_good
    smtp.refuse = None
    way.send(letter)
    way.close()
    assert [m["Message-ID"] for m in smtp.mails] == [letter["Message-ID"]] * 2


def test_a_server_that_is_away_is_no_message_s_fault(db: ScopedSession) -> None:
    letter = written(MessageFactory(kind="placed", payload=PLACED))
    with pytest.raises(Unreachable):
        Smtp(f"smtp://127.0.0.1:{free_port()}").send(letter)


def test_dates_are_rome_s(db: ScopedSession) -> None:
    night = datetime(2026, 12, 22, 23, 30, tzinfo=UTC).isoformat()
    message = MessageFactory(
        kind="offered", payload=PLACED | {"expires_at": night}, locale="en",
        alliance=AllianceFactory(email="ufficio@a.example"),
    )  # fmt: skip
    assert "Wednesday 23 December 2026 at 00:30" in text(written(message))
    assert written(message)["Reply-To"] == "ufficio@a.example"


def test_every_link_leads_to_a_page(flask_app: Flask) -> None:
    pages = flask_app.url_map.bind("a.example")
    values = {
        "alliance": "lodi", "token": "a-token", "application_id": 1, "request_id": 1,
        "call_id": 1, "membership_id": 1, "row_id": 1,
    }  # fmt: skip
    for resource in ("services", "workshops"):
        for path in {*mail.PATHS.values(), mail.PROVIDERS_REQUEST, mail.SIGN_IN}:
            # Raises where there is no such page.
            pages.match(path.format_map({**values, "resource": resource}))
