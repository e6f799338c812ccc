"""At any date of the year there is something to enrol in, something to come, something past."""

from datetime import date, timedelta

import pytest

from app import models
from app.demo import alliances, categories, offers, organizations
from app.demo.plans import Calendar
from app.demo.programme import PLANS

TWO_YEARS = [date(2026, 8, 1) + timedelta(days=n) for n in range(731)]


def plans_of(facts, today):
    alliance = models.Alliance(rite=facts.rite, patron_subdivision=facts.subdivision)
    return list(PLANS[facts.slug](Calendar(alliance, today)))


@pytest.mark.parametrize("facts", alliances.ALLIANCES, ids=lambda facts: facts.slug)
def test_on_every_day_some_windows_are_open_some_to_come_some_past(facts):
    for today in TWO_YEARS:
        plans = [plan for plan in plans_of(facts, today) if plan.status == "published"]
        assert [p for p in plans if p.opens < today < p.closes], today
        assert [p for p in plans if p.opens > today], today
        assert [p for p in plans if p.closes < today], today


def test_on_every_day_a_family_finds_five_days_in_codogno_and_one_slot_that_is_tight():
    for today in TWO_YEARS:
        stage = next(p for p in plans_of(alliances.LODI, today) if p.key == "afternoons-codogno")
        assert stage.opens < today < stage.closes < stage.days[0]
        assert len(stage.days) >= 9
        assert stage.tight is not None


def test_on_every_day_the_cooperative_has_a_roster_for_tomorrow():
    for today in TWO_YEARS:
        playroom = next(p for p in plans_of(alliances.LODI, today) if p.key == "playroom")
        assert playroom.body == "famiglia-nuova"
        assert today + timedelta(days=1) in playroom.days


def test_every_season_of_the_school_year_has_something_and_parents_have_something_online():
    plans = plans_of(alliances.LODI, date(2026, 11, 22))
    kinds = {plan.season[0] for plan in plans}
    assert kinds >= {"christmas", "carnival", "easter", "summer"}
    assert [p.title for p in plans if p.kind == "online" and p.participants == "adults"]


def test_each_alliance_holds_carnival_in_its_own_rite():
    today = date(2026, 11, 22)
    roman = next(p for p in plans_of(alliances.LODI, today) if p.season[0] == "carnival")
    ambrosian = next(p for p in plans_of(alliances.MILANO, today) if p.season[0] == "carnival")
    assert roman.days == (date(2027, 2, 8), date(2027, 2, 9))
    assert ambrosian.days == (date(2027, 2, 12), date(2027, 2, 13))


def test_a_plan_opens_before_it_closes_and_names_what_exists():
    for facts in alliances.ALLIANCES:
        bodies = {body.key for body in organizations.ORGANIZATIONS[facts.slug]}
        venues = {venue.name for venue in offers.VENUES[facts.slug]}
        for today in TWO_YEARS[::15]:
            for plan in plans_of(facts, today):
                assert plan.opens < plan.closes, (today, plan.key)
                assert plan.days or plan.weeks, (today, plan.key)
                assert plan.body in bodies
                assert plan.venue in venues or plan.kind == "online"


@pytest.mark.parametrize("slug", offers.OFFERS)
def test_third_sector_bodies_offer_within_the_six_categories_or_salvatempo(slug):
    known = {c.code for c in (*categories.SIX_CATEGORIES, *categories.SALVATEMPO)}
    assert {offer.category for offer in offers.OFFERS[slug]} <= known


def test_the_cooperative_of_the_demo_has_an_offer_in_every_state_of_the_review():
    states = {o.status: o for o in offers.OFFERS_OF_LODI if o.body == "famiglia-nuova"}
    assert set(states) == set(models.OFFER_STATES)
    assert states["returned"].note


def test_home_care_and_summer_camps_of_municipalities_have_prices():
    sad = [o for o in offers.OFFERS_OF_LODI if o.title.startswith("SAD -")]
    assert {o.body for o in sad} == {
        *("comune-lodi", "comune-codogno", "comune-casalpusterlengo", "comune-massalengo")
    }
    camps = [p for p in plans_of(alliances.LODI, date(2026, 11, 22)) if p.kind == "summer_camp"]
    assert all(o.price and o.unit == "hour" for o in sad)
    assert all(p.price and p.unit == "week" for p in camps)
    assert max(len(p.weeks) for p in camps) == 8
