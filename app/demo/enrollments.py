"""Has the invented families apply, as they would have done up to now.

Every place is taken, offered and given up by the operations themselves, at moments that lie in
the past, so that numbers, queues and histories are what the rules make of them.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import models
from app.demo.acting import acting
from app.demo.families import Families, Family
from app.demo.plans import Plan
from app.demo.workshops import Programme
from app.operations import applications, enrollments

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# What runs around today: there each state of an enrolment is to be seen.
STAGE = "afternoons-codogno"
# How many families apply for a workshop, unless it is said here.
APPLICANTS = 4
MANY = {STAGE: 12, "playroom": 9, "online": 6, "robotics": 6, "around-today": 5,
        "winter-camp": 9}  # fmt: skip
# Families make up their minds some days before the stories of the stage begin.
QUIET = timedelta(days=5)
# From here on nothing else is held at the same time.
LATE_AFTERNOON = 16


@dataclass(frozen=True)
class Wish:
    """One submission: who wants which slots, and when it was sent."""

    at: datetime
    family: Family
    plan: Plan
    picks: tuple[tuple[models.Person, models.Slot], ...]


@dataclass
class Applicants:
    """Who applies, and when they are taken already."""

    programme: Programme
    families: Families
    now: datetime
    # Where families without an account go: account, kind of its seat, channel.
    counter: tuple[models.Account, str, str]
    # Who sits in the office of the stage's organizer.
    office: models.Account
    busy: set[tuple[int, object, bool]] = field(default_factory=set)

    def wishes(self) -> Iterator[Wish]:
        """All submissions, workshop by workshop."""
        for plan in self.programme.plans.values():
            workshop = self.programme.workshops[plan.key]
            until = self.now - (QUIET if plan.key == STAGE else HOUR)
            until = min(until, workshop.closes_at - HOUR)
            if plan.status != "published" or workshop.opens_at >= until:
                continue
            chance = random.Random(plan.key)  # the same families at every load
            families = self.families.families[1:]
            for number, family in enumerate(
                chance.sample(families, min(MANY.get(plan.key, APPLICANTS), len(families)))
            ):
                share = (number + 0.5) / MANY.get(plan.key, APPLICANTS)
                at = workshop.opens_at + min(share, 0.99) * (until - workshop.opens_at)
                if picks := tuple(self._picks(family, plan, workshop, at, chance)):
                    yield Wish(at, family, plan, picks)

    def _picks(
        self,
        family: Family,
        plan: Plan,
        workshop: models.Workshop,
        at: datetime,
        chance: random.Random,
    ) -> Iterator[tuple[models.Person, models.Slot]]:
        persons = [family.parent] if plan.participants == "adults" else family.children
        to_come = [slot for slot in workshop.slots if slot.starts_on > at.date()]
        if not to_come:
            return
        first = chance.randrange(len(to_come))
        wanted = to_come[first : first + chance.randint(1, 3)]
        sure = plan.wanted if plan.tight is None else plan.tight
        if sure is not None and workshop.slots[sure] not in wanted:
            wanted.append(workshop.slots[sure])
        for person in persons:
            for slot in wanted:
                low, high = plan.ages
                if low <= person.age_on(slot.starts_on) <= high and self.free(person, slot):
                    yield person, slot

    def free(self, person: models.Person, slot: models.Slot) -> bool:
        """Whether the person has nothing else then; from now on they have."""
        late = slot.starts_at.hour >= LATE_AFTERNOON
        days = (slot.ends_on - slot.starts_on).days + 1
        hours = {(person.id, slot.starts_on + n * DAY, late) for n in range(days)}
        if hours & self.busy:
            return False
        self.busy |= hours
        return True


def write(db: Session, applicants: Applicants) -> None:
    """All applications in the order in which they came; then the stories of the stage."""
    for wish in sorted(applicants.wishes(), key=lambda wish: wish.at):
        submit(db, wish, applicants.counter)
    if STAGE in applicants.programme.workshops:
        _login_family(db, applicants)
        _stories(db, applicants)
    db.expire_all()


def submit(
    db: Session, wish: Wish, counter: tuple[models.Account, str, str], send: bool = True
) -> None:
    """One application of a family: its own, or at the counter if it has no account."""
    family, eldest = wish.family, wish.picks[0][0]
    reduced = wish.picks[0][1].workshop.price_kind == "reduced"
    own_way = (family.account, "citizen", "web")
    account, kind, channel = own_way if family.account else counter
    values = {
        "alliance_id": family.parent.alliance_id,
        "season_id": wish.picks[0][1].workshop.season_id,
        "contact_email": family.parent.email,
        "contact_phone": family.parent.phone,
        "photo_consent": bool(family.parent.id % 2),
        "channel": channel,
        "wishes": [
            {
                "person_id": person.id,
                "slot_id": slot.id,
                "reduced": reduced and person is not eldest,
            }
            for person, slot in wish.picks
        ],
    }
    with acting(db, account, kind, wish.at) as own:
        (applications.apply_for if send else applications.save_draft)(own, now=wish.at, **values)


def _login_family(db: Session, applicants: Applicants) -> None:
    """The login's own: a child placed and waiting, and a draft that is not sent."""
    family = applicants.families.families[0]
    plan = applicants.programme.plans[STAGE]
    slots = applicants.programme.workshops[STAGE].slots
    elder, younger = family.children
    at = applicants.now - QUIET + HOUR
    picks = ((elder, slots[0]), (elder, slots[plan.tight]), (younger, slots[0]))
    submit(db, Wish(at, family, plan, picks), applicants.counter)
    _by_need(db, family, elder, applicants)
    later = ((elder, slots[3]), (younger, slots[3]))
    wish = Wish(applicants.now - DAY, family, plan, later)
    submit(db, wish, applicants.counter, send=False)


