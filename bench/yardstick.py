"""What ours is held against: a bare Flask route, and the same answers written by hand.

Flask, SQLAlchemy Core, orjson: the routes know the tables and the columns, ask nobody who is
asking, check nothing, and write what the generated ones write to the byte.
"""

import base64
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from flask import Flask, Response, request
from sqlalchemy import bindparam, create_engine, insert, literal_column, select

import config
from app.models import (
    Alliance,
    Application,
    Enrollment,
    Organization,
    Person,
    Service,
    ServiceRequest,
    Slot,
    Workshop,
)
from app.operations.receipts import receipt_code

e, p, s, w, a = (model.__table__ for model in (Enrollment, Person, Slot, Workshop, Application))
r, v, o = (model.__table__ for model in (ServiceRequest, Service, Organization))

PLACES = e.join(p, p.c.id == e.c.person_id).join(s, s.c.id == e.c.slot_id).join(
    w, w.c.id == s.c.workshop_id
).join(a, a.c.id == e.c.application_id)  # fmt: skip
LISTED = (
    e.c.id, e.c.status, e.c.queue_no, p.c.id.label("person_id"), p.c.last_name, p.c.first_name,
    s.c.id.label("slot_id"), s.c.title.label("slot"), s.c.starts_on,
    w.c.title.label("workshop"), e.c.offer_expires_at, e.c.fee, a.c.receipt,
)  # fmt: skip
SHOWN = (
    *LISTED, e.c.position, p.c.birth_date, s.c.ends_on, w.c.id.label("workshop_id"), e.c.reason,
    e.c.reduced, e.c.fee_lines, a.c.id.label("application_id"),
)  # fmt: skip
# The number is written out: with a parameter there, PostgreSQL's one plan for all would not know
# that few rows are wanted, and sort the whole table.
LISTS = {
    limit: select(*LISTED)
    .select_from(PLACES)
    .order_by(e.c.id.desc())
    .limit(literal_column(f"{limit + 1}"))
    for limit in range(1, 101)
}
GET = select(*SHOWN).select_from(PLACES).where(e.c.id == bindparam("number"))

OFFERED = select(
    v.c.alliance_id, v.c.title, o.c.name.label("organization"), Alliance.term_days,
    Alliance.officer,
).select_from(v.join(o, o.c.id == v.c.organization_id).join(
    Alliance.__table__, Alliance.__table__.c.id == v.c.alliance_id
)).where(v.c.id == bindparam("service"))  # fmt: skip
ASKER = select(p.c.last_name, p.c.first_name).where(p.c.id == bindparam("person"))
ASK = insert(r).returning(r.c.id)


def create_app() -> Flask:
    """The yardstick's application, on the database of the environment."""
    settings = config.load()
    app = Flask("yardstick")
    engine = create_engine(settings.database_url or "", pool_size=10, max_overflow=20)

    @app.get("/status")
    @app.get("/hello")
    def hello() -> str:
        return "hello"

    @app.get("/enrollments")
    def listed() -> Response:
        limit = int(request.args.get("limit", 20))
        with engine.connect() as connection:
            rows = connection.execute(LISTS[limit]).all()
        following = _cursor(rows[limit - 1].id) if len(rows) > limit else None
        return _answer({"result": [_place(row) for row in rows[:limit]], "next": following})

    @app.get("/enrollments/<int:number>")
    def shown(number: int) -> Response:
        with engine.connect() as connection:
            row = connection.execute(GET, {"number": number}).one()
        found = _place(row)
        found["position"] = row.position
        found["person"]["birth_date"] = row.birth_date
        found["slot"]["ends_on"] = row.ends_on
        found["slot"]["workshop"]["id"] = row.workshop_id
        found["reason"] = row.reason
        found["reduced"] = row.reduced
        found["fee_lines"] = row.fee_lines
        found["application"]["id"] = row.application_id
        return _answer({"id": number, "result": found})

    @app.post("/service-requests")
    def made() -> Response:
        given = orjson.loads(request.get_data())
        now = datetime.now(UTC)
        with engine.begin() as connection:
            service = connection.execute(OFFERED, {"service": given["service_id"]}).one()
            person = connection.execute(ASKER, {"person": given["person_id"]}).one()
            row: dict[str, Any] = {
                "alliance_id": service.alliance_id,
                "person_id": given["person_id"],
                "service_id": given["service_id"],
                "receipt": receipt_code(),
                "channel": "staff",
                "status": "sent",
                "message": given["message"],
                "contact": given["contact"],
                "submitted_at": now,
                "due_on": date.today() + timedelta(days=service.term_days),  # noqa: DTZ011
                "officer": service.officer,
            }
            number = connection.execute(ASK, row).scalar_one()
        found = {
            "id": number,
            "receipt": row["receipt"],
            "status": "sent",
            "service": {
                "id": given["service_id"],
                "title": service.title,
                "organization": {"name": service.organization},
            },
            "person": {
                "id": given["person_id"],
                "label": f"{person.last_name} {person.first_name}",
            },
            "submitted_at": now,
            "due_on": row["due_on"],
            "channel": "staff",
            "message": given["message"],
            "contact": given["contact"],
            "answer": None,
            "reason": None,
            "officer": service.officer,
            "protocol_number": None,
            "protocol_date": None,
        }
        return _answer({"id": number, "result": found}, 201)

    return app


def _place(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": row.status,
        "queue_no": row.queue_no,
        "person": {"id": row.person_id, "label": f"{row.last_name} {row.first_name}"},
        "slot": {
            "id": row.slot_id,
            "title": row.slot,
            "starts_on": row.starts_on,
            "workshop": {"title": row.workshop},
        },
        "offer_expires_at": row.offer_expires_at,
        "fee": row.fee,
        "application": {"receipt": row.receipt},
    }


def _cursor(number: int) -> str:
    """As long as ours, and as opaque."""
    content = b"not signed  " + orjson.dumps([number])
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(content, default=str), status, content_type="application/json")
