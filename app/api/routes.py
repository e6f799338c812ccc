"""Which addresses a noun has: what no seat of any kind is granted has none."""

from app import nouns, permissions

# A noun's method, and what it asks for.
VERBS = {"post": "create", "patch": "update", "put": "update", "delete": "delete"}


def of_nobody(resource: str) -> set[str]:
    """The methods that nobody may call: without them HTTP answers 405, and names the others."""
    granted = {v for kind in permissions.GRANTS for v in permissions.grant(kind, resource).verbs}
    declared = nouns.noun(resource).verbs
    called = {"act_on_all" if declared[v].collection else "act" for v in granted & {*declared}}
    return {m for m, verb in VERBS.items() if verb not in granted} | {"act", "act_on_all"} - called
