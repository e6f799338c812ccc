"""Rankings: what is announced and published of them, by codes, and what runs them."""

from app.api.base import ResourceApi


class RankingApi(ResourceApi):
    resource = "rankings"
    list_columns = [
        "title",
        "title_en",
        "organization.id",
        "organization.name",
        "season.id",
        "season.title",
        "status",
        "seed_on",
        "complaints_until",
        "provisional_at",
        "final_at",
    ]
    show_columns = [
        *list_columns,
        "criterion_set.id",
        "criterion_set.title",
        "weeks_quota",
        "seed_source",
        "seed",
        "published_at",
        "act_number",
        "act_date",
        "run_id",
    ]
    edit_columns = [
        "title",
        "title_en",
        "season_id",
        "criterion_set_id",
        "weeks_quota",
        "seed_source",
        "seed_on",
    ]
    add_columns = ["organization_id", *edit_columns]
    search_columns = ["title"]
    filter_columns = ["season_id", "organization_id"]
    sort = "-id"
    includes = {"workshops": ("workshops", "ranking_id")}


class RankingEntryApi(ResourceApi):
    resource = "ranking-entries"
    list_columns = [
        "code",
        "ranking.id",
        "ranking.title",
        "person.id",
        "person.label",
        "status",
        "weeks",
        "together",
        "declared_at",
    ]
    show_columns = [*list_columns, "reason"]
    filter_columns = ["ranking_id", "person_id"]
    search_columns = ["code", "person.last_name", "person.first_name"]
    sort = "-id"
    one_by_one = True


class RankingRunApi(ResourceApi):
    resource = "ranking-runs"
    list_columns = [
        "ranking_id",
        "number",
        "kind",
        "at",
        "placed",
        "waiting",
        "inputs_sha256",
        "outcome_sha256",
    ]
    filter_columns = ["ranking_id"]
    sort = "-id"


class RankingScoreApi(ResourceApi):
    resource = "ranking-scores"
    list_columns = ["run_id", "code", "position", "points", "draw", "criterion_set.id"]
    filter_columns = ["run_id", "entry_id"]
    sort = "position"


class RankingOutcomeApi(ResourceApi):
    resource = "ranking-outcomes"
    list_columns = [
        "run_id",
        "code",
        "slot.id",
        "slot.title",
        "slot.starts_on",
        "slot.workshop.title",
        "position",
        "state",
        "waiting_no",
    ]
    show_columns = [*list_columns, "entry_id", "enrollment_id", "wish", "because", "last_points",
                    "decided_by"]  # fmt: skip
    filter_columns = ["run_id", "slot_id", "run.ranking_id", "slot.workshop_id"]
    search_columns = ["code"]
    sort = "position"
