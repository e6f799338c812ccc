"""Seasons fall where the regional calendar and the rite put them."""

from datetime import date

import pytest

from app.operations import seasons


def test_carnival_is_two_days_before_lent_in_each_rite():
    assert seasons.carnival(2026, "roman") == (date(2027, 2, 8), date(2027, 2, 9))
    assert seasons.carnival(2026, "ambrosian") == (date(2027, 2, 12), date(2027, 2, 13))


def test_easter_holidays_run_from_thursday_to_tuesday():
    assert seasons.easter(2026) == (date(2027, 3, 25), date(2027, 3, 30))


@pytest.mark.parametrize("year", range(2020, 2060))
def test_the_days_of_carnival_and_easter_keep_their_weekdays(year):
    assert [d.weekday() for d in seasons.carnival(year, "roman")] == [0, 1]
    assert [d.weekday() for d in seasons.carnival(year, "ambrosian")] == [4, 5]
    assert [d.weekday() for d in seasons.easter(year)] == [3, 1]


def test_christmas_crosses_the_year():
    assert seasons.christmas(2026) == (date(2026, 12, 23), date(2027, 1, 5))


def test_lessons_run_from_12_september_to_8_june():
    assert seasons.school_year(2026) == (date(2026, 9, 12), date(2027, 6, 8))
    assert seasons.school_year(2026, "infanzia") == (date(2026, 9, 5), date(2027, 6, 30))


def test_lessons_do_not_begin_or_end_on_a_sunday():
    assert seasons.school_year(2027)[0] == date(2027, 9, 13)
    assert seasons.school_year(2024)[1] == date(2025, 6, 7)


def test_summer_fills_what_lies_between_two_school_years():
    assert seasons.summer(2026) == (date(2027, 6, 9), date(2027, 9, 12))


def test_the_school_year_changes_on_1_september():
    assert seasons.school_year_of(date(2027, 8, 31)) == 2026
    assert seasons.school_year_of(date(2027, 9, 1)) == 2027


def test_closures_know_the_patron_of_the_territory():
    lodi, milan = seasons.closures(2026, "LO"), seasons.closures(2026, "MI")
    assert "Bassiano" in lodi[date(2027, 1, 19)][0]
    assert date(2027, 1, 19) not in milan
    assert date(2026, 12, 7) in milan
    assert lodi[date(2027, 1, 6)] == ("Epifania", "Epiphany")


def test_a_proposal_has_every_kind_once_and_no_closure_on_a_sunday():
    proposed = seasons.propose(2026, "roman", "LO")
    kinds = [p.kind for p in proposed if p.kind != "closure"]
    assert kinds == ["school_year", "christmas", "carnival", "easter", "summer"]
    assert all(p.first.weekday() != 6 for p in proposed if p.kind == "closure")
    assert [p.first for p in proposed] == sorted(p.first for p in proposed)


def test_a_camp_of_eight_weeks_has_eight_weeks():
    weeks = seasons.weeks(date(2027, 6, 14), date(2027, 8, 6))
    assert len(weeks) == 8
    assert all([d.weekday() for d in week.days] == [0, 1, 2, 3, 4] for week in weeks)


def test_a_week_is_shortened_by_a_holiday_and_by_the_camps_ends():
    weeks = seasons.weeks(date(2027, 5, 26), date(2027, 6, 10), [date(2027, 6, 2)])
    assert [(w.first, w.last, len(w.days)) for w in weeks] == [
        (date(2027, 5, 26), date(2027, 5, 28), 3),
        (date(2027, 5, 31), date(2027, 6, 4), 4),
        (date(2027, 6, 7), date(2027, 6, 10), 4),
    ]


def test_a_week_without_an_open_day_is_skipped():
    closed = seasons.open_days(date(2027, 8, 9), date(2027, 8, 20))
    weeks = seasons.weeks(date(2027, 8, 2), date(2027, 8, 27), closed)
    assert [w.first for w in weeks] == [date(2027, 8, 2), date(2027, 8, 23)]


def test_a_weekend_alone_makes_no_week():
    assert seasons.weeks(date(2027, 6, 12), date(2027, 6, 13)) == []


def test_each_week_copies_the_one_of_last_year_that_lies_nearest():
    last_year = seasons.weeks(date(2026, 6, 15), date(2026, 7, 31))
    this_year = seasons.weeks(date(2027, 6, 21), date(2027, 8, 6))
    copied = seasons.like_last_year(last_year, this_year)
    assert [w.first for w in copied][:2] == [date(2026, 6, 22), date(2026, 6, 29)]
    # The week that last year did not have takes after the last one.
    assert copied[-1] == last_year[-1]


def test_weeks_shortened_by_a_holiday_are_matched_by_their_monday():
    last_year = seasons.weeks(date(2026, 6, 1), date(2026, 6, 12), [date(2026, 6, 1)])
    this_year = seasons.weeks(date(2027, 5, 31), date(2027, 6, 11))
    assert seasons.like_last_year(last_year, this_year) == last_year


def test_without_a_last_year_there_is_nothing_to_copy():
    assert seasons.like_last_year([], seasons.weeks(date(2027, 6, 14), date(2027, 6, 18))) == [None]
