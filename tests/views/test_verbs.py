"""Verbs on screens, the roads that are closed, and what each seat finds."""

from collections.abc import Callable

import pytest

from app import models, permissions
from app.jobs.schedule import JOBS
from app.nouns import titles
from app.operations import enrollments, outbox
from app.transaction import ScopedSession
from app.views import menu, records
from app.views.screens import VIEWS
from tests import factories
from tests.views.conftest import Reader, errors_at, texts, value_of


def place(db: ScopedSession, seat: models.Seat, now: object) -> tuple[models.Enrollment, ...]:
    """A slot of one place: who has it, and who waits."""
    body = seat.organization or factories.OrganizationFactory(alliance=seat.alliance)
    slot = factories.SlotFactory(
        workshop__organization=body, workshop__min_age=0, workshop__max_age=120, places=1
    )
    found = []
    for _ in range(2):
        person = factories.PersonFactory(alliance=seat.alliance)
        application = factories.ApplicationFactory(alliance=seat.alliance)
        db.flush()
        found.append(
            enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
        )
    return tuple(found)


def test_a_refusal_needs_its_reason_and_says_so_beside_the_field(
    reader: Callable[..., Reader], db: ScopedSession, now: object
) -> None:
    seat = factories.SeatFactory(kind="staff")
    placed, _ = place(db, seat, now)
    staff = reader(seat)
    page = f"/office/enrollments/verb/refuse/{placed.id}"
    answer = staff.post(page, reason="  ")
    assert answer.status_code == 422
    assert errors_at(answer.text, "reason")
    assert staff.post(page, reason="Doppia iscrizione").status_code == 302
    db.refresh(placed)
    assert (placed.status, placed.reason) == ("refused", "Doppia iscrizione")


def test_an_offer_out_of_turn_that_cannot_be_keeps_its_reason(
    reader: Callable[..., Reader], db: ScopedSession, now: object
) -> None:
    seat = factories.SeatFactory(kind="staff")
    _, waiting = place(db, seat, now)
    staff = reader(seat)
    page = f"/office/enrollments/verb/offer/{waiting.id}"
    answer = staff.post(page, reason="Caso segnalato dai servizi sociali")
    assert answer.status_code == 422
    assert value_of(answer.text, "reason") == "Caso segnalato dai servizi sociali"
    assert 'role="alert"' in answer.text
    db.refresh(waiting)
    assert waiting.status == "waiting"


def test_a_verb_is_offered_only_in_its_states_and_to_its_seats(
    reader: Callable[..., Reader], db: ScopedSession, now: object
) -> None:
    seat = factories.SeatFactory(kind="municipality")
    placed, waiting = place(db, seat, now)
    town = reader(seat)
    page = town.get(f"/office/enrollments/show/{waiting.id}").text
    assert f"/office/enrollments/verb/refuse/{waiting.id}" in page
    assert "/verb/accept/" not in page
    assert town.get(f"/office/enrollments/verb/offer/{waiting.id}").status_code == 403
    assert town.get(f"/office/enrollments/verb/nonsense/{placed.id}").status_code in (403, 404)


def test_no_verb_runs_by_being_opened(
    reader: Callable[..., Reader], db: ScopedSession, now: object
) -> None:
    seat = factories.SeatFactory(kind="staff")
    placed, _ = place(db, seat, now)
    assert reader(seat).get(f"/office/enrollments/verb/cancel/{placed.id}").status_code == 200
    db.refresh(placed)
    assert placed.status == "placed"


@pytest.mark.parametrize(
    "road", ["action/muldelete/1", "action_post", "download/secret.txt", "list/1", "api/read",
             "multiple", "charts"],
)  # fmt: skip
def test_roads_of_the_framework_are_closed(
    reader: Callable[..., Reader], db: ScopedSession, road: str
) -> None:
    staff = reader(factories.SeatFactory(kind="staff"))
    for method in (staff.http.get, staff.http.post):
        assert method(f"/office/organizations/{road}").status_code in (400, 404, 405)


@pytest.mark.parametrize("kind", sorted({*models.SEAT_KINDS} - {"citizen"}))
def test_every_menu_entry_opens_for_the_seat_that_sees_it(
    reader: Callable[..., Reader], db: ScopedSession, kind: str
) -> None:
    seat = factories.SeatFactory(kind=kind)
    somebody = reader(seat)
    home = somebody.get("/office/")
    assert home.status_code == 200
    listed = {
        r for _, _, rs in menu.AREAS for r in rs if "list" in permissions.grant(kind, r).verbs
    }
    assert listed
    for resource in permissions.RESOURCES:
        path = f"/office/{resource}/list/"
        assert (f'href="{path}"' in home.text) == (resource in listed), path
        assert somebody.get(path).status_code == (200 if resource in listed else 403), path


def test_a_family_is_led_to_its_own_area(reader: Callable[..., Reader], db: ScopedSession) -> None:
    seat = factories.SeatFactory(kind="citizen")
    home = reader(seat).get("/office/")
    assert home.headers["Location"] == f"/{seat.alliance.slug}/area/"


def test_nobody_is_led_to_the_sign_in_page(web_on: object, db: ScopedSession) -> None:
    http = web_on.test_client()  # type: ignore[attr-defined]
    for path in ("/office/", "/office/persons/list/", "/office/persons/show/1"):
        answer = http.get(path)
        assert answer.status_code == 302, path
        assert answer.headers["Location"].startswith("/login/"), path


def test_every_noun_has_its_screen_its_words_and_its_place_in_the_menu() -> None:
    assert set(VIEWS) == set(permissions.RESOURCES) == set(titles.TITLES)
    placed = [resource for _, _, resources in menu.AREAS for resource in resources]
    assert sorted(placed) == sorted(permissions.RESOURCES)


def test_jobs_and_letters_have_words() -> None:
    assert set(records.JOBS) == {job.name for job in JOBS}
    assert set(records.MESSAGES) == outbox.KINDS


def test_an_account_with_two_seats_changes_between_them(
    reader: Callable[..., Reader], db: ScopedSession
) -> None:
    town = factories.SeatFactory(kind="municipality")
    employer = factories.SeatFactory(
        kind="company", user=town.user, alliance=town.alliance, organization=town.organization
    )
    somebody = reader(town)
    assert somebody.get("/office/services/add").status_code == 200
    assert somebody.post("/seat/", page="/office/", seat=str(employer.id)).status_code == 302
    assert somebody.get("/office/services/add").status_code == 403
    assert texts(somebody.get("/office/").text)
