"""Why not me: what a family is told of its wishes in a published list, and the office as well."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import N_
from app.models import Ranking, RankingEntry, RankingOutcome, RankingScore
from app.operations import care
from app.transaction import elevated

PLACED = N_("Placed: this is wish no. %(wish)s.")
TOGETHER = N_("Placed with its siblings: this is wish no. %(wish)s.")
BY_POINTS = N_(
    "Waiting, no. %(number)s: the last one placed had %(last)s points, this entry %(points)s."
)
BY_TIE = N_(
    "Waiting, no. %(number)s: the last one placed had %(points)s points as well; the published"
    " order of equals decided."
)
BY_DRAW = N_(
    "Waiting, no. %(number)s: the last one placed had %(points)s points as well; the draw decided."
)
BY_QUOTA = N_(
    "Waiting, no. %(number)s: the places were given in the first round, in which nobody gets more"
    " than %(quota)s weeks."
)
BY_SIBLINGS = N_("Waiting, no. %(number)s: siblings were brought together in the free places.")
NO_PLACES = N_("Waiting, no. %(number)s: there are no places to give.")
WEEKS = N_("Better wishes fill the weeks that were asked for.")
HOURS = N_("A better wish at the same hours was granted.")
STAYS = N_("This place would part siblings who asked to stay together.")


@dataclass(frozen=True)
class Reason:
    """What became of one wish, in words of the catalogue and what fills them."""

    enrollment_id: int
    slot: str
    wish: int
    state: str
    message: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """An entry's standing: its points line by line, and a reason for each wish."""

    code: str
    points: Decimal | None
    lines: list[dict[str, Any]]
    reasons: list[Reason]


def why(db: Session, entry: RankingEntry, *, now: datetime) -> Told:
    """What the published list says of an entry. Empty while there is none.

    The caller sees the entry; opening its points is logged.
    """
    with elevated(db, "why a list is as it is") as system:
        ranking = system.get_one(Ranking, entry.ranking_id)
        run_id = ranking.run_id
        if run_id is None:
            return Told(entry.code, None, [], [])
        scores = system.scalars(
            select(RankingScore)
            .where(RankingScore.run_id == run_id, RankingScore.entry_id == entry.id)
            .order_by(RankingScore.id)
        ).all()
        outcomes = system.scalars(
            select(RankingOutcome)
            .where(RankingOutcome.run_id == run_id, RankingOutcome.entry_id == entry.id)
            .order_by(RankingOutcome.wish)
        ).all()
        points = {score.criterion_set_id: score.points for score in scores}
        reasons = [
            _reason(
                one,
                points[one.slot.workshop.criterion_set_id or ranking.criterion_set_id],
                ranking,
            )
            for one in outcomes
        ]
        opened = care.reveal(db, scores, ["lines"], now=now)
        lines = [line for score in scores for line in json.loads(opened[score.id]["lines"])]
        return Told(entry.code, scores[0].points if scores else None, lines, reasons)


def _reason(one: RankingOutcome, points: Decimal, ranking: Ranking) -> Reason:
    message = _message(one, points)
    known: dict[str, Any] = {
        "wish": one.wish,
        "number": one.waiting_no,
        "last": one.last_points,
        "points": points,
        "quota": ranking.weeks_quota,
    }
    params = {name: value for name, value in known.items() if f"%({name})s" in message}
    return Reason(one.enrollment_id, str(one.slot), one.wish, one.state, message, params)


def _message(one: RankingOutcome, points: Decimal) -> str:
    if one.state == "placed":
        return TOGETHER if one.because == "siblings" else PLACED
    if one.state == "passed":
        return {"weeks": WEEKS, "hours": HOURS, "together": STAYS}[one.because]
    if one.because == "quota":
        return BY_QUOTA
    if one.because == "siblings":
        return BY_SIBLINGS
    if one.last_points is None:
        return NO_PLACES
    if one.decided_by == "points":
        return BY_POINTS
    return BY_DRAW if one.decided_by == "draw" else BY_TIE
