"""Text search: what people type finds what they mean, and nothing that they may not see."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Text, bindparam, select, text

from app import models, permissions
from app.api.base import ResourceApi
from app.portal import catalogue
from app.portal import workshops as portal
from app.query import search
from app.query.paths import LABEL, path
from app.transaction import ScopedSession
from app.views import choices, lists
from app.views.screens import VIEWS
from tests import factories

PERSON = ("last_name", "first_name", "fiscal_code")
# Lists of a handful, labels that nobody chooses by, and the trails.
NOT_INDEXED = {
    (models.ProgramKey, "name"), (models.ProgramKey, "prefix"), (models.Message, "kind"),
    (models.StateChange, "noun"), (models.StateChange, "reason"),
    (models.AuditEvent, "table_name"), (models.AuditEvent, "actor"),
}  # fmt: skip
FILL = """
    INSERT INTO organization (alliance_id, name, kind)
    SELECT :alliance, 'Ente numero ' || n, 'company' FROM generate_series(1, 2000) AS n;
    INSERT INTO location (alliance_id, organization_id, name)
    SELECT :alliance, id, 'Sede di ' || name FROM organization WHERE alliance_id = :alliance;
    ANALYZE organization, location"""
ENROLLMENT = ("person.last_name", "person.first_name", "application.receipt")


def found(db: ScopedSession, model: Any, columns: tuple[str, ...], typed: str) -> set[int]:
    """The rows that a text finds for whoever the session is."""
    searched = [path(model, name) for name in columns]
    statement = select(model.id)
    for number, word in enumerate(search.words(typed)):
        parameter = bindparam(f"w{number}", word, type_=Text())
        statement = statement.where(search.matches(model, searched, parameter))
    return set(db.scalars(statement))


@pytest.fixture
def workshops(db: ScopedSession) -> list[int]:
    made = [
        factories.WorkshopFactory(title=title, description=description)
        for title, description in (
            ("Laboratorio di cucina", "Iscrizione aperta ai bambini dai sei anni."),
            ("Città in gioco", "Attività all’aperto e merenda."),
            ("L'orto dell'infanzia", None),
            ("Centro estivo San Colombano", "Perché l'estate è lunga: più giochi."),
        )
    ]
    db.flush()
    return [one.id for one in made]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("labor", {0}), ("LABORATORI", {0}), ("laboratorio cucina", {0}),
        ("laboratorio di cucina", {0}), ("cucina laboratorio", {0}), ("laboratorio citta", set()),
        ("citta", {1}), ("Città", {1}), ("CITTA'", {1}), ("citta\u0300", {1}),
        ("iscrizioni", {0}), ("attivita aperta", {1}), ("bambino", {0}), ("giochi", {1, 3}),
        ("orto infanzia", {2}), ("l'orto dell'infanzia", {2}), ("dell’infanzia", {2}),
        ("san colombano", {3}), ("estivi", {3}), ("perche", {3}), ("piu", {3}),
        ("boratorio", set()), ("", {0, 1, 2, 3}), ("   ", {0, 1, 2, 3}), ("laboratorio -", {0}),
        ("cucina & laboratorio", {0}), ("!cucina", {0}), ("cucina:*", {0}),
        ("di", {0}), ("per la cucina", {0}),
    ],
)  # fmt: skip
def test_words_are_found_by_stem_by_beginning_and_without_accents(
    db: ScopedSession, workshops: list[int], typed: str, expected: set[int]
) -> None:
    ids = found(db, models.Workshop, ("title", "description"), typed)
    assert ids & set(workshops) == {workshops[n] for n in expected}


def test_names_are_found_as_they_are_written_not_by_their_stems(db: ScopedSession) -> None:
    rossi = factories.PersonFactory(last_name="Rossi", first_name="Niccolò")
    factories.PersonFactory(last_name="Rosso", first_name="Nicola")
    amico = factories.PersonFactory(last_name="D'Amico", first_name="Şeyma Zoë")
    db.flush()
    assert found(db, models.Person, PERSON, "rossi") == {rossi.id}
    assert found(db, models.Person, PERSON, "niccolo ROSS") == {rossi.id}
    for typed in ("d'amico", "amico", "D’AMICO", "seyma", "zoe amico"):
        assert found(db, models.Person, PERSON, typed) == {amico.id}, typed
    assert found(db, models.Person, PERSON, "rossi amico") == set()


def test_a_receipt_is_found_by_its_beginning(db: ScopedSession) -> None:
    application = factories.ApplicationFactory(receipt="7K2M9XQ4TZ")
    factories.ApplicationFactory(receipt="9XQ4TZ7K2M")
    db.flush()
    for typed in ("7k2m", "7K2M9XQ4TZ", "7"):
        assert found(db, models.Application, ("receipt",), typed) == {application.id}
    assert found(db, models.Application, ("receipt",), "9xq4tz") != {application.id}


def test_each_word_may_stand_in_another_column_or_table(db: ScopedSession) -> None:
    one = factories.EnrollmentFactory(
        person__last_name="Ferrari", person__first_name="Sofia", slot__workshop__title="Teatro"
    )
    factories.EnrollmentFactory(person__last_name="Ferrari", slot__workshop__title="Cucina")
    db.flush()
    columns = (*ENROLLMENT, "slot.workshop.title", "slot.workshop.organization.label")
    assert found(db, models.Enrollment, columns, "teatro ferrari") == {one.id}
    assert found(db, models.Enrollment, columns, f"sofia {one.application.receipt[:4]}") == {one.id}
    assert found(db, models.Enrollment, columns, "teatro cucina") == set()


def test_a_related_row_that_a_seat_does_not_see_is_not_found(
    db: ScopedSession, as_seat: Callable[..., ScopedSession]
) -> None:
    seat = factories.SeatFactory(kind="citizen")
    child = factories.PersonFactory(alliance=seat.alliance, last_name="Colombo")
    factories.RelationFactory(user=seat.user, person=child)
    slot = factories.SlotFactory(workshop__organization__alliance=seat.alliance)
    mine = factories.EnrollmentFactory(person=child, slot=slot)
    other = factories.EnrollmentFactory(
        slot=slot, person=factories.PersonFactory(alliance=seat.alliance, last_name="Colombo")
    )
    db.flush()
    ours = as_seat("citizen", user_id=seat.user_id, alliance_id=seat.alliance_id)
    assert found(ours, models.Enrollment, ENROLLMENT, "colombo") == {mine.id}
    assert found(db, models.Enrollment, ENROLLMENT, "colombo") == {mine.id, other.id}


def test_a_row_that_is_seen_is_not_found_by_a_related_one_that_is_not(
    db: ScopedSession, as_seat: Callable[..., ScopedSession]
) -> None:
    """A company sees the service; the partner that runs it, it must not find out by asking."""
    seat = factories.SeatFactory(kind="company")
    runs = factories.OrganizationFactory(alliance=seat.alliance, name="Cooperativa riservata")
    service = factories.ServiceFactory(organization=runs, controller=runs, status="published")
    db.flush()
    ours = as_seat("company", organization_id=seat.organization_id, alliance_id=seat.alliance_id)
    columns = ("title", "organization.name")
    assert found(ours, models.Service, columns, service.title) == {service.id}
    assert found(ours, models.Service, columns, "riservata") == set()
    assert found(db, models.Service, columns, "riservata") == {service.id}


@settings(
    max_examples=150, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(typed=st.text(st.characters(), max_size=60) | st.text("'\"&|!:*<->()\\ aà0", max_size=30))
def test_nothing_that_is_typed_is_an_error(db: ScopedSession, typed: str) -> None:
    assert found(db, models.Person, PERSON, typed) >= set()


@pytest.mark.parametrize(
    "typed",
    ["\x00", "a\x00b", "\ud800", "'", "''", '"', "&", "a & | b", ":*", "a:*B", "<->", "!!", "\\",
     "the", "x" * 5000, "ﷺ" * 400, "1e5", "-12", "http://a/b?c=d", "a@b.c", "١٢", "漢字", "e\u0301",
     "a " * 500, "%", "_", "ß", "½", "🎈", "ﬁ", "\u2028", "\u0300"],
)  # fmt: skip
def test_odd_words_find_nothing_or_what_they_say(
    db: ScopedSession, connection: Connection, typed: str
) -> None:
    person = factories.PersonFactory(
        last_name=typed.replace("\x00", "").strip("\ud800")[:100] or "x"
    )
    db.flush()
    assert found(db, models.Person, PERSON, typed) <= {person.id}
    # And so does the function itself, whoever calls it.
    if "\x00" not in typed and "\ud800" not in typed:
        connection.execute(text("SELECT search_query(:typed)"), {"typed": typed})


def test_a_whole_book_can_be_kept_and_searched(db: ScopedSession) -> None:
    book = " ".join(f"parola{n}" for n in range(200_000))
    call = factories.CallFactory(description=book, title="ﷺ" * 200)
    db.flush()
    assert found(db, models.Call, ("description",), "parola77") == {call.id}


def test_every_column_that_is_searched_has_an_index(flask_app: Flask) -> None:
    """A list of a million rows is searched by index, in whatever table the column stands."""
    wanted = set()
    for view in VIEWS.values():
        wanted |= _searched(view.resource, view.search_columns)
    for api in _subclasses(ResourceApi):
        wanted |= _searched(api.resource, api.search_columns)
    wanted |= _searched("services", catalogue.SEARCHED) | _searched("workshops", portal.SEARCHED)
    for resource in permissions.RESOURCES:
        shown = (*choices.NAMES.get(resource, (LABEL,)), *choices.DETAILS.get(resource, ()))
        wanted |= _searched(resource, shown)
    indexed = {(model, name) for model, names in models.SEARCHED.items() for name in names}
    assert wanted - NOT_INDEXED == indexed


def _subclasses(cls: type[Any]) -> list[type[Any]]:
    below = [one for direct in cls.__subclasses__() for one in (direct, *_subclasses(direct))]
    return [one for one in below if one.resource]


def _searched(resource: str, names: Any) -> set[tuple[Any, str]]:
    model = permissions.RESOURCES[resource]
    columns = [path(model, name) for name in lists.declared(model, names)]
    return {(one.target, name) for one in columns for _, name in search._texts(one)}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("name", "address"), {"ix_location_search"}),
        (("name", "organization.name"), {"ix_location_search", "ix_organization_search"}),
        (("organization.name",), {"ix_organization_search", "ix_location_organization_id"}),
    ],
)
def test_a_big_list_is_searched_by_its_indexes(
    db: ScopedSession, columns: tuple[str, ...], expected: set[str]
) -> None:
    alliance = factories.AllianceFactory()
    db.flush()
    for statement in FILL.split(";"):
        db.execute(text(statement), {"alliance": alliance.id})
    searched = [path(models.Location, name) for name in columns]
    asked = search.matches(models.Location, searched, bindparam("word", "1234", type_=Text()))
    compiled = select(models.Location.id).where(asked).compile(db.connection())
    lines = db.connection().exec_driver_sql(f"EXPLAIN {compiled}", compiled.params).scalars()
    plan = "\n".join(lines)
    assert all(index in plan for index in expected), plan
    assert "Seq Scan" not in plan, plan
