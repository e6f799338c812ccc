"""Places by need: criteria as two municipalities published theirs, one ranking under way and one
that came to its end.

The points are those of Lodi's summer camps of 2021, which named an order of precedence and no
numbers, and of Lissone's notice of 2024; who is in the lists is invented.
"""

import random
from datetime import datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, models
from app.demo.network import Network
from app.demo.plans import Plan
from app.demo.workshops import Programme
from app.operations import complaints, criteria, ranking_final, ranking_runs, rankings

DAY = timedelta(days=1)
RANKED = ("robotics", "winter-camp")
ENDED = "winter-camp"
SEED = "Milano 12 45 7 88 31"

# Code, words, words in English, kind, points, and what else the row has.
Row = tuple[str, str, str, str, str, dict[str, object]]
LODI: tuple[Row, ...] = (
    ("resident", "Residente nel Comune", "Resident in the municipality", "flag", "4", {}),
    ("disability", "Disabilità certificata del bambino", "The child's certified disability",
     "flag", "2", {"declared": "Il verbale non va allegato: l'ufficio lo verifica d'ufficio."}),
    ("both_parents_work", "Entrambi i genitori lavorano", "Both parents work", "flag", "1", {}),
    ("birth_date", "prima il più giovane", "the youngest first", "tie", "0", {"first": "high"}),
)  # fmt: skip
WORK: dict[str, object] = {"question": "parents_work"}
LISSONE: tuple[Row, ...] = (
    ("single_parent", "Genitore solo che lavora", "Single parent who works", "choice", "12", WORK),
    ("both_full_time", "Entrambi i genitori lavorano a tempo pieno",
     "Both parents work full time", "choice", "10", WORK),
    ("one_part_time", "Entrambi lavorano, uno a tempo parziale",
     "Both work, one of them part time", "choice", "8", WORK),
    ("both_part_time", "Entrambi lavorano a tempo parziale", "Both work part time", "choice",
     "6", WORK),
    ("one_works", "Lavora uno dei due genitori", "One of two parents works", "choice", "2", WORK),
    ("none_works", "Entrambi i genitori sono disoccupati", "Both parents are unemployed",
     "choice", "1", WORK),
    ("disability", "Disabilità certificata del bambino", "The child's certified disability",
     "flag", "8", {}),
    ("family_disability", "Disabilità di un altro familiare oltre l'80 %",
     "Disability of another member of the family over 80 %", "flag", "6", {}),
    ("foster_child", "Bambino in affido", "Foster child", "flag", "2", {}),
    ("social_services", "Segnalazione dei servizi sociali", "Case known to the social services",
     "flag", "2", {}),
    ("siblings", "Ogni fratello o sorella fino a 14 anni", "Each brother or sister up to 14",
     "unit", "0.5", {}),
    ("resident", "Residente nel Comune", "Resident in the municipality", "flag", "0", {}),
    ("resident", "prima i residenti", "residents first", "tie", "0", {"first": "high"}),
    ("birth_date", "prima il più giovane", "the youngest first", "tie", "0", {"first": "high"}),
)  # fmt: skip
SETS = {
    "comune-lodi": ("Precedenze dei centri estivi", "Precedence at summer camps", LODI),
    "comune-codogno": ("Criteri a punti", "Criteria with points", LISSONE),
}


def announce(db: Session, network: Network, programme: Programme) -> dict[str, models.Ranking]:
    """The criteria, and a ranking for each workshop that gives its places by need."""
    made = {}
    for key in RANKED:
        if key not in programme.workshops:
            continue
        workshop, plan = programme.workshops[key], programme.plans[key]
        at = workshop.opens_at - 3 * DAY
        ranking = made[key] = models.Ranking(
            alliance=network.alliance,
            organization=workshop.organization,
            season=workshop.season,
            criterion_set=_criteria(db, network, plan, at),
            title=f"Graduatoria: {workshop.title}",
            title_en=f"Ranking: {workshop.title_en}",
            status="draft",
            seed_source="Primi cinque numeri estratti del Lotto, ruota di Milano",
            seed_on=clock.local_date(workshop.closes_at) + 2 * DAY,
        )
        db.add(ranking)
        workshop.ranking = ranking
        db.flush()
        rankings.publish(db, ranking, now=at)
    return made