def _by_need(db: Session, family: Family, child: models.Person, applicants: Applicants) -> None:
    """A child in the ranking that is under way, where it is of the age."""
    plan = applicants.programme.plans["robotics"]
    workshop = applicants.programme.workshops["robotics"]
    slots = [slot for slot in workshop.slots if plan.ages[0] <= child.age_on(slot.starts_on)]
    if slots:
        picks = tuple((child, slot) for slot in slots[:2])
        submit(db, Wish(workshop.opens_at + DAY, family, plan, picks), applicants.counter)


def _stories(db: Session, applicants: Applicants) -> None:
    """What happened to the full slot's queue in the last days.

    A family gives its place up; the next lets the offer pass, the one after does not want it,
    and the fourth has not answered yet. Another was refused, and whoever was next accepted.
    """
    now = applicants.now
    plan = applicants.programme.plans[STAGE]
    slot = applicants.programme.workshops[STAGE].slots[plan.tight]
    hours = slot.workshop.offer_hours * HOUR

    def all_in(status: str) -> list[models.Enrollment]:
        rows = select(models.Enrollment).where(
            models.Enrollment.slot_id == slot.id, models.Enrollment.status == status
        )
        return list(db.scalars(rows.order_by(models.Enrollment.queue_no)))

    def family_does(verb: Callable[..., object], row: models.Enrollment, at: datetime) -> None:
        account = row.application.user
        kind = "citizen" if row.application.channel == "web" else "social_point"
        with acting(db, account, kind, at) as own:
            verb(own, own.get_one(models.Enrollment, row.id), now=at)
        db.expire_all()

    first, second, *_ = all_in("placed")
    family_does(enrollments.cancel, first, now - 3 * HOUR - 2 * hours)
    enrollments.expire_offers(db, now=now - 2 * HOUR - hours)
    family_does(enrollments.decline, all_in("offered")[0], now - 30 * HOUR)
    with acting(db, applicants.office, "municipality", now - 20 * HOUR) as own:
        enrollments.refuse(
            own,
            own.get_one(models.Enrollment, second.id),
            reason="Il bambino risulta già iscritto a un'attività negli stessi orari.",
            now=now - 20 * HOUR,
        )
    db.expire_all()
    family_does(enrollments.accept, all_in("offered")[-1], now - 10 * HOUR)
