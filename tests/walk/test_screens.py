"""Every screen from every seat: what opens, and that it shows nothing that is not for the seat."""

from collections.abc import Callable

import pytest

from app import nouns, permissions
from tests.walk import granted, rows
from tests.walk.http import CLOSED, Visitor
from tests.walk.kinds import by_kind, by_some
from tests.walk.names import World

Visit = Callable[[str], Visitor]
# Somebody who is nobody is sent to sign in.
SHUT = (*CLOSED, 302)
# Walked at every run; the others in the long one.
QUICK = ("enrollments", "organizations")
by_noun = pytest.mark.parametrize(
    "noun",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.matrix) for n in granted.NOUNS],
)
PUBLIC_SITE = ("servizi/", "laboratori/", "avvisi/", "privacy", "accessibilita", "accedi",
               "registrati", "password", "area/", "area/persone/", "area/iscrizione",
               "area/richieste/nuova", "area/persone/nuova", "")  # fmt: skip
SITE_ROWS = {
    "servizi/{}": "service",
    "laboratori/{}": "workshop",
    "avvisi/{}": "call",
    "area/persone/{}": "person",
    "area/domande/{}": "application",
    "area/richieste/{}": "service_request",
}


@by_some
@by_noun
def test_a_screen_shows_what_the_seat_may_read(
    world: World, visit: Visit, kind: str, noun: str
) -> None:
    visitor = visit(kind)
    table = str(permissions.RESOURCES[noun].__table__.name)
    verbs = granted.NOUNS[noun].verbs_of(kind)
    for screen in ("list/", "csv", "xlsx"):
        status = visitor.get(f"/office/{noun}/{screen}").status_code
        assert status == 200 if "list" in verbs else status in SHUT, (screen, status)
    seen = rows.named(world, table, kind)
    if "get" not in verbs:
        number = next(iter(world.ids[table].values()))
        assert visitor.get(f"/office/{noun}/show/{number}").status_code in (*SHUT, 404)
        return
    for label in (*sorted(seen)[:2], *rows.sample(frozenset(world.ids[table]) - seen, table)):
        status = visitor.get(f"/office/{noun}/show/{world.id(table, label)}").status_code
        # A file's page is the file itself, which here has no content.
        assert status == (200 if label in seen else 404) or noun == "files", (label, status)


@by_some
@by_noun
def test_a_form_opens_to_whom_it_is_for_and_reaches_no_other_row(
    world: World, visit: Visit, kind: str, noun: str
) -> None:
    visitor = visit(kind)
    table = str(permissions.RESOURCES[noun].__table__.name)
    verbs = granted.NOUNS[noun].verbs_of(kind)
    hidden = frozenset(world.ids[table]) - rows.named(world, table, kind)
    roads = {"edit": "update", "delete": "delete"}
    roads |= {f"verb/{verb}": verb for verb in nouns.noun(noun).verbs}
    for road, verb in roads.items():
        for label in rows.sample(hidden, table):
            path = f"/office/{noun}/{road}/{world.id(table, label)}"
            for method in ("GET", "POST"):
                status = visitor.ask(method, path).status_code
                assert status in (404, 405) if verb in verbs else status in (*SHUT, 404, 405), path
    status = visitor.get(f"/office/{noun}/add").status_code
    assert status in (200, 302, 404, 405) if "create" in verbs else status in (*SHUT, 404, 405)


@by_some
def test_the_site_shows_what_the_public_sees_and_one_s_own(
    world: World, visit: Visit, kind: str
) -> None:
    visitor = visit(kind)
    slug = visitor.slug()
    for page in PUBLIC_SITE:
        # What a form is about is named by its address: without it there is none.
        assert visitor.get(f"/{slug}/{page}").status_code in (200, 302, 404, *CLOSED), page
    for page, table in SITE_ROWS.items():
        seen = rows.named(world, table, "public") | rows.named(world, table, kind)
        hidden = frozenset(world.ids[table]) - seen
        for label in hidden:
            path = f"/{slug}/{page.format(world.id(table, label))}"
            assert visitor.get(path).status_code in (302, 404, *CLOSED), (path, label)


@by_kind
def test_a_file_is_given_to_whom_its_row_is_shown(world: World, visit: Visit, kind: str) -> None:
    visitor = visit(kind)
    hidden = frozenset(world.ids["file"]) - rows.named(world, "file", kind)
    for label in hidden:
        number = world.id("file", label)
        for path in (f"/api/v1/files/{number}/content", f"/office/files/content/{number}"):
            assert visitor.get(path).status_code in (404, *SHUT), (path, label)
