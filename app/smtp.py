"""The ways out of the house: a mail server, or files for whoever has none."""

import logging
import os
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

log = logging.getLogger("intreccio.mail")

TIMEOUT = 30.0


class Unreachable(Exception):
    """The mail server takes no mail at all now; no message is to blame."""


class Refused(Exception):
    """The server does not take this message; ``for_good`` when it never will."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Transport(Protocol):
    """The way out."""

    def send(self, mail: EmailMessage) -> None:
        """Hand the mail over. Raises Unreachable or Refused."""

    def close(self) -> None:
        """Let go of the server until the next mail."""


def transport(smtp_url: str | None, var: Path) -> Transport:
    """SMTP by the given address, or files in var/mail where there is none."""
    if smtp_url:
        return Smtp(smtp_url)
    log.info("no SMTP_URL: mail is written to %s and not sent", var / "mail")
    return Folder(var / "mail")


class Folder:
    """Writes each mail as an .eml file, which any mail program opens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        # A crash leaves a whole file or none; a repeat falls on the same name.
        half = self.folder / f".{name}"
        half.write_bytes(mail.as_bytes())
        os.replace(half, self.folder / f"{name}.eml")
        log.info("mail to %s written to %s.eml, not sent", mail["To"], name)

    def close(self) -> None:
        """Nothing is held."""


class Smtp:
    """A connection that serves many mails.

    smtps://user:password@host:port is TLS from the start; smtp:// changes to TLS when the
    server offers it, always with ``?starttls=require``, never with ``?starttls=no``.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.secure = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if self.secure else 25)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.starttls = parse_qs(parts.query).get("starttls", ["offered"])[0]
        self.server: smtplib.SMTP | None = None

    def send(self, mail: EmailMessage) -> None:
        reused = self.server is not None
        try:
            self._send(mail)
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPSenderRefused) as error:
            # A server may hang up between two mails; that is not the second one's fault.
            self.close()
            if not reused:
                raise Refused(str(error), for_good=False) from error
            self.send(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise Refused(f"{code} {_text(answer)}", for_good=code >= 500) from error
        except smtplib.SMTPResponseException as error:
            reason = f"{error.smtp_code} {_text(error.smtp_error)}"
            raise Refused(reason, for_good=error.smtp_code >= 500) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(str(error), for_good=True) from error
        except OSError as error:
            self.close()
            raise Refused(f"the connection broke: {error}", for_good=False) from error

    def _send(self, mail: EmailMessage) -> None:
        if self.server is None:
            self.server = self._connect()
        self.server.send_message(mail)

    def _connect(self) -> smtplib.SMTP:
        trust = ssl.create_default_context()
        try:
            if self.secure:
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=TIMEOUT, context=trust
                )
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
            try:
                server.ehlo_or_helo_if_needed()
                if self._to_tls(offered=server.has_extn("starttls")):
                    server.starttls(context=trust)
                if self.user:
                    server.login(self.user, self.password)
            except BaseException:
                server.close()
                raise
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"{self.host}:{self.port}: {error}") from error
        return server

    def _to_tls(self, *, offered: bool) -> bool:
        wanted = self.starttls == "require" or (offered and self.starttls != "no")
        return wanted and not self.secure

    def close(self) -> None:
        server, self.server = self.server, None
        if server is not None:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
