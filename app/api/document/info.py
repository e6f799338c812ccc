"""What stands at the head of the document."""

from email.utils import parseaddr
from importlib.metadata import version
from typing import Any

from flask_babel import gettext

import config
from app.errors import N_
from app.nouns import titles

# The API's own number in catalogues of services: it never changes.
API_ID = "0d7f3f7e-2f0a-4a7e-9a5a-5c1f3b8e6d42"
TITLE = N_("Intreccio: data of local welfare alliances")
SUMMARY = N_("Services, workshops, enrolments and the network of a local welfare alliance.")
DESCRIPTION = (
    N_("The headless API under every screen of Intreccio."),
    N_(
        "**Who sees what.** A token acts under one seat (staff, municipality, provider, citizen "
        "...). The rows are those that the seat's policy shows; the columns are those of the "
        "groups that it may read (`x-group` at each property): others are absent, and asking for "
        "them is an error. Rows that everybody sees need no token."
    ),
    N_(
        "**Lists** take `field=value`, `field__operator=value`, `filter=` (JSON), `search=`, "
        "`sort=`, `fields=`, `include=`, `limit=` and `cursor=`; the rows are counted with "
        "`count=exact` only. `group=` and `aggregate=` answer figures instead of rows, `format=` "
        "sends the whole selection as a file."
    ),
    N_("**Days.** A filter by a date also takes `today`, `today+7` or `today-30`."),
    N_(
        "**Errors** are problems (RFC 9457) with a stable `code`; texts come in Italian or, with "
        "`Accept-Language: en`, in English."
    ),
    N_(
        "**Writing.** A POST under an `Idempotency-Key` counts once. A change with `If-Match` is "
        "refused if somebody else changed the row in the meantime. `bulk` does many at once or "
        "none; `dry_run=true` answers as if, and keeps nothing."
    ),
    N_("Money and numbers with decimals are texts; instants carry their zone."),
)
TAGS = {
    "security": N_("Signing in, and the seat that one acts under."),
    "status": N_("Whether the service is up, and this document."),
}
TOKEN = N_("The access token that `login` gave: it names account and seat, for half an hour.")
KEY = N_("An API key: it acts under one seat, within its scopes, until it expires.")


def info(settings: config.Settings) -> dict[str, Any]:
    """Title, version, contact, terms."""
    base = settings.base_url
    return {
        "title": gettext(TITLE),
        "version": version("intreccio"),
        "description": "\n\n".join(gettext(one) for one in DESCRIPTION),
        "x-summary": gettext(SUMMARY),
        "x-api-id": API_ID,
        "termsOfService": f"{base}/swagger/v1#terms",
        "contact": contact(settings),
        "license": {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/it/"},
    }


def contact(settings: config.Settings) -> dict[str, str]:
    """Whom to write to: the installation's own address, if it has one outside."""
    email = parseaddr(settings.mail_from)[1]
    known = {"email": email} if "." in email.partition("@")[2] else {}
    return {"name": "Intreccio", "url": f"{settings.base_url}/", **known}


def servers(settings: config.Settings) -> list[dict[str, Any]]:
    """This installation: what is not behind https is a place to try things."""
    if settings.base_url.startswith("https://"):
        return [{"url": settings.base_url, "description": gettext("This installation.")}]
    words = gettext("An installation to try things on.")
    return [{"url": settings.base_url, "description": words, "x-sandbox": True}]


def tags(resources: list[str]) -> list[dict[str, str]]:
    """A tag for each noun, and those of what is no noun's."""
    own = [{"name": name, "description": gettext(words)} for name, words in TAGS.items()]
    nouns = [{"name": name, "description": f"{titles.many(name)}."} for name in resources]
    return sorted(own + nouns, key=lambda tag: tag["name"])


def security() -> dict[str, Any]:
    """The ways to say who asks: never in the address."""
    return {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                  "description": gettext(TOKEN)},
        "key": {"type": "http", "scheme": "bearer", "bearerFormat": "key",
                "description": gettext(KEY)},
    }  # fmt: skip
