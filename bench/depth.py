"""A list at a million rows beside one at a thousand: its first page, and one deep within."""

import json
from collections.abc import Iterator

from bench import client, databases, servers
from bench.figures import Figure, Plan, interleaved

NAMES = ("page1_1m_vs_1k", "deep_1m_vs_1k")
MILLISECONDS = "ms a page"
LIST = "/api/v1/enrollments/?limit=20"
# Pages of twenty: the fifty-thousandth of a million rows or so, one in the middle of a thousand.
DEEP, MIDDLE = 49_996, 26
LARGEST = 100


def measure(plan: Plan) -> Iterator[Figure]:
    """The wait for one page, as one reader has it; nothing is written, so nothing is copied."""
    many = databases.of(10_000 if plan.quick else databases.MILLION)
    few = databases.of(databases.THOUSAND)
    with servers.ours(many) as large, servers.ours(few) as small:
        asked = {}
        for name, server, page in (
            ("large", large, 996 if plan.quick else DEEP), ("small", small, MIDDLE),
        ):  # fmt: skip
            bearer = {"Authorization": f"Bearer {servers.token(server, 'staff')}"}
            cursor = _cursor(server, bearer, page)
            asked[f"{name} first"] = server, client.request(LIST, headers=bearer)
            asked[f"{name} deep"] = (
                server,
                client.request(f"{LIST}&cursor={cursor}", headers=bearer),
            )
        runs = {
            name: lambda _, server=server, wire=wire: (
                client.run(server.port, [wire], seconds=plan.seconds, connections=1).median_ms
            )
            for name, (server, wire) in asked.items()
        }
        found = interleaved(plan, runs)
    if plan.wants("page1_1m_vs_1k"):
        yield Figure("page1_1m_vs_1k", found["large first"], found["small first"], MILLISECONDS)
    if plan.wants("deep_1m_vs_1k"):
        yield Figure("deep_1m_vs_1k", found["large deep"], found["small deep"], MILLISECONDS)


def _cursor(server: servers.Server, bearer: dict[str, str], page: int) -> str:
    """The cursor of a page: what stands before it, reached by its number, names it.

    Once, by large pages: those are counted, and the list does not count far.
    """
    before = 20 * (page - 1) // LARGEST - 1
    wire = client.request(f"/api/v1/enrollments/?limit={LARGEST}&page={before}", headers=bearer)
    status, _, body = client.once(server.port, wire)
    if status != 200:
        raise client.WrongAnswer(body.decode(errors="replace"))
    return str(json.loads(body)["next"])
