"""Places by need: who is before whom, why, and that anybody can compute it again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app import clock, sealed
from app.errors import Conflict, DeadlinePassed, Duplicate, Invalid, WindowClosed, WrongState
from app.models import Message, RankingEntry, RankingOutcome, RankingRun
from app.operations import (
    checks,
    complaints,
    criteria,
    enrollments,
    ranking_final,
    ranking_reasons,
    ranking_runs,
    rankings,
)
from tests import factories as f
from tests.operations.rankings import Camp


@pytest.fixture
def camp(db, now):
    return Camp(db, now)


@pytest.fixture
def contest(camp):
    """One place, and three children: a resident, one with a disability, one with nothing."""
    slot = camp.slot(places=1)
    camp.announce()
    children = [camp.child() for _ in range(3)]
    for child in reversed(children):
        camp.wish((child, slot))
    camp.declare(children[0], resident=True)
    camp.declare(children[1], disability=True, siblings=2)
    camp.draw()
    return camp, slot, children


def finalize(camp, day=None):
    when = day or camp.final_at
    ranking_final.finalize(
        camp.db, camp.ranking, act_number="Det. 12", act_date=clock.local_date(when), now=when
    )


# ---------------------------------------------------------------- the list


def test_need_decides_and_not_who_came_first(contest):
    camp, slot, (resident, disabled, other) = contest
    camp.provisional()
    finalize(camp)
    assert camp.state(resident, slot) == ("placed", 1)
    assert camp.state(disabled, slot) == ("waiting", 2)
    assert camp.state(other, slot) == ("waiting", 3)
    assert (slot.places_taken, slot.waiting_count, slot.last_queue_no) == (1, 2, 3)
    assert checks.run(camp.db, now=camp.final_at) == []


def test_a_place_that_is_given_up_goes_to_the_next_of_the_final_list(contest):
    camp, slot, (_, disabled, other) = contest
    camp.provisional()
    finalize(camp)
    placed = camp.db.scalar(
        select(RankingOutcome.enrollment_id).where(RankingOutcome.state == "placed").limit(1)
    )
    row = enrollments.fresh(camp.db, placed)
    enrollments.cancel(camp.db, row, now=camp.final_at)
    assert camp.state(disabled, slot)[0] == "offered"
    assert camp.state(other, slot)[0] == "waiting"


def test_a_wish_that_a_better_one_made_needless_waits_for_nothing(camp):
    first, second = camp.slot(), camp.slot()
    camp.announce()
    child = camp.child()
    camp.wish((child, first), (child, second))
    camp.declare(child, weeks=1)
    camp.draw()
    camp.provisional()
    finalize(camp)
    assert camp.state(child, first) == ("placed", 1)
    assert camp.state(child, second) == ("passed", None)


def test_the_younger_goes_first_where_points_are_equal(camp):
    slot = camp.slot()
    camp.announce()
    older, younger = camp.child(date(2017, 5, 1)), camp.child(date(2018, 5, 1))
    for child in (older, younger):
        camp.wish((child, slot))
        camp.declare(child, resident=True)
    camp.draw()
    camp.provisional()
    finalize(camp)
    assert camp.state(younger, slot)[0] == "placed"
    assert camp.state(older, slot)[0] == "waiting"


def test_siblings_of_one_application_who_ask_for_it_stay_together(camp):
    wanted, other = camp.slot(places=2), camp.slot(places=3)
    camp.announce()
    one, two, stranger = camp.child(), camp.child(), camp.child()
    camp.wish((one, wanted), (one, other), (two, wanted), (two, other))
    camp.wish((stranger, wanted))
    camp.declare(one, resident=True, together=True, weeks=1)
    camp.declare(two, together=True, weeks=1)
    camp.declare(stranger, resident=True, disability=True)
    camp.draw()
    camp.provisional()
    finalize(camp)
    assert camp.state(one, other)[0] == "placed"
    assert camp.state(two, other)[0] == "placed"
    assert camp.state(stranger, wanted)[0] == "placed"


def test_organizers_may_rank_by_criteria_of_their_own(camp):
    slot = camp.slot()
    own = camp.criteria("Altri criteri", points=1)
    theirs = camp.workshop(criterion_set=own)
    there = camp.slot(workshop=theirs)
    camp.announce()
    resident, disabled = camp.child(), camp.child()
    for child in (resident, disabled):
        camp.wish((child, slot), (child, there))
    camp.declare(resident, resident=True, weeks=1)
    camp.declare(disabled, disability=True, weeks=1)
    camp.draw()
    camp.provisional()
    finalize(camp)
    assert camp.state(resident, slot)[0] == "placed"
    assert camp.state(disabled, there)[0] == "placed"


def test_who_holds_a_place_elsewhere_at_the_same_hours_is_refused_with_the_reason(camp, db, now):
    slot = camp.slot()
    camp.announce()
    child = camp.child()
    camp.wish((child, slot))
    elsewhere = f.SlotFactory(
        workshop__organization=camp.ranking.organization, starts_on=slot.starts_on,
        ends_on=slot.ends_on,
    )  # fmt: skip
    camp.wish((child, elsewhere))
    camp.draw()
    camp.provisional()
    finalize(camp)
    assert camp.state(child, slot)[0] == "refused"
    assert camp.state(child, elsewhere)[0] == "placed"


def test_every_family_is_written_to_once_the_list_is_final(contest):
    camp, _, _ = contest
    camp.provisional()
    finalize(camp)
    about = select(Message.kind).where(Message.about.startswith(f"ranking:{camp.ranking.id}:"))
    assert sorted(camp.db.scalars(about)) == ["placed", "waiting", "waiting"]


def test_every_family_is_told_that_the_provisional_list_is_there(contest):
    camp, _, _ = contest
    camp.provisional()
    told = camp.db.scalars(select(Message).where(Message.kind == "list_published")).all()
    assert len(told) == 3
    assert told[0].payload["title"] == camp.ranking.title


# ---------------------------------------------------------------- replaying and comparing


def test_a_kept_run_is_computed_again_bit_for_bit(contest):
    camp, _, _ = contest
    run = ranking_runs.try_out(camp.db, camp.ranking, now=camp.drawn_at)
    found = ranking_runs.replay(camp.db, run, now=camp.drawn_at)
    assert found.differs == ()
    assert (found.inputs_sha256, found.outcome_sha256) == (run.inputs_sha256, run.outcome_sha256)


def test_the_same_wishes_give_the_same_list_again(contest):
    camp, _, _ = contest
    one = ranking_runs.try_out(camp.db, camp.ranking, now=camp.drawn_at)
    two = ranking_runs.try_out(camp.db, camp.ranking, now=camp.drawn_at + timedelta(hours=1))
    assert one.outcome_sha256 == two.outcome_sha256
    assert (one.number, two.number) == (1, 2)
    assert ranking_runs.difference(camp.db, two, now=camp.drawn_at) == []


def test_a_run_whose_inputs_were_tampered_with_is_told_apart(contest):
    camp, _, _ = contest
    run = ranking_runs.try_out(camp.db, camp.ranking, now=camp.drawn_at)
    kept = run.inputs.reveal().replace('"points":"4"', '"points":"1"')
    statement = text("UPDATE ranking_run SET inputs = :inputs")
    plain = camp.db.connection()
    plain.execute(text("ALTER TABLE ranking_run DISABLE TRIGGER stays_as_it_is"))
    plain.execute(statement, {"inputs": sealed.seal(kept, "ranking_run.inputs")})
    camp.db.expire_all()
    assert "inputs_sha256" in ranking_runs.replay(camp.db, run, now=camp.drawn_at).differs


def test_a_run_never_changes(contest):
    camp, _, _ = contest
    run = ranking_runs.try_out(camp.db, camp.ranking, now=camp.drawn_at)
    run.placed = 99
    with pytest.raises(IntegrityError, match="never change"):
        camp.db.flush()


def test_the_difference_to_the_run_before_names_who_moved(contest):
    camp, _, (resident, disabled, _) = contest
    ranking_runs.try_out(camp.db, camp.ranking, now=camp.drawn_at)
    entry = entry_of(camp, disabled)
    complaints.correct(
        camp.db, entry, fact="resident", value="sì", reason="Errore", now=camp.drawn_at
    )
    run = ranking_runs.try_out(camp.db, camp.ranking, now=camp.drawn_at)
    moved = {
        (one.code, one.before, one.after)
        for one in ranking_runs.difference(camp.db, run, now=camp.drawn_at)
    }
    assert moved == {
        (entry.code, "waiting", "placed"),
        (entry_of(camp, resident).code, "placed", "waiting"),
    }


# ---------------------------------------------------------------- why


def entry_of(camp, person):
    wanted = select(RankingEntry).where(RankingEntry.person_id == person.id)
    return camp.db.scalars(wanted.execution_options(populate_existing=True)).one()


def test_a_family_is_told_its_points_and_how_many_the_last_one_placed_had(contest):
    camp, _, (_, disabled, _) = contest
    camp.provisional()
    told = ranking_reasons.why(camp.db, entry_of(camp, disabled), now=camp.drawn_at)
    assert told.points == Decimal(3)
    assert [(line["key"], line["count"], line["points"]) for line in told.lines] == [
        ("disability", 1, "2.00"), ("siblings", 2, "1.00"),
    ]  # fmt: skip
    (reason,) = told.reasons
    assert reason.message == ranking_reasons.BY_POINTS
    assert reason.params == {"number": 1, "last": Decimal(4), "points": Decimal(3)}


def test_before_a_list_is_published_nobody_is_told_anything(contest):
    camp, _, (resident, _, _) = contest
    ranking_runs.try_out(camp.db, camp.ranking, now=camp.drawn_at)
    told = ranking_reasons.why(camp.db, entry_of(camp, resident), now=camp.drawn_at)
    assert (told.points, told.lines, told.reasons) == (None, [], [])


# ---------------------------------------------------------------- complaints and checks


def test_a_complaint_that_is_upheld_changes_what_counts_in_the_final_list(contest):
    camp, slot, (resident, disabled, _) = contest
    camp.provisional()
    entry = entry_of(camp, disabled)
    made = complaints.file(
        camp.db, entry_id=entry.id, complaint="Siamo residenti.", now=camp.drawn_at
    )
    with pytest.raises(Duplicate):
        complaints.file(camp.db, entry_id=entry.id, complaint="Ancora", now=camp.drawn_at)
    with pytest.raises(Conflict, match="1"):
        finalize(camp)
    complaints.uphold(
        camp.db, made, answer="È vero.", fact="resident", value="true", protocol_number="77/2026",
        now=camp.drawn_at,
    )  # fmt: skip
    assert (made.status, made.protocol_number) == ("upheld", "77/2026")
    finalize(camp)
    assert camp.state(disabled, slot)[0] == "placed"
    assert camp.state(resident, slot)[0] == "waiting"


def test_a_complaint_is_rejected_with_its_reasons(contest):
    camp, _, (_, disabled, _) = contest
    camp.provisional()
    made = complaints.file(
        camp.db, entry_id=entry_of(camp, disabled).id, complaint="Perché?", now=camp.drawn_at
    )
    with pytest.raises(Invalid):
        complaints.reject(camp.db, made, answer=" ", now=camp.drawn_at)
    complaints.reject(camp.db, made, answer="I punti sono giusti.", now=camp.drawn_at)
    assert made.status == "rejected"
    with pytest.raises(WrongState):
        complaints.uphold(camp.db, made, answer="No", now=camp.drawn_at)


def test_complaints_end_with_their_day(contest):
    camp, _, (_, disabled, _) = contest
    camp.provisional()
    with pytest.raises(DeadlinePassed):
        complaints.file(
            camp.db, entry_id=entry_of(camp, disabled).id, complaint="Tardi", now=camp.final_at
        )
    with pytest.raises(Conflict):
        finalize(camp, camp.drawn_at + timedelta(days=1))


def test_the_seed_draws_whom_to_check_so_that_nobody_is_picked(contest):
    camp, _, _ = contest
    drawn = complaints.sample(camp.db, camp.ranking, per_cent=50, now=camp.drawn_at)
    again = complaints.sample(camp.db, camp.ranking, per_cent=50, now=camp.drawn_at)
    assert [one.code for one in drawn] == [one.code for one in again]
    assert len(drawn) == 1  # Of two who declared something.
    assert drawn[0].status == "checking"


def test_who_declared_what_is_false_loses_the_benefit(contest):
    camp, slot, (resident, disabled, _) = contest
    complaints.exclude(camp.db, entry_of(camp, resident), reason="Non residente", now=camp.drawn_at)
    camp.provisional()
    finalize(camp)
    assert camp.state(resident, slot)[0] == "refused"
    assert camp.state(disabled, slot)[0] == "placed"


def test_a_published_run_that_was_tampered_with_is_found_by_the_nightly_check(contest):
    camp, _, _ = contest
    camp.provisional()
    assert checks.run(camp.db, now=camp.drawn_at) == []
    plain = camp.db.connection()
    plain.execute(text("ALTER TABLE ranking_outcome DISABLE TRIGGER stays_as_it_is"))
    plain.execute(text("UPDATE ranking_outcome SET waiting_no = 7 WHERE waiting_no = 2"))
    (broken,) = checks.run(camp.db, now=camp.drawn_at)
    assert (broken.table, broken.detail) == ("ranking_run", "outcomes")


# ---------------------------------------------------------------- bad input and bad moments


def test_nothing_is_declared_that_no_criterion_asks(camp):
    camp.slot()
    camp.announce()
    child = camp.child()
    with pytest.raises(Invalid) as refused:
        camp.declare(child, religion="none")
    assert refused.value.field == "facts.religion"
    with pytest.raises(Invalid) as refused:
        camp.declare(child, resident="yes")
    assert refused.value.field == "facts.resident"
    with pytest.raises(Invalid) as refused:
        camp.declare(child, weeks=0)
    assert refused.value.field == "weeks"
    assert camp.db.scalar(select(RankingEntry.id)) is None


def test_what_was_declared_is_replaced_until_the_enrolments_close(camp):
    camp.slot()
    camp.announce()
    child = camp.child()
    one = camp.declare(child, resident=True)
    two = camp.declare(child, disability=True)
    assert (one.id, one.code) == (two.id, two.code)
    assert rankings.opened(two) == {"disability": True}
    with pytest.raises(WindowClosed):
        rankings.declare(
            camp.db, ranking_id=camp.ranking.id, person_id=child.id, facts={},
            now=camp.drawn_at,
        )  # fmt: skip


def test_what_was_declared_is_ciphertext_in_the_database(camp):
    camp.slot()
    camp.announce()
    camp.declare(camp.child(), disability=True)
    kept = camp.db.connection().execute(text("SELECT facts FROM ranking_entry")).scalar_one()
    assert "disability" not in kept


def test_the_seed_is_drawn_on_its_day_and_once(camp):
    camp.slot()
    camp.announce()
    with pytest.raises(Conflict):
        rankings.draw(camp.db, camp.ranking, seed="1 2 3", now=camp.opened)
    camp.draw()
    with pytest.raises(WrongState):
        camp.draw()


def test_a_seed_that_could_be_known_before_the_closing_is_not_announced(camp):
    camp.slot()
    camp.ranking.seed_on = clock.local_date(camp.opened) + timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        camp.announce()
    assert refused.value.field == "seed_on"


def test_a_ranking_is_announced_whole(camp, db):
    f.RankingFactory()
    lonely = f.RankingFactory()
    db.flush()
    with pytest.raises(Invalid) as refused:
        rankings.publish(db, lonely, now=camp.opened)
    assert refused.value.field == "workshops"
    lonely.seed_source = None
    with pytest.raises(Invalid) as refused:
        rankings.publish(db, lonely, now=camp.opened)
    assert refused.value.field == "seed_source"


def test_an_announced_ranking_stays_as_it_is(camp):
    camp.slot()
    camp.announce()
    with pytest.raises(Conflict):
        rankings.change(camp.db, camp.ranking, {"weeks_quota": 1}, now=camp.opened)


def test_published_criteria_stay_as_they_are_and_have_another_edition(camp, db, now):
    published = camp.ranking.criterion_set
    with pytest.raises(Conflict):
        criteria.change(db, published, {"title": "Altro"}, now=now)
    made = criteria.revise(db, published, now=now)
    assert (made.edition, made.status) == (2, "draft")
    assert [one.code for one in made.criteria] == [one.code for one in published.criteria]
    published.criteria[0].points = Decimal(100)
    with pytest.raises(IntegrityError, match="never change"):
        db.flush()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"kind": "tie", "first": "high", "code": "income", "points": 0}, "ties[0].code"),
        ({"kind": "tie", "first": "low", "code": "work", "points": 0}, "ties[0].code"),
        ({"code": "work"}, "criteria[1].key"),
    ],
)
def test_criteria_that_cannot_be_computed_are_not_published(db, now, row, field):
    made = f.CriterionSetFactory()
    f.CriterionFactory(
        criterion_set=made, position=1, code="full_time", kind="choice", question="work"
    )
    f.CriterionFactory(criterion_set=made, position=2, **row)
    db.flush()
    with pytest.raises(Invalid) as refused:
        criteria.publish(db, made, now=now)
    assert refused.value.field == field


def test_a_list_is_not_computed_before_the_draw(camp):
    camp.slot()
    camp.announce()
    with pytest.raises(WrongState):
        ranking_runs.try_out(camp.db, camp.ranking, now=camp.opened)
    assert camp.db.scalar(select(RankingRun.id)) is None


def test_the_act_is_named_and_not_of_tomorrow(contest):
    camp, _, _ = contest
    camp.provisional()
    today = clock.local_date(camp.final_at)
    for act, day, field in (
        (" ", today, "act_number"), ("Det. 1", today + timedelta(days=1), "act_date"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            ranking_final.finalize(
                camp.db, camp.ranking, act_number=act, act_date=day, now=camp.final_at
            )
        assert refused.value.field == field
    finalize(camp)
    with pytest.raises(WrongState):
        finalize(camp)