def _criteria(db: Session, network: Network, plan: Plan, at: datetime) -> models.CriterionSet:
    title, title_en, lines = SETS[plan.body]
    body = network.bodies[plan.body]
    row = models.CriterionSet(
        alliance=network.alliance, organization=body, title=title, title_en=title_en,
        status="draft",
    )  # fmt: skip
    db.add(row)
    db.flush()
    for number, (code, words, words_en, kind, points, more) in enumerate(lines, 1):
        db.add(
            models.Criterion(
                alliance=network.alliance, criterion_set_id=row.id, position=number, title=words,
                title_en=words_en, kind=kind, code=code, points=Decimal(points), **more,
            )
        )  # fmt: skip
    db.flush()
    db.refresh(row, ["criteria"])
    return criteria.publish(db, row, now=at)


def declare(db: Session, made: dict[str, models.Ranking], programme: Programme) -> None:
    """What the families declared; and one ranking goes on to its final list."""
    for key, ranking in made.items():
        workshop = programme.workshops[key]
        chance = random.Random(key)  # the same at every load
        for person_id in _persons(db, workshop):
            rankings.declare(
                db, ranking_id=ranking.id, person_id=person_id,
                facts=_facts(chance, key), weeks=chance.choice((None, 1, 1, 2)),
                now=workshop.opens_at + DAY,
            )  # fmt: skip
    if ENDED in made:
        _end(db, made[ENDED], programme.workshops[ENDED])


def _persons(db: Session, workshop: models.Workshop) -> list[int]:
    rows = (
        select(models.Enrollment.person_id)
        .join(models.Slot, models.Slot.id == models.Enrollment.slot_id)
        .where(models.Slot.workshop_id == workshop.id, models.Enrollment.status == "submitted")
    )
    return sorted(set(db.scalars(rows)))


def _facts(chance: random.Random, key: str) -> dict[str, object]:
    facts: dict[str, object] = {"resident": chance.random() < 0.7}
    if key == ENDED:
        facts["parents_work"] = chance.choice([row[0] for row in LISSONE if row[3] == "choice"])
        facts["siblings"] = chance.randint(0, 2)
    else:
        facts["both_parents_work"] = chance.random() < 0.5
    return facts


def _end(db: Session, ranking: models.Ranking, workshop: models.Workshop) -> None:
    """Drawn, published, complained of, and made final."""
    drawn = datetime.combine(clock.local_date(workshop.closes_at) + 2 * DAY, time(12), clock.ROME)
    rankings.draw(db, ranking, seed=SEED, now=drawn)
    ranking_runs.try_out(db, ranking, now=drawn)
    until = drawn.date() + 5 * DAY
    ranking_runs.publish_list(db, ranking, complaints_until=until, now=drawn + DAY)
    entry = db.scalars(
        select(models.RankingEntry)
        .where(models.RankingEntry.ranking_id == ranking.id)
        .order_by(models.RankingEntry.id.desc())
        .limit(1)
    ).one()
    made = complaints.file(
        db, entry_id=entry.id, complaint="Un altro figlio ha meno di 14 anni e non è contato.",
        channel="staff", now=drawn + 2 * DAY,
    )  # fmt: skip
    complaints.uphold(
        db, made, answer="Verificato all'anagrafe: la dichiarazione è corretta.",
        fact="siblings", value="3", now=drawn + 3 * DAY,
    )  # fmt: skip
    final = drawn + 6 * DAY
    ranking_final.finalize(
        db, ranking, act_number="Determinazione n. 128", act_date=final.date(), now=final
    )
