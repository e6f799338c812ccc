"""No address without somebody who decided whom it is for."""

from flask import Flask
from werkzeug.routing import Rule

from app.api import classes
from app.views.base import VIEWS
from tests.walk import granted

# What each of a noun's addresses asks for; those of a verb ask for the verb in the address.
VERBS = {
    "get_list": "list",
    "info": "list",
    "list": "list",
    "csv": "list",
    "bulk": "list",  # and what each of its parts asks for
    "bulk_do": "list",  # and what the action asks for
    "bulk_count": "list",
    "xlsx": "list",
    "json": "list",
    "keep": "list",  # and that lists may be kept
    "select": "list",
    "get": "get",
    "show": "get",
    "related_rows": "get",  # and that the other noun may be listed
    "content": "get",
    "paper": "get",
    "certificate": "get",  # and that its codici fiscali may be read
    "report": "get",
    "inline": "update",
    "prepare": "list",
    "post": "create",
    "compare": "get",  # and that the trail may be listed
    "add": "create",
    "imports": "create",
    "import_page": "create",  # of one's own
    "import_check": "create",
    "import_apply": "create",
    "import_undo": "create",
    "import_report": "create",
    "import_template": "create",
    "counter": "create",
    "receipts_file": "receive",
    "receipts_look": "receive",
    "debts_file": "debts",
    "quote": "create",
    "patch": "update",
    "put": "update",
    "edit": "update",
    "delete": "delete",
    "roster": "roster",
    "simulate": "simulate",
    "roster_of_day": "roster",
    "attended": "roster",
    "attended_file": "roster",
    "act": "<verb>",
    "act_on_all": "<verb>",
}
# Addresses that belong to no noun, and why each may stand open.
OPEN = {
    "static": "styles and scripts",
    "appbuilder.static": "styles and scripts",
    "reference.show": "the API's document: what there is, not whose it is",
    "reference.console": "the page that shows the document",
    "status.show": "says that the application is up",
    "front.start": "the entrance; sends a seat to its home",
    "front.language": "the language of the reader",
    "front.theme": "light or dark in this browser: a cookie of a word",
    "front.forgotten": "leads to the page that sends a link",
    "front.identity_back": "asks the provider of digital identities who it is",
    "LocaleView.index": "the language of the reader",
    "UtilView.back": "sends the browser back to where it was",
    "HomeView.index": "the seat's own home",
    "HomeView.language": "the language of the reader",
    "HomeView.toured": "that the seat's holder was shown round",
    "HomeView.look": "how the screens look in this browser: a cookie of two words",
    "SignInView.login": "signing in",
    "SignInView.logout": "signing out",
    "SeatView.choose": "one of one's own seats",
    "TokenApi.login": "signing in",
    "TokenApi.refresh": "asks for a refresh token",
    "TokenApi.logout": "asks for a token",
    "TokenApi.seat": "one of one's own seats",
    "TokenApi.me": "says who one is",
    "portal.": "the public site: the policy's public rows",
    "area.": "the families' area: the citizen's rows",
}


def noun_of(endpoint: str) -> str:
    """The noun that an address belongs to; none where it stands open."""
    owner = endpoint.partition(".")[0]
    found = {api.__name__: getattr(api, "resource", "") for api in classes()}
    found |= {view.__name__: name for name, view in VIEWS.items()}
    return found.get(owner, "")


def verb_of(rule: Rule) -> str:
    return VERBS.get(rule.endpoint.rpartition(".")[2], "")


def opens(endpoint: str) -> bool:
    """Whether somebody wrote down why an address is nobody's in particular."""
    return endpoint in OPEN or any(
        name.endswith(".") and endpoint.startswith(name) for name in OPEN
    )


def test_every_address_is_a_noun_s_with_a_verb_or_open_with_a_reason(flask_app: Flask) -> None:
    unknown = [
        (rule.rule, rule.endpoint)
        for rule in flask_app.url_map.iter_rules()
        if not (noun_of(rule.endpoint) and verb_of(rule)) and not opens(rule.endpoint)
    ]
    assert not unknown


def test_every_noun_has_its_endpoints_and_its_screens() -> None:
    nouns = set(granted.NOUNS)
    assert {getattr(api, "resource", "") for api in classes()} >= nouns
    assert set(VIEWS) >= nouns
