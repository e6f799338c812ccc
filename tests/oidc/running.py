"""A real provider of digital identities, started by the tests, and a browser's way through it."""

import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from bench.processes import Process, free_port, inherited, kill, start
from tests.databases import folder_of

CLIENT = {"client_id": "intreccio", "client_secret": "known-to-the-tests-and-the-provider"}
PERSONS: dict[str, dict[str, Any]] = {
    "mario": {
        "fiscal_number": "TINIT-RSSMRA85T10A562S", "given_name": "Mario", "family_name": "Rossi",
        "birthdate": "1985-12-10", "email": "mario.rossi@posta.example",
    },
    "plain": {
        "fiscal_number": "VRDNNA90A41E648F", "given_name": "Anna", "family_name": "Verdi",
    },
    "nobody": {"given_name": "Senza", "family_name": "Codice", "email": "s@posta.example"},
    "foreigner": {"fiscal_number": "TINDE-12345678901", "given_name": "Eva", "family_name": "M"},
}  # fmt: skip


@dataclass
class Provider:
    """A running provider."""

    port: int
    process: Process
    client: dict[str, str] = field(default_factory=lambda: dict(CLIENT))

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """The settings of an installation that it serves."""
        return {
            "OIDC_ISSUER": self.issuer,
            "OIDC_CLIENT_ID": self.client["client_id"],
            "OIDC_CLIENT_SECRET": self.client["client_secret"],
        }

    def sign_in(self, address: str, who: str) -> str:
        """Follow a browser there, sign in as somebody (or give up), and come back: where to."""
        assert address.startswith(self.issuer)
        with httpx.Client(timeout=30) as browser:
            answer = browser.get(address)
            while answer.is_redirect and answer.headers["Location"].startswith(("/", self.issuer)):
                answer = browser.get(httpx.URL(self.issuer).join(answer.headers["Location"]))
            if not answer.is_redirect:
                assert answer.status_code == 200, answer.text
                action = re.search(r'action="([^"]+)"', answer.text)
                assert action, answer.text
                answer = browser.post(self.issuer + action[1], data={"who": who})
                while answer.headers["Location"].startswith(("/", self.issuer)):
                    answer = browser.get(httpx.URL(self.issuer).join(answer.headers["Location"]))
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"


@contextmanager
def running(*redirects: str, **options: Any) -> Iterator[Provider]:
    """A provider that knows these addresses to send browsers back to."""
    port = free_port()
    said = {
        "port": port,
        "clients": [{**CLIENT, "redirect_uris": list(redirects)}],
        "persons": PERSONS,
        **options,
    }
    node = shutil.which("node") or str(Path(sys.prefix) / "bin" / "node")
    log = folder_of("logs") / f"oidc-{port}.log"
    command = [node, str(Path(__file__).with_name("provider.mjs")), json.dumps(said)]
    log.unlink(missing_ok=True)  # The port may have been another run's.
    process = start(command, inherited(), log)
    deadline = time.monotonic() + 30
    while "ready" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            kill(process)
            pytest.fail(f"the provider does not start:\n{log.read_text()}")
        time.sleep(0.05)
    try:
        yield Provider(port, process)
    finally:
        kill(process)
