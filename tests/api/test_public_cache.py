"""Published data from memory: what is kept, until when, and what never is."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, inspect, text

from app import clock, models, permissions, security, transaction
from app.operations import queues
from app.public import touched
from app.public.answers import Answer
from app.public.changes import STALE
from app.public.store import Store
from tests import factories as f
from tests.api.published import (
    Site,
    end_listeners,
    how,
    listeners,
    listening,
    one_of_each,
    seen,
    until,
    writing,
)  # fmt: skip
from tests.sessions import token_for

# Every table's last change, five minutes earlier.
BACK = text("""
    SELECT setval(sequencename::text::regclass, last_value - 300000)
    FROM pg_sequences WHERE sequencename LIKE 'public\\_change\\_%'
""")
SHOW_PLACES = ("slots/", "workshops/")
LISTS = [f"{noun}/" for noun in permissions.PUBLISHED]


@pytest.fixture(scope="module")
def url(copy_of: Callable[[str], str], template: str) -> str:
    return copy_of(template)


@pytest.fixture(scope="module")
def rows(url: str) -> Iterator[Engine]:
    """A database with something published in it."""
    engine = create_engine(url)
    touched.watch(engine)
    with writing(engine) as db:
        one_of_each(db)
    yield engine
    engine.dispose()


@pytest.fixture
def build(url: str, rows: Engine, flask_app: Flask) -> Iterator[Callable[[], Site]]:
    """Call it for a worker of its own on that database."""
    made: list[Site] = []
    inner = flask_app.extensions["public"].application
    for registry in (transaction.web, security.accounts):
        registry.remove()
        registry.configure(bind=rows, join_transaction_mode="conditional_savepoint")

    def worker() -> Site:
        made.append(Site(listening(url, inner, rows), rows))
        return made[-1]

    yield worker
    for site in made:
        site.cache.changes.stop()
    for registry in (transaction.web, security.accounts):
        registry.remove()


@pytest.fixture
def site(build: Callable[[], Site]) -> Site:
    return build()


# ---------------------------------------------------------------- kept, and for how long


def test_an_answer_is_asked_of_the_application_once(site: Site) -> None:
    first, second = site.get("services/"), site.get("services/")
    assert (how(first), how(second)) == ("fwd=miss", "hit")
    assert first.data == second.data
    assert first.json["result"]
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("path", "model", "column"),
    [
        ("services/", models.Service, "title"),
        ("services/", models.Organization, "name"),
        ("services/", models.ServiceCategory, "title"),
        ("calls/", models.Call, "title"),
        ("workshops/", models.Workshop, "title"),
        ("workshops/", models.Season, "title"),
        ("slots/", models.Slot, "title"),
        ("municipalities/", models.Municipality, "name"),
        ("alliances/", models.Alliance, "name"),
    ],
)
def test_a_commit_is_seen_within_a_second(site: Site, path: str, model: Any, column: str) -> None:
    site.warm(path)
    name = f"Nuovo nome {time.monotonic()}"
    site.change(model, **{column: name})
    seen(lambda: name in site.get(path).text)
    until(lambda: how(site.get(path)) == "hit")


def test_a_row_that_comes_or_goes_is_seen_too(site: Site) -> None:
    site.warm("seasons/")
    with site.session() as db:
        season = f.SeasonFactory(title="Carnevale dei cortili")
        db.flush()
        number = season.id
    seen(lambda: "Carnevale dei cortili" in site.titles("seasons/"))
    site.warm("seasons/")
    with site.session() as db:
        db.delete(db.get(models.Season, number))
    seen(lambda: "Carnevale dei cortili" not in site.titles("seasons/"))


def test_a_change_of_something_else_empties_nothing(site: Site) -> None:
    site.warm("calls/")
    site.change(models.Service, title="Un altro servizio")
    site.change(models.Workshop, title="Un altro laboratorio")
    until(lambda: site.cache.changes.counts["workshop"] == 1)
    assert how(site.get("calls/")) == "hit"


def test_what_is_taken_back_was_never_told(site: Site) -> None:
    site.warm()
    with site.session() as db:
        f.ServiceFactory(title="Mai stato")
        db.flush()
        db.rollback()
    site.change(models.Call, title="Un avviso")  # what was told before would have come first
    until(lambda: site.cache.changes.counts["call"] == 1)
    assert how(site.get("services/")) == "hit"


def test_an_answer_that_a_change_overtook_is_not_kept(site: Site) -> None:
    """Read before a commit that was told while it was written: it would stay for ever."""
    changes = site.cache.changes

    def overtake() -> None:
        told = changes.counts["service"]
        site.change(models.Service, title="Superato")
        until(lambda: changes.counts["service"] > told)

    site.meanwhile = overtake
    site.get("services/?sort=title")
    assert "Superato" in site.titles("services/?sort=title")


def test_enrolling_empties_no_list_and_places_are_fresh_within_a_second(site: Site) -> None:
    with site.session() as db:
        slot = f.SlotFactory(places=7)
        db.flush()
        number = slot.id
    path = f"slots/?id={number}"
    titles = "workshops/?fields=title"
    for kept in (path, titles, "services/"):
        site.warm(kept)
    with site.session() as db:
        queues.join_queue(db, number)
    seen(lambda: site.get(path).json["result"][0]["places_taken"] == 1)
    assert how(site.get(titles)) == "hit"
    assert how(site.get("services/")) == "hit"


def test_places_are_asked_for_once_a_second_however_many_look(site: Site) -> None:
    site.warm("slots/")
    started, asked = time.monotonic(), len(site.asked)
    while time.monotonic() - started < 2.5:
        site.get("slots/")
    assert 1 <= len(site.asked) - asked <= 4


@pytest.mark.parametrize(
    ("path", "shows"),
    [
        ("workshops/", True),
        ("workshops/?fields=title", False),
        ("workshops/?fields=title,free_places", True),
        ("workshops/?fields=title&include=slots", True),
        ("workshops/?fields=title&include=organization", False),
        ("services/?include=organization", False),
        ("slots/?fields=title", False),
        ("slots/?fields=places", True),
        ("slots/?fields=title&places_taken__gt=0", True),
        ("slots/?fields=title&sort=waiting_count", True),
        ("slots/?aggregate=sum(places)", True),
        ("services/?group=status&aggregate=count", False),
        ("services/?search=doposcuola", False),
    ],
)
def test_what_shows_places_in_any_way_is_kept_for_a_second_alone(
    site: Site, path: str, shows: bool
) -> None:
    assert site.get(path).status_code == 200
    (kept,) = site.cache.answers._kept.values()
    assert (kept.until < float("inf")) == shows


@pytest.mark.parametrize("query", ["", "?include=slots"])
def test_workshops_with_their_free_places_are_fresh_within_a_second(site: Site, query: str) -> None:
    with site.session() as db:
        slot = f.SlotFactory(places=2)
        f.SlotFactory(workshop=slot.workshop, places=5, places_taken=1)
        f.SlotFactory(workshop=slot.workshop, places=3, places_taken=3, waiting_count=1)
        db.flush()
        number, path = slot.id, f"workshops/{slot.workshop_id}{query}"
    site.warm(path)
    assert site.get(path).json["result"]["free_places"] == 6
    with site.session() as db:
        queues.join_queue(db, number)
    seen(lambda: site.get(path).json["result"]["free_places"] == 5)


def test_a_slot_that_is_over_has_no_free_places(site: Site) -> None:
    with site.session() as db:
        slot = f.SlotFactory(places=2)
        db.flush()
        path, last = f"workshops/{slot.workshop_id}", slot.ends_on
    assert site.get(path).json["result"]["free_places"] == 2
    site.cache.changes.stop()
    with clock.at(clock.now() + (last - clock.today()) + timedelta(days=1)):
        assert site.get(path).json["result"]["free_places"] == 0


@pytest.mark.parametrize("path", LISTS)
def test_no_published_list_rests_on_what_nobody_tells(site: Site, path: str) -> None:
    """On no table without a trigger, and on no clock: else it were kept for a second alone."""
    site.get(path)
    (kept,) = site.cache.answers._kept.values()
    assert (kept.until < float("inf")) == (path in SHOW_PLACES)
    named = dict(kept.rests)
    assert permissions.RESOURCES[path.strip("/")].__tablename__ in named


def test_every_published_table_tells_of_its_changes(rows: Engine) -> None:
    query = """
        SELECT relname, array(SELECT attname::text FROM pg_attribute
                              WHERE attrelid = tgrelid AND attnum = ANY (tgattr::int2[])),
               pg_get_triggerdef(pg_trigger.oid)
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'public_change'
    """
    with rows.connect() as connection:
        found = {
            name: (set(columns), said) for name, columns, said in connection.execute(text(query))
        }
    published = {permissions.RESOURCES[noun].__tablename__ for noun in permissions.PUBLISHED}
    assert found.keys() == published | {"organization_alias"}
    for name, (columns, said) in found.items():
        assert "AFTER INSERT OR DELETE OR UPDATE" in said
        assert "OR TRUNCATE" in said
        assert not columns or name == "slot"
    every = {column.name for column in inspect(models.Slot).local_table.columns}
    counters = {"places", "places_taken", "waiting_count", "last_queue_no", "version", "changed_at"}
    assert found["slot"][0] == every - counters


def test_the_order_of_the_parameters_is_nothing(site: Site) -> None:
    with site.session():
        alliance = f.AllianceFactory()
        f.ServiceFactory.create_batch(3, alliance=alliance)
    site.warm("services/?sort=title&limit=1&status=published")
    first = site.get("services/?sort=title&limit=1&status=published")
    again = site.get("services/?status=published&limit=1&sort=title")
    assert how(again) == "hit"
    assert again.json == first.json
    following = first.json["next"]
    site.cache.changes.stop()  # without memory a cursor still fits both ways to ask
    for query in ("sort=title&limit=1&status=published", "limit=1&status=published&sort=title"):
        page = site.get(f"services/?{query}&cursor={following}")
        assert page.status_code == 200, page.text
        assert page.json["result"][0] != first.json["result"][0]


# ---------------------------------------------------------------- without the ear


def test_a_lost_connection_is_gone_round_and_found_again(site: Site, url: str) -> None:
    site.warm()
    end_listeners(url)
    until(lambda: not site.cache.changes.sure, STALE)
    assert how(site.get("services/")) == "fwd=bypass"
    assert site.get("services/").headers["ETag"]
    site.change(models.Service, title="Nel silenzio")
    assert "Nel silenzio" in site.titles()
    site.warm()
    assert "Nel silenzio" in site.titles()
    site.change(models.Service, title="Dopo")
    seen(lambda: "Dopo" in site.titles())


def test_nothing_kept_before_the_silence_is_given_out_after_it(site: Site, url: str) -> None:
    """Even if nobody asked in between: who listens anew cannot know what was said."""
    site.warm()
    end_listeners(url)
    until(lambda: not site.cache.changes.sure, STALE)
    site.change(models.Service, title="Non sentito")
    until(lambda: site.cache.changes.sure)
    assert "Non sentito" in site.titles()


def test_a_connection_that_only_looks_alive_is_noticed_in_a_second(site: Site, url: str) -> None:
    site.warm()
    (backend,) = listeners(url)
    os.kill(backend, signal.SIGSTOP)
    try:
        site.change(models.Service, title="Muto")
        seen(lambda: "Muto" in site.titles())
        assert how(site.get("services/")) == "fwd=bypass"
    finally:
        os.kill(backend, signal.SIGCONT)
    site.warm()
    assert "Muto" in site.titles()


def test_without_an_ear_nothing_is_kept(site: Site) -> None:
    site.cache.changes.stop()
    site.cache.listens = False
    assert {how(site.get("services/")) for _ in range(3)} == {"fwd=bypass"}
    assert len(site.cache.answers) == 0


# ---------------------------------------------------------------- never kept


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("services/", {"authorization": "Bearer nothing"}),
        ("services/", {"x_api_key": "nothing"}),
        ("services/", {"cookie": "a=1; session=x"}),
        ("services/", {"cookie": "remember_token=x"}),
        ("services/", {"if_match": '"1"'}),
        ("services/", {"range": "bytes=0-1"}),
        ("persons/", {}),
        ("enrollments/", {}),
        ("services", {}),
        ("services/999999999", {}),
        ("services/?nothing=1", {}),
        ("services/?search=" + "x" * 3000, {}),
    ],
)  # fmt: skip
def test_what_is_somebody_s_own_or_no_answer_is_never_kept(
    site: Site, path: str, headers: dict[str, str]
) -> None:
    site.warm()
    kept = len(site.cache.answers)
    for _ in range(2):
        answer = site.get(path, **headers)
        assert how(answer) in ("none", "fwd=miss")
        if answer.status_code >= 400:
            assert answer.headers["Cache-Control"] == "no-store"
    assert len(site.cache.answers) == kept
    assert len(site.asked) >= 3


def test_a_seat_s_own_answer_is_neither_kept_nor_replaced(site: Site, flask_app: Flask) -> None:
    site.warm()
    with site.session() as db, flask_app.app_context():
        seat = f.SeatFactory(kind="staff")
        db.flush()
        token = token_for(seat)
    own = site.get("services/", authorization=f"Bearer {token}")
    assert own.status_code == 200
    assert own.json["result"] == []  # of an alliance without services
    assert own.headers["Cache-Control"] == "no-store"
    assert "Authorization" in site.get("services/").headers["Vary"]
    assert site.titles() != []


@pytest.mark.parametrize("spoil", ["cookie", "somebody", "text"])
def test_an_answer_that_says_something_of_one_reader_is_not_kept(site: Site, spoil: str) -> None:
    inner = site.cache.application

    def spoiled(environ: dict[str, Any], start: Any) -> Any:
        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if spoil == "cookie":
                headers.append(("Set-Cookie", "session=x"))
            elif spoil == "somebody":
                environ["intreccio.for_anybody"] = False
            else:
                headers = [("Content-Type", "text/csv")]
            return start(status, headers, *rest)

        return inner(environ, begin)

    site.cache.application = spoiled
    assert {how(site.get("services/")) for _ in range(3)} == {"none"}
    assert len(site.cache.answers) == 0


def test_only_reading_is_answered_from_memory(site: Site) -> None:
    site.warm()
    assert site.get("services/", method="POST").status_code == 401
    assert site.get("services/", method="PUT").status_code == 405


# ---------------------------------------------------------------- asked again


def test_who_has_it_already_is_told_so(site: Site) -> None:
    site.warm()
    whole = site.get("services/")
    tag = whole.headers["ETag"]
    assert tag.startswith('"')  # strong
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = site.get("services/", if_none_match=given)
        assert (answer.status_code, answer.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "Last-Modified"):
            assert answer.headers[name] == whole.headers[name]
        assert "Content-Type" not in answer.headers
    assert site.get("services/", if_none_match='"other"').status_code == 200
    assert whole.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    site.change(models.Service, title=f"Altro {time.monotonic()}")
    seen(lambda: site.get("services/", if_none_match=tag).status_code == 200)


def test_a_head_says_what_a_get_would(site: Site) -> None:
    cold = site.get("calls/", method="HEAD")
    whole = site.get("calls/")
    warm = site.get("calls/", method="HEAD")
    assert how(whole) == how(warm) == "hit"
    for answer in (cold, warm):
        assert answer.data == b""
        for name in ("ETag", "Content-Length", "Content-Type"):
            assert answer.headers[name] == whole.headers[name]
    missing = site.get("calls/999999999", method="HEAD")
    assert (missing.status_code, missing.data) == (404, b"")


def test_the_date_of_the_last_change_is_one_for_all_workers(build: Callable[[], Site]) -> None:
    one, other = build(), build()
    one.warm("projects/")
    before = one.get("projects/").headers["Last-Modified"]
    began = clock.now()
    with one.session():
        f.ProjectFactory(title="Progetto datato")
    until(lambda: "Progetto datato" in one.titles("projects/"))
    until(lambda: "Progetto datato" in other.titles("projects/"))
    # Still within the second of the change: another change of that second would look the same.
    early = one.get("projects/").headers["Last-Modified"]
    if parsedate_to_datetime(early) < began + timedelta(seconds=STALE):
        assert one.get("projects/", if_modified_since=early).status_code == 200
    until(lambda: one.get("projects/").headers["Last-Modified"] != early)
    said = {site.get("projects/").headers["Last-Modified"] for site in (one, other, build())}
    assert len(said) == 1
    (date,) = said
    assert parsedate_to_datetime(before) < parsedate_to_datetime(date)
    assert began <= parsedate_to_datetime(date) <= clock.now()
    for site in (one, other):
        assert site.get("projects/", if_modified_since=date).status_code == 304
        assert site.get("projects/", if_modified_since=before).status_code == 200
        later = format_datetime(parsedate_to_datetime(date) + timedelta(days=1), usegmt=True)
        assert site.get("projects/", if_modified_since=later).status_code == 304
        assert site.get("projects/", if_modified_since="yesterday").status_code == 200
        # An ETag says more than a date.
        both = {"if_none_match": '"other"', "if_modified_since": date}
        assert site.get("projects/", **both).status_code == 200


def test_a_change_told_long_after_it_was_made_is_dated_by_its_commit(site: Site) -> None:
    """Else whoever asked in between would be told that nothing has changed."""
    site.warm("projects/")
    with site.session() as db:
        f.ProjectFactory(title="Lange her")
        db.flush()
        time.sleep(2.5)
        between = clock.now()
    until(lambda: "Lange her" in site.titles("projects/"))
    until(lambda: site.cache.changes.date_of(["project"]) is not None)
    assert site.cache.changes.date_of(["project"]) > between.timestamp()


def test_free_places_have_a_date_that_validates_once_they_are_at_rest(
    build: Callable[[], Site], rows: Engine
) -> None:
    """An enrolment that waits for its turn is dated by its beginning: the margin is wide."""
    site = build()
    site.warm("slots/")
    with site.session() as db:
        queues.join_queue(db, f.SlotFactory().id)
    until(lambda: how(site.get("slots/")) == "fwd=miss")
    fresh = site.get("slots/").headers["Last-Modified"]
    assert site.get("slots/", if_modified_since=fresh).status_code == 200
    with rows.begin() as connection:
        connection.execute(text("UPDATE slot SET changed_at = now() - interval '5 minutes'"))
        connection.execute(BACK)
    for later in (build(), build()):
        rested = later.get("slots/").headers["Last-Modified"]
        assert parsedate_to_datetime(rested) < parsedate_to_datetime(fresh)
        assert later.get("slots/", if_modified_since=rested).status_code == 304


# ---------------------------------------------------------------- languages and formats


def test_languages_are_kept_apart(site: Site) -> None:
    for _ in range(2):
        italian = site.get("services/_info", accept_language="it")
        english = site.get("services/_info", accept_language="en-GB,en;q=0.9")
        assert "Titolo" in italian.text
        assert "Titolo" not in english.text
    assert site.get("services/_info").data == italian.data
    assert "Accept-Language" in italian.headers["Vary"]


def test_formats_are_kept_apart(site: Site) -> None:
    plain = site.get("services/")
    site.get("services/", accept="text/csv")
    assert site.get("services/", accept="application/json").data == plain.data
    assert site.get("services/", accept="*/*").headers["Content-Type"] == "application/json"


# ---------------------------------------------------------------- many at once, and much


def test_a_rush_on_a_cold_list_asks_the_database_once(site: Site, rows: Engine) -> None:
    with ThreadPoolExecutor(12) as pool, rows.connect() as connection:
        holding = connection.begin()
        connection.execute(text("LOCK TABLE service IN ACCESS EXCLUSIVE MODE"))
        together = Barrier(12)
        coming = [
            pool.submit(lambda: together.wait() >= 0 and site.get("services/")) for _ in range(12)
        ]
        until(lambda: len(site.asked) > 0)
        time.sleep(0.3)
        holding.rollback()
        answers = [done.result() for done in coming]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert len(site.asked) == 1


def test_whoever_comes_later_than_a_second_does_not_wait_for_an_old_answer(
    site: Site, rows: Engine
) -> None:
    with ThreadPoolExecutor(2) as pool, rows.connect() as connection:
        holding = connection.begin()
        connection.execute(text("LOCK TABLE service IN ACCESS EXCLUSIVE MODE"))
        early = pool.submit(site.get, "services/")
        time.sleep(STALE + 0.1)
        late = pool.submit(site.get, "services/")
        until(lambda: len(site.asked) == 2)
        holding.rollback()
        assert early.result().data == late.result().data


def test_who_waits_for_a_failed_question_asks_again(site: Site) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: site.get("services/?nothing=1"), range(4)))
    assert {answer.status_code for answer in answers} == {400}


def test_there_is_room_for_so_much_and_no_more(site: Site) -> None:
    site.cache.answers = Store(10, 10_000_000)
    for number in range(30):
        site.get(f"services/?search=parola{number}")
    assert len(site.cache.answers) == 10
    assert how(site.get("services/?search=parola29")) == "hit"
    assert how(site.get("services/?search=parola1")) == "fwd=miss"
    few = Store(1_000, 50_000)
    for number in range(30):
        few.put(number, Answer(b"x" * 7_000, []))
        assert few.weight <= 50_000
    assert 1 < len(few) < 10


def test_a_large_answer_goes_through_whole_and_is_not_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = site.get("municipalities/")
    monkeypatch.setattr("app.public.cache.LARGEST", 50)
    again = site.get("municipalities/?limit=20")
    assert again.data == whole.data
    assert how(again) == "none"
    assert len(site.cache.answers) == 1
