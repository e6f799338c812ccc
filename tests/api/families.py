"""A family at the API, and what every refusal that it gets looks like."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import models
from app.transaction import ScopedSession
from tests import factories as f
from tests.sessions import Client

WRITTEN = (models.Application, models.Enrollment, models.Message, models.Person,
           models.Relation, models.StateChange, models.ServiceRequest)  # fmt: skip


class Family:
    """A parent with a child of eight, and the client that they use."""

    def __init__(self, db: ScopedSession, client: Callable[..., Client]) -> None:
        self.db = db
        self.seat = f.SeatFactory(kind="citizen")
        self.alliance = self.seat.alliance
        self.child = f.PersonFactory(alliance=self.alliance)
        f.RelationFactory(user=self.seat.user, person=self.child)
        self.slot = f.SlotFactory(workshop__alliance=self.alliance, places=1)
        self.http = client(self.seat)

    def wish(self, **values: Any) -> dict[str, Any]:
        return {"person_id": self.child.id, "slot_id": self.slot.id, **values}

    def apply(self, *wishes: Any, key: str | None = None, **values: Any) -> TestResponse:
        headers = {"Idempotency-Key": key} if key else {}
        sent = {"wishes": list(wishes) or [self.wish()], **values}
        return self.http.post("/api/v1/applications/", json=sent, headers=headers)

    def written(self) -> list[int | None]:
        self.db.expire_all()
        counts = [self.db.scalar(select(func.count()).select_from(m)) for m in WRITTEN]
        slot = self.db.get_one(models.Slot, self.slot.id)
        return [*counts, slot.places_taken, slot.waiting_count, slot.last_queue_no]


def refused(answer: TestResponse, status: int, *fields: str) -> dict[str, Any]:
    """The problem, after a look at its form; its errors name these fields."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem: dict[str, Any] = answer.json
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    named = {error["field"] for error in problem["errors"]}
    assert set(fields) <= named, problem
    assert all(error["message"] for error in problem["errors"])
    return problem
