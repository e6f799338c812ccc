"""A codice fiscale is checked to its last character and read for what it tells."""

from datetime import date

import pytest

from app.errors import Invalid
from app.operations import codice_fiscale as cf

TODAY = date(2026, 11, 22)
CODE = "RSSMRA15C44C816O"  # Maria Rossi, 4 March 2015, Codogno
OMOCODE = "RSSMRA15C44C8MSW"  # the same, with two digits replaced


def test_a_code_is_taken_as_people_write_it():
    assert cf.check(" rssmra15c44 c816o ") == CODE


@pytest.mark.parametrize("wrong", ["RSSMRA15C44C816P", "RSSMRB15C44C816O"])
def test_a_wrong_check_character_is_refused_and_named(wrong):
    with pytest.raises(Invalid) as refused:
        cf.check(wrong, field="child_code")
    assert refused.value.errors == [("child_code", cf.CHECK, {})]


@pytest.mark.parametrize(
    "wrong", ["", "RSSMRA", CODE + "X", "\0" * 16, "1" * 16, "RSSMRA15F44C816O", "àèìòù" * 3 + "a"]
)
def test_what_is_no_code_is_refused(wrong):
    with pytest.raises(Invalid):
        cf.check(wrong)


@pytest.mark.parametrize("day", ["00", "32", "40", "72", "81", "99"])
def test_an_impossible_day_is_refused_even_with_a_right_check_character(day):
    start = f"RSSMRA15C{day}C816"
    with pytest.raises(Invalid):
        cf.check(start + cf.codicefiscale.calc_check_digit(start))


@pytest.mark.parametrize("code", [CODE, OMOCODE])
def test_a_code_tells_birth_sex_and_place_also_with_letters_for_digits(code):
    assert cf.birth(code, today=TODAY) == cf.Birth(date(2015, 3, 4), "F", "C816")
    assert cf.birthplace(code) == "Codogno"


def test_the_century_is_the_latest_possible_one():
    code = cf.encode(
        family_name="Bianchi", given_name="Rosa", born=date(1938, 7, 1), sex="F", place="E648"
    )
    assert cf.birth(code, today=TODAY).date == date(1938, 7, 1)


def test_a_code_must_belong_to_the_declared_date_of_birth():
    cf.require_born(CODE, date(2015, 3, 4))
    cf.require_born(CODE, date(1915, 3, 4))  # two digits cannot tell a century
    with pytest.raises(Invalid) as refused:
        cf.require_born(CODE, date(2015, 4, 3))
    assert refused.value.message == cf.BIRTH


def test_a_leap_day_held_against_a_year_without_one_is_refused_not_a_fault():
    code = cf.encode(
        family_name="Rossi", given_name="Leo", born=date(2000, 2, 29), sex="M", place="E648"
    )
    assert cf.birth(code, today=TODAY).date == date(2000, 2, 29)
    with pytest.raises(Invalid):
        cf.require_born(code, date(1999, 3, 1))


def test_an_invented_code_is_valid_and_tells_what_went_in():
    code = cf.encode(
        family_name="D'Angelo", given_name="Niccolò", born=date(2019, 12, 31), sex="M", place="c816"
    )
    assert cf.check(code) == code
    assert cf.birth(code, today=TODAY) == cf.Birth(date(2019, 12, 31), "M", "C816")


def test_a_body_has_eleven_digits():
    assert cf.check_body("00743110157") == "00743110157"
    for wrong in ("00743110158", "0074311015", CODE, ""):
        with pytest.raises(Invalid):
            cf.check_body(wrong)
