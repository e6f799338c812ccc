"""A message of the outbox as a mail, with its words from a template. ``smtp.py`` sends it.

A mail that goes out again after a crash goes under the same Message-ID, which is made
from the row alone, so that the family's mailbox can tell the two are one.
"""

from datetime import date, datetime
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app import clock, formats, reasons
from app.models import Message
from app.sealed import unseal

HERE = Path(__file__).parent
# What a payload's secrets are sealed under, see ``operations.outbox.hide``.
SECRET = "message.secret"  # noqa: S105
LONG_DAY = "EEEE d MMMM y"

# Where a kind's link leads, below the address of the site; a payload's own `path` wins.
APPLICATION = "/{alliance}/applications/{application_id}"
REQUEST = "/{alliance}/requests/{request_id}"
PROVIDERS_REQUEST = "/office/service-requests/show/{request_id}"
PATHS = {
    **dict.fromkeys(
        ("receipt", "placed", "waiting", "offered", "cancelled", "refused", "expired",
         "list_published", "window_closes", "slot_tomorrow", "offer_expires", "absences",
         "notice_due"),
        APPLICATION,
    ),
    **dict.fromkeys(
        ("request_sent", "request_answered", "request_accepted", "request_started",
         "request_closed", "request_refused", "request_cancelled"), REQUEST,
    ),
    "call_deadline": "/office/calls/show/{call_id}",
    "membership_deadline": "/office/memberships/show/{membership_id}",
    "review_waiting": "/office/{resource}/show/{row_id}",
    "rules_broken": "/office/job-runs/list/",
    "digest": "/office/enrollments/list/",
    "confirm": "/{alliance}/confirm/{token}",
    "reset": "/{alliance}/reset/{token}",
    "invite": "/{alliance}/invitation/{token}",
}  # fmt: skip
SIGN_IN = "/login/"


def render(message: Message, *, base_url: str, sender: str) -> EmailMessage:
    """The message as a mail, in its language: plain text, and the same words as HTML.

    Raises jinja2's errors for a kind without a template or a payload without a value.
    """
    environment = _environment(message.locale)
    template = environment.get_template(f"mail/{message.kind}.txt")
    payload = {**message.payload, **_unsealed(message)}
    values: dict[str, Any] = {
        **payload,
        "payload": payload,
        "alliance": message.alliance,
        "locale": message.locale,
        "link": base_url + _path(message, payload),
    }

    def block(name: str) -> str:
        return "".join(template.blocks[name](template.new_context(values))).strip()

    values["subject"] = " ".join(block("subject").split())
    values["action"] = block("action") if "action" in template.blocks else ""
    values["parts"] = [part.strip() for part in block("body").split("\n\n") if part.strip()]

    mail = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    mail["From"] = formataddr((message.alliance.name or name, address))
    mail["To"] = message.recipient
    mail["Subject"] = values["subject"]
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = message_id(message, address.partition("@")[2] or "localhost")
    if message.alliance.email:
        mail["Reply-To"] = message.alliance.email
    mail["Content-Language"] = message.locale
    # Nobody's holiday reply should answer a machine (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(environment.get_template("mail/layout.txt").render(values))
    html = environment.get_template("mail/layout.html").render(values)
    mail.add_alternative(html, subtype="html")
    return mail


def message_id(message: Message, domain: str) -> str:
    """The same for the same row for ever; another one when a new table counts from one again."""
    made = int(message.created_at.timestamp())
    return f"<{message.alliance.slug}.{message.id}.{made}@{domain}>"


def _unsealed(message: Message) -> dict[str, str]:
    """The tokens and codes, which only the mail itself shows."""
    sealed = message.payload.get("sealed") or {}
    return {name: unseal(value, SECRET) for name, value in sealed.items()}


def _path(message: Message, payload: dict[str, Any]) -> str:
    path = payload.get("path") or PATHS.get(message.kind, "/{alliance}/")
    if message.kind == "confirm" and "token" not in payload:
        path = SIGN_IN
    if path == REQUEST and payload.get("audience") == "provider":
        path = PROVIDERS_REQUEST
    values = {key: quote(str(value), safe="") for key, value in payload.items()}
    return path.format_map({**values, "alliance": message.alliance.slug})


@cache
def _environment(locale: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = Translations.load(HERE / "translations", [locale])
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    at = {"it": "alle ore", "en": "at"}.get(locale, "")

    def day(value: str) -> str:
        return formats.day(date.fromisoformat(str(value)[:10]), locale, LONG_DAY)

    def moment(value: str) -> str:
        local = datetime.fromisoformat(str(value)).astimezone(clock.ROME)
        hour = formats.hour(local.time(), locale)
        return f"{formats.day(local.date(), locale, LONG_DAY)} {at} {hour}"

    def euro(value: str) -> str:
        return formats.euro(Decimal(str(value)), locale)

    def reason(value: str) -> str:
        return reasons.told(value, catalogue.gettext)

    environment.filters.update(day=day, moment=moment, euro=euro, reason=reason)
    return environment
