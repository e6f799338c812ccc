"""Writes what the documents tell: alliances, territory, bodies, projects, calls, categories.

Beside them stands a renewal of the memberships, made up so that it is under way at any date.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum import luhn

from app import clock, models, municipalities
from app.demo import alliances, categories, organizations, projects
from app.operations import memberships

# What the two networks' addresses would be, were they real.
NETWORK_ADDRESSES = {
    "ats": "rete-conciliazione@ats-milano.example",
    "local": "adesioni@azienda-consortile.example",
}
RENEWAL = "Rinnovo dell'adesione all'alleanza locale"


@dataclass
class Network:
    """One alliance's rows, by the keys of the facts."""

    alliance: models.Alliance
    places: dict[str, models.Municipality]
    bodies: dict[str, models.Organization]
    projects: dict[str, models.Project] = field(default_factory=dict)
    calls: dict[str, models.Call] = field(default_factory=dict)
    categories: dict[str, models.ServiceCategory] = field(default_factory=dict)


def write(db: Session, facts: alliances.AllianceFacts, now: datetime) -> Network:
    """The rows of one alliance and of its network."""
    alliance = _alliance(db, facts)
    places = _territory(db, alliance)
    network = Network(alliance, places, _bodies(db, alliance, places))
    _projects(db, network)
    _categories(db, network)
    _calls(db, network)
    if facts is alliances.LODI:
        _renewal(db, network, now)
    db.flush()
    return network


def fiscal_code(key: str) -> str:
    """A body's invented code of eleven digits, the same in every alliance that it is in."""
    keys = sorted({b.key for bodies in organizations.ORGANIZATIONS.values() for b in bodies})
    # The office that closes the number (999) issues none.
    start = f"9990{keys.index(key):03d}999"
    return start + luhn.calc_check_digit(start)


def _alliance(db: Session, facts: alliances.AllianceFacts) -> models.Alliance:
    alliance = models.Alliance(
        slug=facts.slug,
        name=facts.name,
        name_en=facts.name_en,
        territory=facts.territory,
        rite=facts.rite,
        patron_subdivision=facts.subdivision,
        office=facts.office,
        officer=f"Responsabile, {facts.office}",
        email=f"{facts.slug}@alleanze.example",
        phone="0371 000 000" if facts is alliances.LODI else "02 0000 0000",
    )
    db.add(alliance)
    db.flush()
    return alliance


def _territory(db: Session, alliance: models.Alliance) -> dict[str, models.Municipality]:
    known = {m.istat_code: m for m in db.scalars(select(models.Municipality))}
    rows = {}
    for place in municipalities.TERRITORIES[alliance.slug]():
        row = known.get(place.istat) or models.Municipality(
            istat_code=place.istat,
            cadastral_code=place.cadastral,
            name=place.name,
            province=place.province,
            postal_code=place.postcode,
        )
        db.add(models.Territory(alliance=alliance, municipality=row))
        rows[place.name] = row
    return rows


def _bodies(
    db: Session, alliance: models.Alliance, places: dict[str, models.Municipality]
) -> dict[str, models.Organization]:
    rows = {}
    for number, body in enumerate(organizations.ORGANIZATIONS[alliance.slug], 1):
        row = models.Organization(
            alliance=alliance,
            name=body.name,
            kind=body.kind,
            fiscal_code=fiscal_code(body.key),
            municipality=places[body.municipality] if body.municipality else None,
            email=f"ufficio@{body.key}.example",
            pec=f"protocollo@pec.{body.key}.example",
            phone=f"0371 000 {number:03d}",
            website=f"https://www.{body.key}.example",
            note="Nei documenti: " + ", ".join(_documents(body)),
        )
        db.add(row)
        for name, documents in body.aliases:
            source = "; ".join(alliances.SOURCES[d] for d in documents)
            db.add(
                models.OrganizationAlias(
                    alliance=alliance, organization=row, name=name, source=source
                )
            )
        db.add(
            models.OrganizationContact(
                alliance=alliance,
                organization=row,
                name="Segreteria",
                role="Referente per l'alleanza",
                email=f"segreteria@{body.key}.example",
                phone=f"0371 000 {number:03d}",
            )
        )
        rows[body.key] = row
    return rows


def _documents(body: organizations.Body) -> list[str]:
    return sorted({*body.documents, *(d for _, documents in body.aliases for d in documents)})


