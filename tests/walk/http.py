"""A program, and a person at a screen, under each seat; and what their answers may hold."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from werkzeug.test import TestResponse

from app import permissions
from app.models import Account, Alliance, Seat
from app.query.export import MEDIA_TYPES
from tests.sessions import token_for
from tests.walk import granted, rows
from tests.walk.markers import Origin
from tests.walk.names import World

# What nobody is told, whatever may be wrong with the request.
CLOSED = (401, 403)
# The name of one's own account and of one's own alliance stand above every screen.
OWN_NAME = ("first_name", "last_name", "username")
FRAME = ("alliance", "ours", "name")


def words_in(answer: TestResponse) -> str:
    """What an answer says, also in a workbook."""
    if answer.mimetype != MEDIA_TYPES["xlsx"]:
        return answer.get_data(as_text=True)
    with ZipFile(BytesIO(answer.data)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


@dataclass
class Visitor:
    """Somebody who asks the application under a seat, or the public."""

    kind: str
    world: World
    line: Connection
    http: FlaskClient
    token: str | None

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        """An answer; what it wrote is taken back, what it shows is looked through."""
        # Whatever its version, unless the walk says which.
        headers = {"If-Match": "*", **self.signed_in(), **options.pop("headers", {})}
        point = self.line.begin_nested()
        try:
            answer = self.http.open(path, method=method, headers=headers, buffered=True, **options)
            text = words_in(answer)
        finally:
            point.rollback()
        assert answer.status_code < 500, (self.kind, method, path, text)
        # The public site shows everybody what the public sees.
        kinds = [self.kind] if path.startswith(("/api/", "/office/")) else [self.kind, "public"]
        shown = [
            origin
            for origin in self.world.markers.found_in(text)
            if not any(self.may_read(origin, kind) for kind in kinds)
        ]
        assert not shown, (self.kind, method, path, shown)
        return answer

    def signed_in(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def get(self, path: str) -> TestResponse:
        return self.ask("GET", path)

    def slug(self) -> str:
        """The address of the seats' alliance on the site."""
        return str(
            self.line.scalar(
                select(Alliance.__table__.c.slug).where(
                    Alliance.__table__.c.id == self.world.id("alliance", "ours")
                )
            )
        )

    def may_read(self, origin: Origin, kind: str) -> bool:
        """Whether the seat sees this row and reads this column."""
        if origin.table == "ab_user" and origin.label == kind and origin.column in OWN_NAME:
            return True
        if kind != "public" and (origin.table, origin.label, origin.column) == FRAME:
            return True
        seen = origin.label in rows.named(self.world, origin.table, kind)
        return seen and origin.group in groups(kind, origin.table)


def noun_of(table: str) -> str:
    """The noun whose rows a table holds; none for the tables that have no screens."""
    for name, model in permissions.RESOURCES.items():
        if model.__table__.name == table:
            return name
    return ""


def readable_nouns(kind: str) -> set[str]:
    """The nouns that the kind lists."""
    return {name for name, noun in granted.NOUNS.items() if noun.reads_of(kind)}


def groups(kind: str, table: str) -> frozenset[str]:
    """The column groups of a table that the kind reads; accounts carry none of ours."""
    noun = granted.NOUNS.get(noun_of(table))
    found = noun.reads_of(kind) if noun else frozenset()
    return found | {"none"} if table.startswith("ab_") and found else found


def token_of(app: Flask, world: World, kind: str) -> str | None:
    """A token of the kind's seat; the public has none."""
    if kind == "public":
        return None
    principal = world.principals[kind]
    with app.app_context():
        seat = Seat(
            id=principal.seat_id, user_id=principal.user_id, kind=principal.kind,
            alliance_id=principal.alliance_id, organization_id=principal.organization_id,
            role_id=principal.role_id, care=principal.care,
            user=Account(token_version=1, first_name="", last_name=""),
        )  # fmt: skip
        return token_for(seat)
