"""The OpenAPI document (3.0.3), from what the nouns declare: columns, verbs, grants, schemas."""

from typing import Any

import config
from app import api
from app.api.base import ResourceApi
from app.api.document import answers, bodies, bulks, info, parameters, special
from app.api.document.paths import SIGNED_IN, Noun


def document(settings: config.Settings) -> dict[str, Any]:
    """The whole of it, in the reader's language."""
    nouns = [made() for made in api.classes() if issubclass(made, ResourceApi)]
    schemas = {**answers.schemas(), **special.schemas(), "Filter": parameters.filter_schema()}
    for noun in nouns:
        schemas |= bodies.of_noun(noun)
        if noun.bulk_parts:
            schemas[bulks.name_of(noun)] = bulks.many(noun)
    paths: dict[str, Any] = {}
    for noun in nouns:
        paths |= Noun(noun, schemas).paths()
    paths |= special.paths()
    special.adapt(paths)
    shared = {
        "headers": answers.headers(),
        "parameters": parameters.shared(),
        "responses": answers.responses(),
        "schemas": schemas,
    }
    return {
        "openapi": "3.0.3",
        "info": info.info(settings),
        "servers": info.servers(settings),
        "tags": info.tags([noun.resource for noun in nouns]),
        "security": SIGNED_IN,
        "paths": paths,
        "components": {"securitySchemes": info.security(), **used(paths, shared)},
    }


def used(paths: dict[str, Any], shared: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The shared parts that an operation leads to."""
    found: dict[str, dict[str, Any]] = {kind: {} for kind in shared}

    def follow(part: Any) -> None:
        if isinstance(part, list):
            for inner in part:
                follow(inner)
        elif isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                kind, name = part["$ref"].removeprefix("#/components/").split("/")
                if name not in found[kind]:
                    found[kind][name] = shared[kind][name]
                    follow(found[kind][name])
            for inner in part.values():
                follow(inner)

    follow(paths)
    return {kind: dict(sorted(parts.items())) for kind, parts in found.items()}
