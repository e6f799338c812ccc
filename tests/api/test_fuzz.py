"""Whatever is sent to whichever endpoint is answered, and never by a fault of ours."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import permissions
from app.api.exchange import JSON, MERGE_PATCH
from app.nouns import NOUNS
from app.query import grammar
from app.transaction import ScopedSession
from tests.api.drawing import (
    APIS,
    ODD_TEXTS,
    SEATS,
    World,
    conditions,
    fields_of,
    may,
    raw,
    rison,
    sent_to,
)
from tests.sessions import Client


def profile(examples: int) -> Any:
    """So many examples, the same in every run; the database outlives them all."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[*HealthCheck],
    )


@pytest.fixture
def world(db: ScopedSession, client: Callable[..., Client]) -> World:
    return World(db, client)


def answered(world: World, seat: str, method: str, path: str, **sent: Any) -> None:
    """Send it, and hold the answer to what every answer keeps to."""
    answer = world.clients[seat].open(method, path, **sent)
    said = f"{seat}: {method} {path} {sent} -> {answer.status_code} {answer.text[:500]}"
    assert answer.status_code < 500, said
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json", said
        assert answer.json["status"] == answer.status_code, said
        assert answer.json["detail"], said


# ---------------------------------------------------------------- the four ways in


def lists(examples: int, world: World) -> None:
    @profile(examples)
    @given(st.data())
    def run(data: st.DataObject) -> None:
        resource, seat = data.draw(may("list"))
        declared = APIS[resource]
        names = ["id", *declared.list_columns, *declared.show_columns, *declared.filter_columns]
        field = st.sampled_from([*names, "password", "alliance_id", "id__id", ""])
        operator = st.sampled_from(["", *grammar.OPERATORS, "roughly"])
        texts = st.one_of(ODD_TEXTS, st.text(max_size=15), st.dates().map(str))

        @st.composite
        def parameter(draw: Any) -> tuple[str, str]:
            name = draw(st.sampled_from(["where", "where", "where", *sorted(grammar.RESERVED)]))
            if name == "where":
                suffix = draw(operator)
                return draw(field) + (f"__{suffix}" if suffix else ""), draw(texts)
            if name == "filter":
                return name, draw(st.one_of(conditions(field), texts))
            if name in ("sort", "fields"):
                return name, ",".join(draw(st.lists(field, max_size=4)))
            if name == "q":
                return name, draw(rison(field, texts))
            return name, draw(texts)

        parameters = data.draw(st.lists(parameter(), max_size=4))
        answered(world, seat, "GET", f"/api/v1/{resource}/", query_string=parameters)

    run()


def writes(examples: int, world: World, *, create: bool) -> None:
    @profile(examples)
    @given(st.data())
    def run(data: st.DataObject) -> None:
        resource, seat = data.draw(may("create" if create else "update"))
        body = data.draw(sent_to(world, resource, fields_of(resource, create=create)))
        path, method = f"/api/v1/{resource}/", "POST"
        if not create:
            row = data.draw(world.row(resource))
            path, method = f"{path}{row}", data.draw(st.sampled_from(["PATCH", "PUT"]))
        answered(world, seat, method, path, **raw(body, MERGE_PATCH if method == "PATCH" else JSON))

    run()


def verbs(examples: int, world: World) -> None:
    known = [
        (resource, seat, name)
        for resource, noun in NOUNS.items()
        for name in noun.verbs
        for seat in SEATS
        if name in permissions.grant(seat, resource).verbs
    ]

    @profile(examples)
    @given(st.data())
    def run(data: st.DataObject) -> None:
        resource, seat, name = data.draw(st.sampled_from(known))
        verb = NOUNS[resource].verbs[name]
        path = f"/api/v1/{resource}"
        if not verb.collection:
            path += f"/{data.draw(world.row(resource))}"
        body = data.draw(sent_to(world, resource, [field.name for field in verb.fields]))
        answered(world, seat, "POST", f"{path}/{name}", **raw(body))

    run()


def test_no_list_parameter_is_a_fault_of_ours(world: World) -> None:
    lists(40, world)


def test_no_new_row_is_a_fault_of_ours(world: World) -> None:
    writes(40, world, create=True)


def test_no_change_is_a_fault_of_ours(world: World) -> None:
    writes(30, world, create=False)


def test_no_verb_is_a_fault_of_ours(world: World) -> None:
    verbs(30, world)


@pytest.mark.matrix
@pytest.mark.parametrize("way", ["lists", "rows", "changes", "verbs"])
def test_nothing_in_thousands_is_a_fault_of_ours(way: str, world: World) -> None:
    run: dict[str, Callable[[], None]] = {
        "lists": lambda: lists(1000, world),
        "rows": lambda: writes(1000, world, create=True),
        "changes": lambda: writes(1000, world, create=False),
        "verbs": lambda: verbs(1000, world),
    }
    run[way]()
