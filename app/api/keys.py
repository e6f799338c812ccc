"""Keys of programs: made once, seen once, revoked."""

from typing import Any, cast

import orjson
from flask import Response
from flask_appbuilder import expose

from app import nouns, security
from app.api.base import ResourceApi
from app.api.exchange import body, endpoint
from app.transaction import web


class KeyApi(ResourceApi):
    resource = "keys"
    one_by_one = True
    list_columns = [
        "name", "prefix", "scopes", "seat_id", "expires_at", "used_at", "revoked_at",
    ]  # fmt: skip
    show_columns = [*list_columns, "created_at"]
    add_columns = ["name", "expires_at"]
    filter_columns = ["created_at"]
    search_columns = ["name", "prefix"]
    sort = "-id"

    @expose("/", methods=["POST"])
    @endpoint("create")
    def post(self) -> Response:
        """A new key of the seat; its whole text stands in this answer and nowhere else."""
        given = cast(Any, self.create_schema().load(body()))
        row = nouns.create(web(), self.resource, given, now=security.moment())
        answer = self._row(row.id, 201)
        said = {**orjson.loads(answer.get_data()), "key": row.text}
        answer.set_data(orjson.dumps(said))
        return answer
