"""The page on privacy says of every column about a person what it is for and how long it stays."""

from collections import defaultdict
from typing import Any

from sqlalchemy import inspect

from app.models import Base
from config import PROJECT

PAGE = PROJECT / "docs" / "privacy.md"


def register() -> list[str]:
    """The lines of the register of processing (GDPR art. 30), from what the columns say."""
    found: dict[tuple[str, str, int], list[Any]] = defaultdict(list)
    for mapper in Base.registry.mappers:
        if mapper.class_.__name__ == "User":  # its table is the account's
            continue
        for column in inspect(mapper.class_).local_table.columns:
            if "purpose" in column.info:
                years = round(column.info["keep"].days / 365.25)
                found[mapper.class_.__name__, column.info["purpose"], years].append(column)
    lines = []
    for (table, purpose, years), columns in sorted(found.items()):
        names = ", ".join(sorted(column.name for column in columns))
        groups = ", ".join(sorted({column.info["group"] for column in columns}))
        lines.append(f"| {table} | {names} | {groups} | {purpose} | {years} years |")
    return lines


def test_the_page_has_every_line_of_the_register() -> None:
    page = PAGE.read_text().splitlines()
    missing = [line for line in register() if line not in page]
    assert not missing, "docs/privacy.md lacks:\n" + "\n".join(missing)


def test_the_page_has_no_line_that_no_column_says() -> None:
    known = register()
    lines = [line for line in PAGE.read_text().splitlines() if line.endswith(" years |")]
    assert [line for line in lines if line not in known] == []


def test_health_and_means_are_never_kept_in_the_clear() -> None:
    from app.sealed import Encrypted

    for mapper in Base.registry.mappers:
        for column in inspect(mapper.class_).local_table.columns:
            if column.info.get("group") in ("care", "means"):
                assert isinstance(column.type, Encrypted), column
                assert "purpose" in column.info, column
