"""Rankings as everybody reads them, by codes; and what a family declares and is told."""

from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import func, select

from app import clock, security
from app.errors import NotFound
from app.models import Criterion, Enrollment, Ranking, RankingEntry, RankingOutcome, Slot, Workshop
from app.nouns import rankings as noun
from app.operations import ranking_reasons, rankings
from app.portal import family, site, words
from app.portal.site import area, pages
from app.query import rows

WHOLE = (
    "id", "title", "title_en", "organization.name", "season.title", "season.title_en", "status",
    "criterion_set.id", "weeks_quota", "seed_source", "seed_on", "seed", "published_at",
    "provisional_at", "complaints_until", "final_at", "act_number", "act_date", "run_id",
    "run.inputs_sha256", "run.outcome_sha256",
)  # fmt: skip
OUTCOME = ("code", "position", "state", "waiting_no", "slot.id", "slot.title", "slot.title_en",
           "slot.starts_on", "slot.workshop.title", "slot.workshop.title_en")  # fmt: skip


@pages.get("/graduatorie/")
def rankings_() -> Any:
    """The rankings that were announced, the latest first."""
    ours = (Ranking.alliance_id == g.alliance["id"],)
    found = site.listed(site.public(), rows.Selection("rankings", WHOLE, sort="-id", extra=ours))
    return site.render("rankings.html", found=found)


@pages.get("/graduatorie/<int:id_>")
def ranking(id_: int) -> Any:
    """One ranking: its criteria, its draw, and who is in its list under which code."""
    found = _ranking(id_)
    wanted = rows.Selection(
        "ranking-outcomes",
        OUTCOME,
        search=site.words_of(),
        search_columns=("code",),
        sort="position",
        extra=(RankingOutcome.run_id == found["run_id"],),
    )
    return site.render(
        "ranking.html",
        ranking=found,
        workshops=_workshops(id_),
        criteria=criteria_of(id_),
        outcomes=site.listed(site.public(), wanted) if found["run_id"] else None,
        q=site.words_of(),
    )


def _ranking(id_: int) -> dict[str, Any]:
    ours = (Ranking.id == id_, Ranking.alliance_id == g.alliance["id"])
    return site.one(site.public(), rows.Selection("rankings", WHOLE, extra=ours))


def _workshops(id_: int) -> list[Any]:
    columns = Workshop.id, Workshop.title, Workshop.title_en, Workshop.closes_at
    given = select(*columns).where(Workshop.ranking_id == id_).order_by(Workshop.title)
    return list(site.public().execute(given).mappings())


def criteria_of(id_: int) -> list[Any]:
    """The rows by which a ranking gives points, of all its sets."""
    named = select(func.coalesce(Workshop.criterion_set_id, Ranking.criterion_set_id)).where(
        Ranking.id == id_, Workshop.ranking_id == Ranking.id
    )
    own = select(Ranking.criterion_set_id).where(Ranking.id == id_)
    names = ("criterion_set_id", "position", "title", "title_en", "kind", "code", "question",
             "points", "maximum", "first", "declared")  # fmt: skip
    wanted = (
        select(*(getattr(Criterion, name) for name in names))
        .where(Criterion.criterion_set_id.in_(named.union(own)))
        .order_by(Criterion.criterion_set_id, Criterion.position, Criterion.id)
    )
    return list(site.public().execute(wanted).mappings())


@area.get("/graduatorie/<int:id_>/<int:person>")
def declared(id_: int, person: int) -> Any:
    """What a family declares for a person; and, once there is a list, what it says and why."""
    found = _ranking(id_)
    who = next((row for row in family.persons() if row["id"] == person), None)
    if who is None:
        raise NotFound()
    db, now = site.db(), security.moment()
    entry = db.scalar(
        select(RankingEntry).where(RankingEntry.ranking_id == id_, RankingEntry.person_id == person)
    )
    closes = [workshop["closes_at"] for workshop in _workshops(id_)]
    until = found["complaints_until"]
    return site.render(
        "area/ranking.html",
        ranking=found,
        person=who,
        entry=entry,
        facts={
            one["fact"]: one["value"]
            for one in noun.said(rankings.declared(db, entry, now=now) if entry else {})
        },
        questions=questions(criteria_of(id_)),
        open=found["status"] == "published" and any(now < one for one in closes),
        told=noun.told(ranking_reasons.why(db, entry, now=now)) if entry else None,
        may_complain=found["status"] == "provisional" and until and clock.today() <= until,
        wishes=_wishes(id_, person),
    )


def _wishes(id_: int, person: int) -> int:
    """How many wishes the person has in the ranking."""
    counted = (
        select(func.count(Enrollment.id))
        .join(Slot, Slot.id == Enrollment.slot_id)
        .join(Workshop, Workshop.id == Slot.workshop_id)
        .where(
            Workshop.ranking_id == id_,
            Enrollment.person_id == person,
            Enrollment.status == "submitted",
        )
    )
    return int(site.db().scalar(counted) or 0)


def questions(found: list[Any]) -> list[dict[str, Any]]:
    """What a form asks, once each: a yes or no, a number, or one answer of several."""
    asked: dict[str, dict[str, Any]] = {}
    for row in found:
        if row["kind"] == "tie":
            continue
        fact = row["question"] or row["code"]
        label = words.said(row, "title")
        if row["kind"] == "choice":
            one = asked.setdefault(
                fact, {"fact": fact, "kind": "choice", "label": _("Which of these is true?"),
                       "answers": [], "declared": None},
            )  # fmt: skip
            if row["code"] not in [answer["code"] for answer in one["answers"]]:
                one["answers"].append({"code": row["code"], "label": label})
        else:
            asked.setdefault(fact, {"fact": fact, "kind": row["kind"], "label": label,
                                    "declared": row["declared"]})  # fmt: skip
    return list(asked.values())
