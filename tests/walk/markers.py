"""A value of its own in every column of free text: any answer tells where it comes from."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Enum, String, Text
from sqlalchemy import inspect as inspect_
from sqlalchemy.dialects.postgresql import JSONB

from app.models import Encrypted

# These are read by the code or checked by the database: their values are kept.
KEPT = {"ab_user.password", "alliance.slug", "file.media_type", "file.sha256", "slot.zone",
        "season.school_year", "ab_permission.name", "ab_view_menu.name", "state_change.noun",
        "job_run.job", "ab_api_key.uuid", "sensitive_read.table_name", "audit_event.table_name",
        "work_line.errors", "account_token.digest",
        "digital_identity.fiscal_code", "delegation.code_digest",
        "person.no_fiscal_code", "welfare_plan.letters", "credit_grant.letters",
        "transfer.note",
        "state_change.from_status", "state_change.to_status", "message.kind",
        "service.reduced_for", "workshop.reduced_for", "criterion.code", "criterion.question",
        "fee_extra.code", "isee.amount",
        "ranking.seed", "ranking.act_number"}  # fmt: skip
# The database lets no row of these be changed.
UNCHANGING = {"ranking_run", "ranking_score", "ranking_outcome"}
FORM = re.compile(r"Zq[0-9a-f]{5}")
SHORTEST = 7


@dataclass(frozen=True)
class Origin:
    """Where a marker was put."""

    table: str
    label: str
    column: str
    group: str


class Markers:
    """Puts a marker into each column of a row and says, of a text, which are in it."""

    def __init__(self) -> None:
        self.origins: dict[str, Origin] = {}

    def put(self, row: Any, label: str) -> None:
        """Give the row's columns of free text values that are found again."""
        mapper = inspect_(type(row))
        if mapper.local_table.name in UNCHANGING:
            return
        for prop in mapper.column_attrs:
            column = prop.columns[0]
            name = f"{mapper.local_table.name}.{column.name}"
            if column.primary_key or name in KEPT or not _free(column.type):
                continue
            group = column.info.get("group", "none")
            code = self._new(Origin(mapper.local_table.name, label, prop.key, group))
            setattr(row, prop.key, _worded(prop.key, code, column.type))

    def _new(self, origin: Origin) -> str:
        code = f"Zq{len(self.origins):05x}"
        self.origins[code] = origin
        return code

    def found_in(self, text: str) -> list[Origin]:
        """The origins of the markers that a text holds."""
        return [self.origins[code] for code in sorted(set(FORM.findall(text)))]


def _free(type_: Any) -> bool:
    if isinstance(type_, Enum):
        return False
    if isinstance(type_, (Encrypted, JSONB, Text)):
        return True
    return isinstance(type_, String) and (type_.length or 99) >= SHORTEST


def _worded(name: str, code: str, type_: Any) -> Any:
    if name == "extras":
        return [code]
    if name == "facts":
        return f'{{"note": "{code}"}}'
    if name == "fee_lines":
        return [{"label": code, "amount": "1.00"}]
    if isinstance(type_, JSONB):
        return {"title": code}
    if "email" in name or name in ("recipient", "pec"):
        return f"{code}@walk.example"
    if "url" in name or name == "website":
        return f"https://{code}.example"
    return code