def _projects(db: Session, network: Network) -> None:
    for facts in projects.PROJECTS:
        if facts.alliance != network.alliance.slug:
            continue
        row = models.Project(
            alliance=network.alliance,
            title=facts.title,
            description=facts.description,
            programme=facts.programme,
            legal_act=facts.legal_act,
            budget=facts.budget,
            starts_on=facts.starts_on,
            ends_on=facts.ends_on,
            months=facts.months,
            continues=network.projects[facts.continues] if facts.continues else None,
        )
        db.add(row)
        db.add_all(
            models.ProjectExtension(alliance=network.alliance, project=row, extended_to=day)
            for day in facts.extended_to
        )
        db.add_all(
            models.ProjectPartner(
                alliance=network.alliance,
                project=row,
                organization=network.bodies[claim.organization],
                role=claim.role,
                source=alliances.SOURCES[claim.document],
            )
            for claim in projects.CLAIMS
            if claim.project == facts.key
        )
        network.projects[facts.key] = row


def _categories(db: Session, network: Network) -> None:
    trees = {"service": categories.SIX_CATEGORIES, "time_saving": categories.SALVATEMPO}
    for tree, nodes in trees.items():
        for position, node in enumerate(nodes, 1):
            row = models.ServiceCategory(
                alliance=network.alliance,
                code=node.code,
                tree=tree,
                title=node.title,
                title_en=node.title_en,
                examples=node.examples,
                parent=network.categories[node.parent] if node.parent else None,
                position=position,
            )
            db.add(row)
            network.categories[node.code] = row


def _calls(db: Session, network: Network) -> None:
    for facts in projects.CALLS:
        if facts.alliance != network.alliance.slug:
            continue
        row = models.Call(
            alliance=network.alliance,
            title=facts.title,
            description=facts.description,
            legal_act=facts.legal_act,
            project=network.projects[facts.project],
            published_on=facts.published_on,
            deadline=facts.deadline,
            asks_services=bool(facts.categories),
            status=facts.status,
        )
        db.add(row)
        db.add_all(
            models.CallCategory(
                alliance=network.alliance, call=row, category=network.categories[code]
            )
            for code in facts.categories
        )
        network.calls[facts.key] = row


# How far each body has come with its two forms; whoever is not named has joined both.
UNDER_WAY = {"cgil": "draft", "cisl": "sent", "uil": "sent", "asvicom": "refused"}
ENDING = "auser"


def _renewal(db: Session, network: Network, now: datetime) -> None:
    """The renewal's call, closing in six days, and every partner's two forms."""
    today = clock.local_date(now)
    deadline = today + timedelta(days=6)
    call = models.Call(
        alliance=network.alliance,
        title=RENEWAL,
        description="Per rinnovare l'adesione si inviano due moduli firmati, con firma olografa "
        "o digitale: alla rete di conciliazione di ATS e alla rete locale.",
        published_on=today - timedelta(days=24),
        deadline=deadline,
        status="published",
    )
    db.add(call)
    network.calls["rinnovo"] = call
    partners = {
        claim.organization
        for claim in projects.CLAIMS
        if claim.project == "lodigiano-welfare" and claim.role == "partner"
    }
    protocol = 100
    for key in sorted(partners):
        for network_name, address in NETWORK_ADDRESSES.items():
            status = UNDER_WAY.get(key, "accepted")
            row = models.Membership(
                alliance=network.alliance,
                organization=network.bodies[key],
                network=network_name,
                call=call,
                recipient=address,
            )
            db.add(row)
            if status != "draft":
                protocol += 1
                _decide(db, row, status, protocol, now)
            if key == ENDING:
                row.ends_on = deadline


def _decide(db: Session, row: models.Membership, status: str, protocol: int, now: datetime) -> None:
    """A form that came on paper, and what the office made of it."""
    row.status, row.sent_at = "sent", now - timedelta(days=3 + protocol % 15)
    row.signature = "digital" if protocol % 2 else "handwritten"
    row.protocol_number = f"{protocol:05d}"
    row.protocol_date = clock.local_date(row.sent_at)
    db.flush()
    decided = now - timedelta(days=1)
    if status == "accepted":
        memberships.accept(db, row, now=decided)
        row.ends_on = row.starts_on + timedelta(days=365)
    if status == "refused":
        reason = "Il modulo non è firmato dal legale rappresentante."
        memberships.refuse(db, row, reason=reason, now=decided)
