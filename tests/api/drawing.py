"""What the fuzzer sends: rows that there are, values that fit, and values that fit nowhere."""

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from factory import SubFactory
from flask_appbuilder.security.sqla.models import Role
from hypothesis import strategies as st
from sqlalchemy import inspect

from app import api, models, permissions
from app.api.base import ResourceApi
from app.api.exchange import JSON
from app.nouns import NOUNS
from app.query import grammar
from app.transaction import ScopedSession
from tests import factories
from tests.sessions import Client

APIS: dict[str, type[ResourceApi]] = {
    one.resource: one for one in api.classes() if issubclass(one, ResourceApi)
}
SEATS = sorted(permissions.GRANTS)
DEEP: Any = 1
for _ in range(60):
    DEEP = [DEEP]
ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, -0.0, 2**31, -(2**31) - 1, 2**63, 2**70, 1e308, "", " ", "x",
    "é" * 30, "x" * 500, "x" * 30_000, "a\x00b", "\x01", "\u202e\ufeff", "💶", "1", "-1", "1.005",
    "1e9999", "NaN", "Infinity", "٣", "²", "1_000", "0x10", "null", "true", "2026-02-30",
    "2026-02-28", "0001-01-01", "9999-12-31", "2026-13-01T00:00", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "25:00", "10:00", "10:00+02:00", "00:00:00.000001", "P1D",
    "a@b.example", "@", "' OR 1=1 --", "%s%(x)s{}", "../../etc/passwd", "<script>", [], [1],
    [None], [[]], {}, {"id": 1}, {"": ""}, {"x": {"y": []}}, DEEP,
]  # fmt: skip
PLAIN = [value for value in ODD if not isinstance(value, (list, dict))]


def _odd(n: int) -> Any:
    return ODD[n]


def _plain(n: int) -> str:
    return str(PLAIN[n])


# By their numbers: hypothesis would print the values themselves.
ODD_VALUES = st.integers(0, len(ODD) - 1).map(_odd)
ODD_TEXTS = st.integers(0, len(PLAIN) - 1).map(_plain)
# What JSON can say only in escapes: half a surrogate pair.
HALF = '"\\ud800"'


class World:
    """Rows of every table in two alliances, and a client for each kind of seat in the first."""

    def __init__(self, db: ScopedSession, client: Callable[..., Client]) -> None:
        self.ids: dict[str, list[int]] = defaultdict(list)
        first = self._rows_of(factories.AllianceFactory())
        self._rows_of(factories.AllianceFactory())
        self.clients = {"public": client(None)}
        for kind in SEATS:
            if kind == "public":
                continue
            where = {} if kind == "admin" else {"alliance": first["alliance"]}
            if kind not in ("admin", "staff", "citizen"):
                where["organization"] = first["organization"]
            seat = factories.SeatFactory(kind=kind, **where)
            if kind == "citizen":
                factories.RelationFactory(user=seat.user, person=first["person"])
            self.clients[kind] = client(seat)
            self.ids["seat"].append(seat.id)
            self.ids["ab_user"].append(seat.user_id)
        db.flush()

    def _rows_of(self, alliance: models.Alliance) -> dict[str, Any]:
        """One row of each table, each hanging on those before it, by table."""
        made: dict[str, Any] = {"alliance": alliance}
        self.ids["alliance"].append(alliance.id)
        for factory in _factories():
            takes = factory._meta.declarations
            known = {n: row for n, row in made.items() if isinstance(takes.get(n), SubFactory)}
            row = factory(**known)
            name = inspect(type(row)).local_table.name
            made.setdefault(name, row)
            self.ids[name].append(row.id)
        return made

    def row(self, resource: str) -> st.SearchStrategy[int]:
        """Mostly a row of the first alliance, also one of the second, or none."""
        table = inspect(permissions.RESOURCES[resource]).local_table.name
        ours, *others = self.ids[table] or [1]
        return st.sampled_from([*[ours] * 6, *others, 0, 2**63, 2**70])


def _factories() -> list[Any]:
    """One factory for each table that stands in no other's way."""
    made = [f for f in vars(factories).values() if hasattr(f, "_meta") and f._meta.model]
    apart = (models.Alliance, models.Account, models.Seat, models.DigitalIdentity, Role)
    return [f for f in made if f.__module__ == factories.__name__ and f._meta.model not in apart]


# ---------------------------------------------------------------- what is drawn


