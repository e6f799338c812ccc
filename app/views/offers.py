"""What the pages of services and workshops share: the change that waits for review."""

from typing import Any

from app import security
from app.operations import offers
from app.query import rows
from app.query.paths import path, paths
from app.transaction import web
from app.views import fields, words
from app.views.base import ResourceView, Row
from app.views.verbs import Button

# What there is to do with a published offer only while a change to it is proposed.
OF_PROPOSALS = ("submit", "publish", "return")


class OfferView(ResourceView):
    """A page that shows a proposed change beside the published version."""

    def besides(self, row: Row) -> dict[str, Any]:
        """The proposed values beside those that stand, in words."""
        if not self._proposes(row):
            return {}
        stored = web().get_one(self.model, row["id"])
        return {
            "changes": [
                (self.label(name), self._said(name, getattr(stored, name)), self._said(name, value))
                for name, value in offers.proposed(stored).items()
            ]
        }

    def verbs(self, row: Row | None) -> list[Button]:
        """Without those that need a proposal where none is made."""
        found = super().verbs(row)
        if row is None or row.get("status") != "published" or self._proposes(row):
            return found
        left_out = {self.to("act", verb=name, pk=row["id"]) for name in OF_PROPOSALS}
        return [button for button in found if button.href not in left_out]

    def _proposes(self, row: Row) -> bool:
        if not paths(self.model, ["proposal"], web().principal):
            return False
        if "proposal" not in row:
            extra = (self.model.id == row["id"],)
            wanted = rows.Selection(self.resource, ("proposal",), extra=extra)
            found, _ = rows.page(web(), wanted, now=security.moment(), limit=1)
            row["proposal"] = found[0]["proposal"] if found else None
        return bool(row["proposal"])

    def _said(self, name: str, value: Any) -> str:
        resource = fields.target(self.model, name)
        if resource:
            return self.shown_choice(resource, str(value or ""))
        return words.shown(path(self.model, name), value)
