"""Rankings: announced, drawn, computed, published and made final."""

from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext

from app import security
from app.errors import N_
from app.models import RANKING_STATES, RankingEntry, RankingOutcome, RankingRun
from app.nouns import rankings as noun
from app.operations import ranking_reasons, ranking_runs, rankings
from app.operations import rows as row_operations
from app.query.verbs import Verb
from app.transaction import web
from app.views.base import ResourceView, Row
from app.views.forms import Fields

# More than so many wishes that came out otherwise are counted and not named.
MOST_CHANGED = 40


def choose_fact(fields: Fields, ranking_id: int) -> None:
    """Let the field of a fact be a choice among those that the ranking asks."""
    (fact,) = (one for one in fields if one.name == "fact")
    words: dict[str, str] = {}
    for one in rankings.asked(web(), ranking_id):
        answers = words.get(one.fact)
        said = f"{one.label} ({one.key})" if one.kind == "choice" else one.label
        words[one.fact] = f"{answers}; {said}" if answers else said
    fact.kind, fact.help = "choice", ""
    fact.choices = [*([] if fact.required else [("", "")]), *words.items()]


class RankingView(ResourceView):
    resource = "rankings"
    importable = False
    settled = tuple(state for state in RANKING_STATES if state != "draft")
    list_columns = ["title", "organization_id", "season_id", "status", "seed_on",
                    "complaints_until", "final_at"]  # fmt: skip
    show_columns = [
        (N_("Ranking"), ["title", "title_en", "organization_id", "season_id", "status",
                         "criterion_set_id", "weeks_quota"]),
        (N_("Draw"), ["seed_source", "seed_on", "seed"]),
        (N_("Lists"), ["published_at", "provisional_at", "complaints_until", "run_id",
                       "final_at", "act_number", "act_date"]),
    ]  # fmt: skip
    add_columns = ["organization_id", "title", "title_en", "season_id", "criterion_set_id",
                   "weeks_quota", "seed_source", "seed_on"]  # fmt: skip
    edit_columns = ["title", "title_en", "season_id", "criterion_set_id", "weeks_quota",
                    "seed_source", "seed_on"]  # fmt: skip
    search_columns = ["title"]
    filter_columns = ["status", "season_id", "organization_id"]
    order = "-id"
    related = {"workshops": "ranking_id", "ranking-runs": "ranking_id",
               "ranking-entries": "ranking_id"}  # fmt: skip


class RankingEntryView(ResourceView):
    resource = "ranking-entries"
    importable = False
    list_columns = ["code", "person_id", "ranking_id", "status", "weeks", "together",
                    "declared_at"]  # fmt: skip
    show_columns = [
        (N_("Entry of a ranking"), ["code", "person_id", "person.birth_date", "ranking_id",
                                    "status", "reason"]),
        (N_("What was asked for"), ["weeks", "together", "declared_at"]),
    ]  # fmt: skip
    add_columns = ["ranking_id", "person_id", "weeks", "together"]
    search_columns = ["code", "person.last_name", "person.first_name"]
    filter_columns = ["ranking_id", "status", "person_id"]
    order = "-id"
    related = {"complaints": "entry_id", "ranking-outcomes": "entry_id"}

    def verb_fields(self, name: str, known: Verb) -> Fields:
        """The facts that this ranking asks are chosen by their words."""
        found = super().verb_fields(name, known)
        if name == "correct":
            entry = row_operations.get(web(), RankingEntry, (request.view_args or {})["pk"])
            choose_fact(found, entry.ranking_id)
        return found

    def besides(self, row: Row) -> dict[str, Any]:
        """What was declared, the points line by line, and why each wish came out as it did."""
        db, now = web(), security.moment()
        entry = db.get_one(RankingEntry, row["id"])
        notes = []
        if self.may("declared"):
            facts = noun.named(db, entry, rankings.declared(db, entry, now=now))
            heading = gettext("What was declared")
            notes.append("\n".join([heading, *(facts or [gettext("Nothing.")])]))
        told = noun.told(ranking_reasons.why(db, entry, now=now)) if self.may("why") else {}
        if told.get("points") is not None:
            lines = [f"{one['label']}: {noun.points(Decimal(one['points']))}"
                     for one in told["lines"]]  # fmt: skip
            points = gettext("Points: %(points)s", points=noun.points(Decimal(told["points"])))
            reasons = [f"{one['slot']}: {one['why']}" for one in told["reasons"]]
            notes += ["\n".join([points, *lines]), "\n".join(reasons)]
        return {"notes": notes}


class RankingRunView(ResourceView):
    resource = "ranking-runs"
    importable = False
    list_columns = ["number", "ranking_id", "kind", "at", "placed", "waiting"]
    show_columns = [
        (N_("Run of a ranking"), ["ranking_id", "number", "kind", "at", "placed", "waiting"]),
        (N_("Fingerprints"), ["inputs_sha256", "outcome_sha256"]),
    ]
    filter_columns = ["ranking_id", "kind"]
    order = "-id"
    related = {"ranking-outcomes": "run_id", "ranking-scores": "run_id"}

    def besides(self, row: Row) -> dict[str, Any]:
        """What is otherwise than in the run before."""
        if not self.may("difference") or row["number"] == 1:
            return {}
        run = web().get_one(RankingRun, row["id"])
        found = ranking_runs.difference(web(), run, now=security.moment())
        if not found:
            return {"notes": [gettext("Nothing is otherwise than in the run before.")]}
        lines = [
            f"{one.code}: {_outcome(one.before, one.waiting_before)}"
            f" → {_outcome(one.after, one.waiting_after)}"
            for one in found[:MOST_CHANGED]
        ]
        said = gettext(
            "Wishes that came out otherwise than in the run before: %(count)s.", count=len(found)
        )
        return {"notes": ["\n".join([said, *lines])]}


def _outcome(state: str | None, number: int | None) -> str:
    if state is None:
        return gettext("not in the list")
    said = gettext(RankingOutcome.STATES[state])
    return f"{said} {number}" if number else said


class RankingScoreView(ResourceView):
    resource = "ranking-scores"
    importable = False
    list_columns = ["position", "code", "points", "criterion_set_id", "run_id"]
    show_columns = [
        (N_("Points in a ranking"), ["run_id", "criterion_set_id", "code", "position", "points",
                                     "draw"]),
    ]  # fmt: skip
    filter_columns = ["run_id", "criterion_set_id"]
    order = "position"


class RankingOutcomeView(ResourceView):
    resource = "ranking-outcomes"
    importable = False
    list_columns = ["code", "slot_id", "slot.workshop.title", "position", "state", "waiting_no",
                    "run_id"]  # fmt: skip
    show_columns = [
        (N_("Outcome of a wish"), ["run_id", "code", "slot_id", "slot.workshop.title", "wish",
                                   "state", "position", "waiting_no"]),
        (N_("Why"), ["because", "last_points", "decided_by", "entry_id", "enrollment_id"]),
    ]  # fmt: skip
    search_columns = ["code"]
    filter_columns = ["run_id", "slot_id", "state", "entry_id", "slot.workshop_id"]
    order = "position"
