"""The world's rankings: criteria, lists that are published or tried out, who is in them."""

from typing import Any

from app import clock, models
from tests import factories as f
from tests.walk.names import World

# Who is in which ranking, and who complained of it.
ENTERED = {
    "mine": "theirs", "ended": "theirs", "family": "theirs", "delegated": "theirs",
    "for_requests": "theirs",
    "for_enrolments": "theirs", "lapsed": "theirs", "revoked": "theirs",
    "unconfirmed": "theirs", "to_come": "theirs", "enrolled": "ours", "foreign": "foreign",
    "mine_abroad": "foreign",
}  # fmt: skip


def rankings(world: World, bodies: dict[str, Any]) -> None:
    db = f.people._session.get()
    now = clock.now()

    def row(model: type[Any], label: str) -> Any:
        return db.get(model, world.id(model.__tablename__, label))

    for owner in ("ours", "theirs", "foreign"):
        body = bodies[owner]
        for label in (owner, f"{owner}_published"):
            made = world.keep(label, f.CriterionSetFactory(organization=body))
            world.keep(label, f.CriterionFactory(criterion_set=made))
        side = "foreign" if owner == "foreign" else "ours"
        common = {
            "organization": body, "season": row(models.Season, side),
            "criterion_set": row(models.CriterionSet, f"{owner}_published"),
        }  # fmt: skip
        world.keep(f"{owner}_draft", f.RankingFactory(**common))
        ranking = world.keep(owner, f.RankingFactory(**common))
        db.flush()
        run = world.keep(owner, f.RankingRunFactory(ranking=ranking, kind="provisional"))
        world.keep(f"{owner}_trial", f.RankingRunFactory(ranking=ranking))
        db.flush()
        ranking.status, ranking.published_at, ranking.seed = "provisional", now, "1 2 3"
        ranking.run_id = run.id
        db.flush()
    for label, owner in ENTERED.items():
        entry = world.keep(
            label,
            f.RankingEntryFactory(
                ranking=row(models.Ranking, owner), person=row(models.Person, label)
            ),
        )
        world.keep(label, f.ComplaintFactory(entry=entry))
        db.flush()
        for run, name in ((owner, label), (f"{owner}_trial", f"{label}_trial")):
            came = {"run": row(models.RankingRun, run), "entry": entry}
            criteria = row(models.CriterionSet, f"{owner}_published")
            world.keep(name, f.RankingScoreFactory(criterion_set=criteria, **came))
            wish = row(models.Enrollment, label)
            world.keep(name, f.RankingOutcomeFactory(enrollment=wish, **came))


def fees(world: World, bodies: dict[str, Any]) -> None:
    """Schemes, drafts and to be published, with a row of each sort; an ISEE of each person."""
    db = f.people._session.get()
    for owner in ("ours", "theirs", "foreign"):
        for label in (owner, f"{owner}_published"):
            made = world.keep(label, f.FeeSchemeFactory(organization=bodies[owner]))
            for row in (f.FeeBandFactory, f.FeeSiblingFactory, f.FeeExtraFactory):
                world.keep(label, row(fee_scheme=made))
    for label in (*ENTERED, "at_theirs"):
        person = db.get(models.Person, world.id("person", label))
        world.keep(label, f.IseeFactory(person=person))


def publish(world: World) -> None:
    """From here on these criteria and fees stay as they are."""
    db = f.people._session.get()
    for owner in ("ours", "theirs", "foreign"):
        made = db.get(models.CriterionSet, world.id("criterion_set", f"{owner}_published"))
        made.status, made.published_at = "published", clock.now()
        fees_of = db.get(models.FeeScheme, world.id("fee_scheme", f"{owner}_published"))
        fees_of.status, fees_of.published_at = "published", clock.now()
    db.flush()
