"""What the pages of services and workshops share: the change that waits for review."""

from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from flask import g, url_for

from app import security
from app.models import Organization
from app.operations import offers
from app.query import rows
from app.query.paths import path, paths
from app.transaction import web
from app.views import fields, words
from app.views.base import ResourceView, Row
from app.views.forms import Fields
from app.views.verbs import Button

# What there is to do with a published offer only while a change to it is proposed.
OF_PROPOSALS = ("submit", "publish", "return")


# In these states the office's reasons say what to do next: they stand above all else.
NOTED = ("returned", "suspended")


class OfferView(ResourceView):
    """A page that shows a proposed change beside the published version.

    ``site`` is the endpoint of its page on the public site; ``new_verbs`` says whether a new one
    can be published as it is.
    """

    new_verbs = True

    site = ""

    def add_fields(self) -> Fields:
        """A municipality's offers are held in it, unless it says otherwise."""
        asked = super().add_fields()
        principal = web().principal
        if principal.kind == "municipality":
            body = web().get_one(Organization, principal.organization_id)
            for one in asked:
                if one.name == "municipality_id":
                    one.value = str(body.municipality_id or "")
        return asked

    def held(self, row: Any, name: str) -> Any:
        """Who proposes changes goes on from what is proposed already."""
        waits = row.status == "published" and not offers.may_publish(web(), row)
        known = offers.proposed(row) if waits else {}
        return known[name] if name in known else super().held(row, name)

    def next_verbs(self, row: Any = None) -> tuple[str, ...]:
        """Publish or send for review, in the states in which that is the next step."""
        verb = next((v for v in ("publish", "submit") if self.may(v)), "")
        waits = ("draft", "returned", "suspended", *(("review",) if verb == "publish" else ()))
        # What is published: a change by whoever publishes holds at once, any other waits.
        waits += ("published",) if verb == "submit" else ()
        fits = self.new_verbs if row is None else row.status in waits
        return (verb,) if verb and fits else ()

    def besides(self, row: Row) -> dict[str, Any]:
        """The proposed values beside those that stand, in words; the page of the public site."""
        slug = g.seat.slug if "seat" in g else ""
        if row.get("status") == "published" and slug:
            site: dict[str, Any] = {"site": url_for(self.site, alliance=slug, id_=row["id"])}
        else:
            site = {}
        if row.get("status") in NOTED and row.get("review_note"):
            site["notes"] = [f"{self.label('review_note')}: {row['review_note']}"]
        if not self._proposes(row):
            return site
        stored = web().get_one(self.model, row["id"])
        return site | {
            "changes": [
                (self.label(name), self._said(name, getattr(stored, name)), self._said(name, value))
                for name, value in offers.proposed(stored).items()
            ]
        }

    def verbs(self, row: Row | None) -> list[Button]:
        """Without those that need a proposal where none is made; the next step stands out."""
        found = super().verbs(row)
        if row is None:
            return found
        if row.get("status") == "published" and not self._proposes(row):
            left_out = self._addresses(row, OF_PROPOSALS)
            found = [button for button in found if button.href not in left_out]
        leading = self._addresses(row, self.next_verbs(SimpleNamespace(status=row.get("status"))))
        return [replace(button, leads=button.href in leading) for button in found]

    def _addresses(self, row: Row, names: Iterable[str]) -> set[str]:
        return {self.to("act", verb=name, pk=row["id"]) for name in names}

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
