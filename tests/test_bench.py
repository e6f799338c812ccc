"""The bench measures what it names, and its client reads what servers send. Times prove nothing."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from bench import (
    client,
    databases,
    demo,
    depth,
    enrolling,
    memory,
    queries,
    ranking,
    reading,
    screens,
)
from bench.figures import Figure, Plan, interleaved

NAMES = {
    "list_vs_handwritten", "list_vs_hello", "get_vs_handwritten", "create_vs_handwritten",
    "public_list_vs_hello", "not_modified_vs_hello", "page1_1m_vs_1k", "deep_1m_vs_1k",
    "enrol_hot_vs_pgbench", "enrol_spread_vs_pgbench", "enrol_rush_vs_hot",
    "enrol_rush_p95_vs_median", "queries_", "demo_rows_per_second",
    "csv_1m_peak_mb", "screen_list_vs_api_list", "screen_list_queries", "screen_add_bytes",
    "screen_assets_bytes", "ranking_seconds", "ranking_peak_mb",
}  # fmt: skip
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def test_every_promised_figure_has_its_place():
    groups = (reading, depth, enrolling, queries, demo, memory, screens, ranking)
    assert {name for group in groups for name in group.NAMES} == NAMES
    assert databases.MILLION * 2 == 1_000_000


def test_a_figure_is_asked_for_by_its_name_or_its_beginning():
    plan = Plan(seconds=1, rounds=1, quick=True, only=("queries_seasons_list", "enrol"))
    assert plan.wants("queries_seasons_list")
    assert plan.wants("queries_")
    assert plan.wants_any(enrolling.NAMES)
    assert not plan.wants("queries_seasons_get")
    assert not plan.wants_any(reading.NAMES)


def test_the_median_of_the_rounds_counts_and_the_first_does_not():
    plan = Plan(seconds=1, rounds=3, quick=True)
    found = interleaved(plan, {"ours": [900, 1, 3, 2].__getitem__, "theirs": lambda n: 10.0})
    assert found == {"ours": 2, "theirs": 10}
    assert Figure("name", 2, 10, "").ratio == pytest.approx(0.2)


def test_a_ranking_is_replayed_in_a_process_of_its_own():
    plan = Plan(seconds=1, rounds=1, quick=True)
    found = {figure.name: figure for figure in ranking.measure(plan)}
    assert set(found) == set(ranking.NAMES)
    assert all(figure.ours > 0 for figure in found.values())


@pytest.fixture
def answering() -> Iterator[Callable[[bytes, int], int]]:
    """Call it with an answer and how many bytes go at once: the port of a server that says it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(answer: bytes, at_once: int) -> int:
        def talk(connection: socket.socket) -> None:
            with connection:
                while connection.recv(4096):
                    for start in range(0, len(answer), at_once):
                        connection.sendall(answer[start : start + at_once])

        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        threading.Thread(target=listen, daemon=True).start()
        return int(listener.getsockname()[1])

    yield serve
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.mark.parametrize("at_once", [1000, 7])
def test_the_client_counts_whole_answers(answering, at_once: int):
    port = answering(ANSWER, at_once)
    wire = client.request("/hello")
    load = client._measure(port, [wire], seconds=30, status=200, connections=2, most=20)
    assert 20 <= load.requests <= 21
    assert client._measure(port, iter([wire] * 5), 30, 200, connections=2, most=99).requests == 5


def test_an_answer_of_another_status_ends_the_measuring(answering):
    port = answering(ANSWER.replace(b"200 OK", b"500 Oh"), 1000)
    with pytest.raises(client.WrongAnswer, match="500 Oh"):
        client._measure(port, [client.request("/")], 30, 200, connections=1, most=5)
