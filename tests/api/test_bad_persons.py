"""Persons who cannot be so: a clear 4xx that names the field, and nothing written."""

from typing import Any

import pytest

from app import clock
from app.operations import codice_fiscale
from tests import factories as f
from tests.api.families import Family, refused


def described(**changes: Any) -> dict[str, Any]:
    """A girl with her codice fiscale, and what is sent of her."""
    code = codice_fiscale.encode(
        family_name="Bianchi", given_name="Ada", born=clock.today().replace(year=2018, day=1),
        sex="F", place="E648",
    )  # fmt: skip
    sent = {
        "relation": "parent", "first_name": "Ada", "last_name": "Bianchi", "sex": "F",
        "birth_date": str(clock.today().replace(year=2018, day=1)), "fiscal_code": code,
    }  # fmt: skip
    return {k: v for k, v in {**sent, **changes}.items() if v != "left out"}


def wrong_check(code: str) -> str:
    return code[:15] + ("A" if code[15] != "A" else "B")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fiscal_code": wrong_check(described()["fiscal_code"])}, "fiscal_code"),
        ({"fiscal_code": described()["fiscal_code"][:15]}, "fiscal_code"),
        ({"fiscal_code": "RSSMRA85T10A562S"}, "fiscal_code"),
        ({"fiscal_code": "left out"}, "fiscal_code"),
        ({"fiscal_code": None}, "fiscal_code"),
        ({"no_fiscal_code": "just arrived"}, "no_fiscal_code"),
        ({"sex": "M"}, "sex"),
        ({"sex": "x"}, "sex"),
        ({"first_name": "Zoe"}, "fiscal_code"),
        ({"first_name": ""}, "first_name"),
        ({"first_name": "left out"}, "first_name"),
        ({"first_name": "x" * 101}, "first_name"),
        ({"last_name": "a\x00b"}, "last_name"),
        ({"last_name": {"x": 1}}, "last_name"),
        ({"birth_date": "2018-02-30"}, "birth_date"),
        ({"birth_date": "30/02/2018"}, "birth_date"),
        ({"birth_date": "0001-01-01"}, "birth_date"),
        ({"birth_date": "9999-12-31"}, "birth_date"),
        ({"birth_date": 20180201}, "birth_date"),
        ({"birth_date": "left out"}, "birth_date"),
        ({"municipality_id": 10**9}, "municipality_id"),
        ({"municipality_id": 2**70}, "municipality_id"),
        ({"municipality_id": 1.5}, "municipality_id"),
        ({"municipality_id": "1_0"}, "municipality_id"),
        ({"municipality_id": [1]}, "municipality_id"),
        ({"municipality_id": True}, "municipality_id"),
        ({"relation": "delegate of everybody"}, "relation"),
        ({"alliance_id": 1}, "alliance_id"),
        ({"id": 1}, "id"),
        ({"allergies": "x" * 20_001}, "allergies"),
        ({"allergies": ["nuts"]}, "allergies"),
    ],
    ids=repr,
)
def test_a_person_names_the_field(family: Family, changes: dict[str, Any], field: str) -> None:
    before = family.written()
    refused(family.http.post("/api/v1/persons/", json=described(**changes)), 422, field)
    assert family.written() == before


def test_without_a_codice_fiscale_there_is_a_reason(family: Family) -> None:
    sent = described(fiscal_code=None, no_fiscal_code="born abroad, code asked for")
    made = family.http.post("/api/v1/persons/", json=sent)
    assert made.status_code == 201, made.text
    assert made.json["result"]["no_fiscal_code"] == "born abroad, code asked for"


def test_a_known_codice_fiscale_tells_nothing(family: Family) -> None:
    known = f.PersonFactory(alliance=family.alliance, age=8)
    before = family.written()
    answer = family.http.post(
        "/api/v1/persons/",
        json=described(
            first_name=known.first_name, last_name=known.last_name, sex=known.sex,
            birth_date=str(known.birth_date), fiscal_code=known.fiscal_code,
        ),
    )  # fmt: skip
    problem = refused(answer, 409, "fiscal_code")
    assert known.last_name not in problem["detail"]
    assert family.written() == before


def test_a_change_is_held_to_the_same(family: Family) -> None:
    path = f"/api/v1/persons/{family.child.id}"
    for sent, field in [
        ({"birth_date": "2018-02-30"}, "birth_date"),
        ({"fiscal_code": wrong_check(family.child.fiscal_code or "")}, "fiscal_code"),
        ({"first_name": None}, "first_name"),
        ({"user_id": 1}, "user_id"),
        ({"municipality_id": 10**9}, "municipality_id"),
    ]:
        refused(family.http.patch(path, json=sent), 422, field)