def may(verb: str) -> st.SearchStrategy[tuple[str, str]]:
    """A resource, and a seat that may do this to it."""
    pairs = [
        (resource, seat)
        for seat in SEATS
        for resource in APIS
        if verb in permissions.grant(seat, resource).verbs
    ]
    return st.sampled_from(pairs)


DATES = st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(str)
FITTING: dict[type[Any], st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(-1, 40),
    Decimal: st.decimals(-1, 500, places=2).map(str),
    date: DATES,
    datetime: st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(str),  # noqa: DTZ001
    time: st.times().map(str),
    str: st.text(max_size=20),
}


def value(world: World, name: str, column: Any) -> st.SearchStrategy[Any]:
    """A value for a field: mostly one that its type may take, now and then an odd one."""
    keys = [*world.ids.get(name.removesuffix("_id"), ())]
    fitting: st.SearchStrategy[Any] = st.one_of(DATES, st.text(max_size=20), st.integers(-5, 50))
    if column is not None:
        for key in column.foreign_keys:
            keys = world.ids.get(key.column.table.name, keys)
        with contextlib.suppress(NotImplementedError):
            fitting = FITTING.get(column.type.python_type, fitting)
        if enums := getattr(column.type, "enums", None):
            fitting = st.sampled_from(enums)
    if keys:
        fitting = st.sampled_from(keys)
    return st.integers(0, 19).flatmap(lambda n: ODD_VALUES if n == 19 else fitting)


@st.composite
def sent_to(draw: Any, world: World, resource: str, fields: list[str]) -> dict[str, Any]:
    """A body of some of the fields, and sometimes of one that is not declared."""
    columns = inspect(permissions.RESOURCES[resource]).columns
    chosen = draw(st.sets(st.sampled_from(fields))) if fields else set()
    if draw(st.integers(0, 3)):  # Mostly all that is needed, to come past the first checks.
        chosen |= {n for n in fields if n not in columns or not columns[n].nullable}
    body = {name: draw(value(world, name, columns.get(name))) for name in sorted(chosen)}
    if "wishes" in chosen and draw(st.booleans()):
        wish = {
            "person_id": st.one_of(st.sampled_from(world.ids["person"]), ODD_VALUES),
            "slot_id": st.one_of(st.sampled_from(world.ids["slot"]), ODD_VALUES),
        }
        body["wishes"] = draw(st.lists(st.fixed_dictionaries(wish), max_size=3))
    if draw(st.integers(0, 9)) == 0:
        body[draw(st.text(max_size=10))] = draw(ODD_VALUES)
    return body


def fields_of(resource: str, *, create: bool) -> list[str]:
    noun, declared = NOUNS.get(resource), APIS[resource]
    more = (noun.create_fields if create else noun.update_fields) if noun else {}
    return [*(declared.add_columns if create else declared.edit_columns), *more]


def raw(body: Any, kind: str = JSON) -> dict[str, Any]:
    return {"data": json.dumps(body).encode(), "content_type": kind}


def conditions(field: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A `filter=` of comparisons and groups, in JSON."""
    operators = st.sampled_from([f"_{o}" for o in grammar.OPERATORS] + ["_roughly", "eq"])
    one = st.dictionaries(field, st.dictionaries(operators, ODD_VALUES, max_size=2))
    many = st.recursive(
        one, lambda inner: st.dictionaries(st.sampled_from(["_and", "_or"]), st.lists(inner))
    )
    return st.one_of(
        many.map(json.dumps),
        field.map(lambda f: f'{{{json.dumps(f)}: {{"_eq": {HALF}}}}}'),
        field.map(lambda f: f'{{{json.dumps(f)}: {{"_in": [{HALF}]}}}}'),
        st.just('{"_and":[' * 500),
    )


def rison(field: st.SearchStrategy[str], text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """FAB's own query language, well formed or not."""
    return st.one_of(
        st.builds(
            "(filters:!((col:{},opr:{},value:'{}')),page:{},page_size:{})".format,
            field,
            st.sampled_from(["eq", "ct", "gt", "rel_o_m", "in", "x"]),
            st.sampled_from(["1", "x", "2026-01-01", "²"]),
            st.sampled_from(["0", "-1", "!t", "99999999", "1.5", "x"]),
            st.sampled_from(["1", "0", "-1", "1000", "!n"]),
        ),
        st.builds("(order_column:{},order_direction:desc,columns:!({}))".format, field, field),
        st.builds("(filters:{},columns:{})".format, text, text),
        st.sampled_from(["!!", "(", "'", "!t", "1", "!(1,2)", "(a:" * 500]),
        text,
    )
