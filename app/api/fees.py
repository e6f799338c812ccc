"""Fees by means: schemes with their rows, and the ISEE that families declare."""

from app.api.base import ResourceApi

OF_SCHEME = "fee_scheme.id"


class FeeSchemeApi(ResourceApi):
    resource = "fee-schemes"
    list_columns = [
        "title",
        "title_en",
        "organization.id",
        "organization.name",
        "edition",
        "status",
        "published_at",
        "floor",
        "ceiling",
    ]
    edit_columns = ["title", "title_en", "floor", "ceiling"]
    add_columns = ["organization_id", *edit_columns]
    search_columns = ["title"]
    filter_columns = ["organization_id"]
    sort = "-id"
    includes = {
        "bands": ("fee-bands", "fee_scheme_id"),
        "siblings": ("fee-siblings", "fee_scheme_id"),
        "extras": ("fee-extras", "fee_scheme_id"),
    }


class FeeBandApi(ResourceApi):
    resource = "fee-bands"
    edit_columns = [
        "from_isee",
        "to_isee",
        "resident",
        "non_resident",
        "resident_to",
        "non_resident_to",
    ]
    list_columns = [OF_SCHEME, *edit_columns]
    add_columns = ["fee_scheme_id", *edit_columns]
    filter_columns = ["fee_scheme_id"]
    sort = "from_isee"


class FeeSiblingApi(ResourceApi):
    resource = "fee-siblings"
    edit_columns = ["rank", "per_cent", "amount", "residents_only"]
    list_columns = [OF_SCHEME, *edit_columns]
    add_columns = ["fee_scheme_id", *edit_columns]
    filter_columns = ["fee_scheme_id"]
    sort = "rank"


class FeeExtraApi(ResourceApi):
    resource = "fee-extras"
    edit_columns = ["code", "title", "title_en", "amount", "always"]
    list_columns = [OF_SCHEME, *edit_columns]
    add_columns = ["fee_scheme_id", *edit_columns]
    filter_columns = ["fee_scheme_id"]
    sort = "id"


class IseeApi(ResourceApi):
    resource = "isee-declarations"
    list_columns = ["person.id", "person.label", "protocol_number", "expires_on", "created_at"]
    add_columns = ["person_id", "amount", "protocol_number", "expires_on"]
    search_columns = ["protocol_number", "person.last_name", "person.first_name"]
    filter_columns = ["person_id", "expires_on"]
    sort = "-id"
    small_cells = 5
