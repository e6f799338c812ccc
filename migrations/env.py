"""Runs the numbered migrations; app.schema calls it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import TypeDecorator, create_engine, pool, text

from app.models import Model

# Two upgrades at once would both create the first table.
ONE_AT_A_TIME = 7_130_001


def number(
    migration: MigrationContext,
    revision: str | Iterable[str | None] | Iterable[str],
    directives: list[MigrationScript],
) -> None:
    """Give the new version the next number; nothing changed, no file."""
    if not directives:
        return
    script = directives[0]
    if script.upgrade_ops is not None and script.upgrade_ops.is_empty():
        directives[:] = []
        return
    head = context.script.get_current_head()
    script.rev_id = f"{int(head or 0) + 1:04d}"


def render(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our own types as what the database stores: a version never imports the app."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            process_revision_directives=number,
            render_item=render,
        )
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
            context.run_migrations()


run()
