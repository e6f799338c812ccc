"""What a new document takes away from whoever wrote a program against the old one.

No package is used: oasdiff is a Go program, and those on npm and PyPI either know no OpenAPI 3 or
compare texts. What counts as a break is a page of rules, written here in full.
"""

from collections.abc import Iterator
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch")
# A bound that may only grow, or only shrink, for what is sent.
UPPER = ("maxLength", "maxItems", "maximum", "maxProperties")
LOWER = ("minLength", "minItems", "minimum", "minProperties")


def breaks(old: Any, new: Any) -> list[str]:
    """Every break between two documents, in words."""
    return sorted(set(_Comparison(old, new).all()))


def allowed(old: Any, new: Any) -> bool:
    """Whether the version says that something breaks: the major number, the minor while it is 0."""
    before, after = (_numbers(document) for document in (old, new))
    return after[:2] > before[:2] if before[0] == 0 else after[0] > before[0]


def _numbers(document: Any) -> list[int]:
    return [int(part) for part in document["info"]["version"].partition("-")[0].split(".")]


class _Comparison:
    def __init__(self, old: Any, new: Any) -> None:
        self.old, self.new = old, new
        self.compared: set[tuple[str, str, bool]] = set()

    def all(self) -> Iterator[str]:
        for path, methods in self.old["paths"].items():
            there = self.new["paths"].get(path)
            if there is None:
                yield f"{path}: gone"
                continue
            for method in METHODS:
                if method in methods and method not in there:
                    yield f"{method} {path}: gone"
                elif method in methods:
                    yield from self.operation(f"{method} {path}", methods[method], there[method])

    def operation(self, at: str, old: Any, new: Any) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{at}: operationId {old['operationId']} is now {new['operationId']}"
        if {} in old.get("security", ()) and {} not in new.get("security", ()):
            yield f"{at}: needs a token now"
        yield from self.parameters(at, old, new)
        yield from self.body(at, old.get("requestBody"), new.get("requestBody"))
        yield from self.answers(at, old["responses"], new["responses"])

    def parameters(self, at: str, old: Any, new: Any) -> Iterator[str]:
        before, after = (
            {
                (part["in"], part["name"]): part
                for part in (self.opened(document, one) for one in operation.get("parameters", ()))
            }
            for document, operation in ((self.old, old), (self.new, new))
        )
        for key, one in before.items():
            if key not in after:
                yield f"{at}: parameter {key[1]} is gone"
                continue
            if after[key].get("required") and not one.get("required"):
                yield f"{at}: parameter {key[1]} is required now"
            schemas = (self.schema_of(part) for part in (one, after[key]))
            yield from self.schemas(f"{at} parameter {key[1]}", *schemas, sent=True)
        for key, one in after.items():
            if key not in before and one.get("required"):
                yield f"{at}: parameter {key[1]} is new and required"

    def body(self, at: str, old: Any, new: Any) -> Iterator[str]:
        if old is None:
            if new is not None and new.get("required"):
                yield f"{at}: a body is required now"
            return
        if new is None:
            yield f"{at}: no body is taken any more"
            return
        if new.get("required") and not old.get("required"):
            yield f"{at}: a body is required now"
        yield from self.contents(f"{at} body", old["content"], new["content"], sent=True)

    def answers(self, at: str, old: Any, new: Any) -> Iterator[str]:
        for status, one in old.items():
            if status not in new:
                yield f"{at}: no answer {status} any more"
                continue
            before, after = self.opened(self.old, one), self.opened(self.new, new[status])
            for header in before.get("headers", {}).keys() - after.get("headers", {}).keys():
                yield f"{at} {status}: header {header} is gone"
            contents = (part.get("content", {}) for part in (before, after))
            yield from self.contents(f"{at} {status}", *contents, sent=False)

    def contents(self, at: str, old: Any, new: Any, *, sent: bool) -> Iterator[str]:
        for kind, one in old.items():
            if kind not in new:
                yield f"{at}: {kind} is gone"
            else:
                yield from self.schemas(at, one["schema"], new[kind]["schema"], sent=sent)

    def schemas(self, at: str, old: Any, new: Any, *, sent: bool) -> Iterator[str]:
        names = old.get("$ref", ""), new.get("$ref", "")
        if all(names):
            if (*names, sent) in self.compared:
                return
            self.compared.add((*names, sent))
            at = f"{names[0].rpartition('/')[2]} ({'sent' if sent else 'answered'})"
        old, new = self.opened(self.old, old), self.opened(self.new, new)
        if "anyOf" in old or "anyOf" in new:
            # More may be answered or taken than before; what there was comes first.
            ones = (part.get("anyOf", [part]) for part in (old, new))
            for before, after in zip(*ones, strict=False):
                yield from self.schemas(at, before, after, sent=sent)
            return
        yield from _values(at, old, new, sent)
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, one in before.items():
            if name in after:
                yield from self.schemas(f"{at}.{name}", one, after[name], sent=sent)
            else:
                yield f"{at}.{name}: gone"
        needed = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(needed[1] - needed[0]) if sent else ():
            yield f"{at}.{name}: required now"
        for name in sorted(needed[0] - needed[1]) if not sent else ():
            yield f"{at}.{name}: not always there any more"
        if "items" in old and "items" in new:
            yield from self.schemas(f"{at}[]", old["items"], new["items"], sent=sent)

    @staticmethod
    def schema_of(parameter: Any) -> Any:
        if "schema" in parameter:
            return parameter["schema"]
        return next(iter(parameter["content"].values()))["schema"]

    @staticmethod
    def opened(document: Any, part: Any) -> Any:
        while "$ref" in part:
            found = document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part


def _values(at: str, old: Any, new: Any, sent: bool) -> Iterator[str]:
    """Type, format, choices and bounds of one value."""
    for what in ("type", "format"):
        if old.get(what) != new.get(what):
            yield f"{at}: {what} {old.get(what)} is now {new.get(what)}"
    before, after = old.get("enum"), new.get("enum")
    if before is not None and after is not None:
        for gone in [one for one in before if one not in after]:
            yield f"{at}: {gone!r} is no choice any more"
    elif sent and before is None and after is not None:
        yield f"{at}: only some values are taken now"
    if sent and old.get("nullable") and not new.get("nullable"):
        yield f"{at}: null is not taken any more"
    if not sent and new.get("nullable") and not old.get("nullable"):
        yield f"{at}: may be null now"
    if not sent:
        return
    for bound in UPPER:
        if bound in new and new[bound] < old.get(bound, float("inf")):
            yield f"{at}: {bound} is only {new[bound]} now"
    for bound in LOWER:
        if bound in new and new[bound] > old.get(bound, float("-inf")):
            yield f"{at}: {bound} is {new[bound]} now"
    if new.get("pattern") not in (None, old.get("pattern")):
        yield f"{at}: has another pattern"


__all__ = ["allowed", "breaks"]
