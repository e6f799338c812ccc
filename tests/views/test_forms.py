"""Forms: what is refused stays where it was typed, with the reason beside its field."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest

from app import clock, models
from app.transaction import ScopedSession
from tests import factories
from tests.views.conftest import Reader, errors_at, value_of


def test_what_is_typed_is_entered_and_shown(staff: Reader, db: ScopedSession) -> None:
    answer = staff.post("/office/organizations/add", name="Auser Lodi", kind="third_sector")
    assert answer.status_code == 302
    made = db.query(models.Organization).filter_by(name="Auser Lodi").one()
    assert answer.headers["Location"].endswith(f"/show/{made.id}")
    assert "Auser Lodi" in staff.get(answer.headers["Location"]).text


def test_a_wrong_value_is_named_beside_its_field_and_the_rest_stays(
    staff: Reader, db: ScopedSession
) -> None:
    answer = staff.post(
        "/office/seasons/add", title="Natale", kind="christmas", school_year="2026/27",
        starts_on="2026-02-30", ends_on="2027-01-05",
    )  # fmt: skip
    assert answer.status_code == 422
    assert errors_at(answer.text, "starts_on")
    assert not errors_at(answer.text, "ends_on")
    assert value_of(answer.text, "title") == "Natale"
    assert value_of(answer.text, "ends_on") == "2027-01-05"
    assert db.query(models.Season).filter_by(title="Natale").count() == 0


def test_a_rule_of_the_noun_is_told_beside_its_field(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    answer = staff.post(
        "/office/persons/add", last_name="Rossi", first_name="Anna", birth_date="2018-05-05",
        sex="F", fiscal_code="RSSNNA18E45E648X",
    )  # fmt: skip
    assert answer.status_code == 422
    assert errors_at(answer.text, "fiscal_code")
    assert value_of(answer.text, "fiscal_code") == "RSSNNA18E45E648X"
    assert db.query(models.Person).filter_by(alliance_id=seat.alliance_id).count() == 0


@pytest.mark.parametrize("typed", ["x" * 201, "a\x00b"])
def test_text_that_cannot_be_kept_is_refused(staff: Reader, typed: str) -> None:
    answer = staff.post("/office/organizations/add", name=typed, kind="union")
    assert answer.status_code == 422
    assert errors_at(answer.text, "name")


def test_a_choice_of_another_alliance_is_none(staff: Reader, db: ScopedSession) -> None:
    strangers = factories.OrganizationFactory()
    answer = staff.post(
        "/office/organization-aliases/add", organization_id=str(strangers.id), name="x",
        source="001",
    )  # fmt: skip
    assert answer.status_code == 422
    assert errors_at(answer.text, "organization_id")
    assert db.query(models.OrganizationAlias).count() == 0


def test_a_row_that_others_name_is_not_deleted(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    category = factories.ServiceCategoryFactory(alliance=seat.alliance)
    factories.ServiceFactory(
        organization=factories.OrganizationFactory(alliance=seat.alliance), category=category
    )
    db.flush()
    page = f"/office/service-categories/delete/{category.id}"
    assert staff.get(page).status_code == 200
    assert db.get(models.ServiceCategory, category.id) is not None
    answer = staff.post(page)
    assert answer.headers["Location"].endswith(f"/show/{category.id}")
    assert 'class="notice notice-danger"' in staff.get(answer.headers["Location"]).text


def test_the_counter_says_which_wish_cannot_be_and_enrols_nobody(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    body = factories.OrganizationFactory(alliance=seat.alliance)
    slot = factories.SlotFactory(workshop__organization=body)
    child = factories.PersonFactory(
        alliance=seat.alliance, birth_date=clock.today() - timedelta(days=8 * 366)
    )
    adult = factories.PersonFactory(
        alliance=seat.alliance, birth_date=clock.today() - timedelta(days=40 * 366)
    )
    db.flush()
    wishes = {
        "wishes[0].person_id": str(child.id), "wishes[0].slot_id": str(slot.id),
        "wishes[2].person_id": str(adult.id), "wishes[2].slot_id": str(slot.id),
        "count": "3", "contact_email": "famiglia@famiglie.example",
    }  # fmt: skip
    answer = staff.post("/office/applications/counter", **wishes)
    assert answer.status_code == 422
    wrong = errors_at(answer.text, "wishes[2].person_id") + errors_at(
        answer.text, "wishes[2].slot_id"
    )
    assert wrong
    assert value_of(answer.text, "contact_email") == "famiglia@famiglie.example"
    assert value_of(answer.text, "wishes[2].person_id") == str(adult.id)
    assert db.query(models.Enrollment).count() == 0
    del wishes["wishes[2].person_id"], wishes["wishes[2].slot_id"]
    assert staff.post("/office/applications/counter", **wishes).status_code == 302
    enrolled = db.query(models.Enrollment).one()
    assert (enrolled.person_id, enrolled.status) == (child.id, "placed")


def test_a_file_of_another_kind_is_refused_beside_its_field(
    reader: Callable[..., Reader], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="partner")
    membership = factories.MembershipFactory(
        organization=seat.organization, status="draft", file=None, network="ats"
    )
    db.flush()
    union = reader(seat)
    page = f"/office/memberships/verb/send/{membership.id}"
    answer = union.post(page, signature="handwritten", file_id=(BytesIO(b"MZ not a form"), "a.exe"))
    assert answer.status_code == 422
    assert errors_at(answer.text, "file_id")
    kept = union.post(
        page, signature="handwritten", file_id=(BytesIO(b"%PDF-1.7\nmodulo"), "modulo.pdf")
    )
    assert kept.status_code == 302, errors_at(kept.text, "file_id")
    db.refresh(membership)
    assert membership.status == "sent"
    file = union.get(f"/office/files/content/{membership.file_id}", buffered=True)
    assert file.data == b"%PDF-1.7\nmodulo"
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_a_form_without_its_token_changes_nothing(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    answer = staff.http.post("/office/organizations/add", data={"name": "x", "kind": "union"})
    assert answer.status_code in (400, 403)
    assert db.query(models.Organization).filter_by(alliance_id=seat.alliance_id).count() == 0
