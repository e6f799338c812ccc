"""A ranking of a season with its families, as the tests of rankings need it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app import clock
from app.models import Enrollment, Person, Ranking, RankingEntry, Slot, Workshop
from app.operations import applications, criteria, ranking_runs, rankings
from app.transaction import ScopedSession
from tests import factories as f

SEED = "Milano 12 45 7 88 31"


@dataclass
class Camp:
    """One ranking over one workshop's weeks, and the means to move it on."""

    db: ScopedSession
    opened: datetime
    organization: Any = None
    ranking: Ranking = field(init=False)
    workshops: list[Workshop] = field(init=False)

    def __post_init__(self) -> None:
        own = {"organization": self.organization} if self.organization else {}
        published = self.criteria("Criteri", **own)
        self.ranking = f.RankingFactory(
            organization=published.organization, criterion_set=published
        )
        self.workshops = [self.workshop()]

    def criteria(self, title: str, points: int = 4, **options: Any) -> Any:
        """A published set: residents, disability, siblings; the younger goes first."""
        made = f.CriterionSetFactory(title=title, **options)
        rows = [
            {"code": "resident", "points": points},
            {"code": "disability", "points": 2},
            {"code": "siblings", "kind": "unit", "points": "0.5", "maximum": 4},
            {"code": "birth_date", "kind": "tie", "first": "high", "points": 0},
        ]
        for number, row in enumerate(rows, 1):
            f.CriterionFactory(
                criterion_set=made, position=number, title=row["code"].title(), **row
            )
        self.db.flush()
        self.db.expire(made)
        return criteria.publish(self.db, made, now=self.opened)

    def workshop(self, **options: Any) -> Workshop:
        return f.WorkshopFactory(
            **{
                "organization": self.ranking.organization, "season": self.ranking.season,
                "allocation": "ranking", "ranking": self.ranking, **options,
            }
        )  # fmt: skip

    def slot(self, places: int = 1, workshop: Workshop | None = None, **options: Any) -> Slot:
        made: Slot = f.SlotFactory(workshop=workshop or self.workshops[0], places=places, **options)
        return made

    def announce(self) -> None:
        self.db.flush()
        self.db.expire(self.ranking)
        rankings.publish(self.db, self.ranking, now=self.opened)

    def child(self, born: date = date(2018, 3, 1)) -> Person:
        made: Person = f.PersonFactory(alliance=self.ranking.alliance, birth_date=born)
        self.db.flush()
        return made

    def wish(self, *wishes: tuple[Person, Slot]) -> None:
        """One application."""
        self.db.flush()
        applications.apply_for(
            self.db,
            alliance_id=self.ranking.alliance_id,
            wishes=[
                {"person_id": person.id, "slot_id": slot.id, "reduced": False}
                for person, slot in wishes
            ],
            contact_email="famiglia@famiglie.example",
            now=self.opened,
        )

    def declare(self, person: Person, **facts: Any) -> RankingEntry:
        options = {name: facts.pop(name) for name in ("weeks", "together") if name in facts}
        return rankings.declare(
            self.db, ranking_id=self.ranking.id, person_id=person.id, facts=facts,
            now=self.opened, **options,
        )  # fmt: skip

    @property
    def drawn_at(self) -> datetime:
        return self.opened + timedelta(days=12)

    @property
    def final_at(self) -> datetime:
        return self.opened + timedelta(days=18)

    def draw(self) -> None:
        rankings.draw(self.db, self.ranking, seed=SEED, now=self.drawn_at)

    def provisional(self) -> None:
        until = clock.local_date(self.opened) + timedelta(days=17)
        ranking_runs.publish_list(self.db, self.ranking, complaints_until=until, now=self.drawn_at)

    def state(self, person: Person, slot: Slot) -> tuple[str, int | None]:
        self.db.expire_all()
        found = self.db.query(Enrollment).filter_by(person_id=person.id, slot_id=slot.id).one()
        return found.status, found.queue_no
