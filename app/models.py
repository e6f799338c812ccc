"""Every table: columns, relationships, constraints. No queries, no rules that need another row.

Each column carries in ``info`` its label, its group (who may see it: ``permissions.py``) and,
where it is personal, why it is kept and for how long (the register of processing, GDPR art. 30).
"""

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model

# Also for the operations, which import no framework themselves.
from flask_appbuilder.security.sqla.models import Permission as Permission
from flask_appbuilder.security.sqla.models import PermissionView as PermissionView
from flask_appbuilder.security.sqla.models import Role as Role
from flask_appbuilder.security.sqla.models import User as FabUser
from flask_appbuilder.security.sqla.models import ViewMenu as ViewMenu
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    bindparam,
    case,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZMULTIRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, column_property, declared_attr, mapped_column, relationship

from app import clock
from app.errors import N_
from app.sealed import Encrypted, Sealed

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

GROUPS = ("public", "internal", "contact", "care", "means", "points", "money", "system")

# Why personal data are kept, and for how long after the last use.
ENROLMENT = N_("enrolment in the alliance's services")
SERVICE = N_("answering a request for a service")
NETWORK = N_("working together in the alliance's network")
ACCOUNT = N_("access to the platform")
COLLECTING = N_("collecting what a place costs")
TWO_YEARS = timedelta(days=730)
FIVE_YEARS = timedelta(days=1826)
TEN_YEARS = timedelta(days=3652)


def col(
    label: str,
    type_: Any,
    group: str = "public",
    help: str = "",
    kind: str = "",
    of: str = "",
    **options: Any,
) -> Any:
    """A column with its label, help text and group; ``kind`` where its type does not say it.

    ``of`` names the column of the whole that this one counts a part of.
    """
    info = {"label": label, "group": group, "help": help, "kind": kind, "of": of}
    return mapped_column(type_, info=info, **options)


def personal(
    label: str,
    type_: Any,
    group: str,
    purpose: str = ENROLMENT,
    keep: timedelta = TWO_YEARS,
    help: str = "",
    **options: Any,
) -> Any:
    """A column about a person: with its purpose and how long it is kept."""
    info = {"label": label, "group": group, "help": help, "purpose": purpose, "keep": keep}
    return mapped_column(type_, info=info, **options)


def ref(label: str, target: str, group: str = "public", help: str = "", **options: Any) -> Any:
    """A foreign key; it restricts."""
    info = {"label": label, "group": group, "help": help}
    return mapped_column(ForeignKey(target, ondelete="RESTRICT"), info=info, **options)


def many(back: str, **options: Any) -> Any:
    """The rows that refer to this one: they forbid that it is deleted, whoever does it."""
    return relationship(back_populates=back, passive_deletes="all", **options)


def choice(label: str, values: Mapping[str, str], group: str = "public", **options: Any) -> Any:
    """A text column with a CHECK; ``values`` gives each value its words."""
    name = options.pop("check", "") or label.lower().replace(" ", "_")
    kind = Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    info = {"label": label, "group": group, "help": options.pop("help", ""), "values": values}
    return mapped_column(kind, info=info, **options)


MONEY = Numeric(12, 2)
INSTANT = DateTime(timezone=True)


class Base(Model):
    """Every table of ours: a bigint identity, and no silent merge of two tables of one name."""

    __abstract__ = True
    __table_args__: Any = {"extend_existing": False}
    label_columns: tuple[str, ...] = ("name",)

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    id: Mapped[int] = mapped_column(
        BigInteger,
        Identity(),
        primary_key=True,
        sort_order=-20,
        info={"label": N_("No."), "group": "public", "help": ""},
    )

    def __str__(self) -> str:
        return " ".join(str(v) for c in self.label_columns if (v := getattr(self, c)) is not None)


class Tenant(Base):
    """A table of one alliance's rows, with the version that a lost update is caught by."""

    __abstract__ = True

    @declared_attr
    def alliance_id(cls) -> Mapped[int]:
        return mapped_column(
            ForeignKey("alliance.id", ondelete="RESTRICT"),
            sort_order=-10,
            info={"label": N_("Alliance"), "group": "system", "help": ""},
        )

    @declared_attr
    def alliance(cls) -> Mapped["Alliance"]:
        return relationship("Alliance", foreign_keys=f"{cls.__name__}.alliance_id")

    version: Mapped[int] = mapped_column(
        Integer,
        server_default="1",
        default=1,
        sort_order=900,
        info={"label": N_("Version"), "group": "system", "help": ""},
    )
    created_at: Mapped[datetime] = mapped_column(
        INSTANT,
        server_default=func.now(),
        sort_order=901,
        info={"label": N_("Entered on"), "group": "internal", "help": ""},
    )
    changed_at: Mapped[datetime] = mapped_column(
        INSTANT,
        server_default=func.now(),
        onupdate=func.now(),
        sort_order=902,
        info={"label": N_("Changed on"), "group": "internal", "help": ""},
    )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Titled:
    """A title that people read in two languages."""

    title: Mapped[str] = col(N_("Title"), String(200))
    title_en: Mapped[str | None] = col(N_("Title in English"), String(200))


class Described:
    """A description in two languages."""

    description: Mapped[str | None] = col(N_("Description"), Text)
    description_en: Mapped[str | None] = col(N_("Description in English"), Text)


class Identified:
    """Known outside by a UUID (HSDS, webhooks)."""

    uid: Mapped[uuid.UUID] = col(
        N_("Identifier"), Uuid, "public", unique=True, default=uuid.uuid4,
        server_default=func.gen_random_uuid(),
    )  # fmt: skip


# ---------------------------------------------------------------- global tables

RITES = {"roman": N_("Roman"), "ambrosian": N_("Ambrosian")}


class Alliance(Base):
    """The tenant: a local welfare alliance."""

    slug: Mapped[str] = col(N_("Address on the site"), String(60), unique=True)
    name: Mapped[str] = col(N_("Name"), String(200))
    name_en: Mapped[str | None] = col(N_("Name in English"), String(200))
    territory: Mapped[str] = col(N_("Territory"), String(200))
    rite: Mapped[str] = choice(N_("Rite"), RITES, default="roman")
    patron_subdivision: Mapped[str | None] = col(N_("Province"), String(2))
    office: Mapped[str] = col(N_("Office"), String(200))
    officer: Mapped[str] = col(
        N_("Officer responsible"), String(200),
        help=N_("Named on every receipt (Law 241/1990, art. 5)."),
    )  # fmt: skip
    address: Mapped[str | None] = col(N_("Address"), String(300))
    email: Mapped[str | None] = col(N_("E-mail"), String(320))
    phone: Mapped[str | None] = col(N_("Telephone"), String(40))
    term_days: Mapped[int] = col(
        N_("Term in days"), Integer, default=30, server_default="30",
        help=N_("Within how many days an application is answered (Law 241/1990, art. 2)."),
    )  # fmt: skip
    accessibility_url: Mapped[str | None] = col(N_("Declaration of accessibility"), String(300))
    __table_args__ = (CheckConstraint("term_days > 0", name="term_days_positive"),)


class Municipality(Base):
    """An Italian municipality, with the codes that registries know it by."""

    label_columns = ("name", "province")

    istat_code: Mapped[str] = col(N_("ISTAT code"), String(6), unique=True)
    cadastral_code: Mapped[str] = col(N_("Cadastral code"), String(4), unique=True)
    name: Mapped[str] = col(N_("Name"), String(100), index=True)
    province: Mapped[str] = col(N_("Province"), String(2))
    postal_code: Mapped[str | None] = col(N_("Postcode"), String(5))


class Territory(Tenant):
    """A municipality that belongs to an alliance's territory."""

    label_columns = ("municipality",)

    municipality_id: Mapped[int] = ref(N_("Municipality"), "municipality.id")
    municipality: Mapped[Municipality] = relationship()
    __table_args__ = (UniqueConstraint("alliance_id", "municipality_id"),)


# ---------------------------------------------------------------- accounts


# What stands for the address of somebody whose digital identity gave none (RFC 2606).
NO_MAILBOX = "@identity.invalid"


class Account(FabUser):
    """An account: Flask-AppBuilder's, with what tokens and languages need."""

    token_version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    locale: Mapped[str] = mapped_column(String(5), default="it", server_default="it")

    @property
    def mailbox(self) -> str | None:
        """The address that mail reaches, if there is one."""
        return mailbox(str(self.email))


def mailbox(email: str) -> str | None:
    """The address, if mail reaches it: an account that has none bears one that nobody reads."""
    return None if email.endswith(NO_MAILBOX) else email


# What Flask-AppBuilder's own columns are called, and who may see them.
ACCOUNT_COLUMNS = {
    "id": (N_("No."), "public"),
    "first_name": (N_("First name"), "internal"),
    "last_name": (N_("Last name"), "internal"),
    "username": (N_("User name"), "internal"),
    "email": (N_("E-mail"), "contact"),
    "active": (N_("Active"), "internal"),
    "locale": (N_("Language"), "internal"),
    "last_login": (N_("Last signed in"), "internal"),
    "login_count": (N_("Times signed in"), "internal"),
    "fail_login_count": (N_("Wrong passwords"), "internal"),
    "created_on": (N_("Entered on"), "internal"),
    "changed_on": (N_("Changed on"), "internal"),
    "created_by_fk": (N_("Entered by"), "system"),
    "changed_by_fk": (N_("Changed by"), "system"),
    "password": (N_("Password"), "system"),
    "token_version": (N_("Version of the tokens"), "system"),
}
for _name, (_label, _group) in ACCOUNT_COLUMNS.items():
    _info = {"label": _label, "group": _group, "help": "", "purpose": ACCOUNT, "keep": TWO_YEARS}
    Account.__table__.columns[_name].info.update(_info)
Role.__table__.columns["id"].info.update({"label": N_("No."), "group": "public", "help": ""})
Role.__table__.columns["name"].info.update({"label": N_("Name"), "group": "internal", "help": ""})

SEAT_KINDS = {
    "admin": N_("Platform administrator"),
    "staff": N_("Alliance staff"),
    "municipality": N_("Municipality"),
    "provider": N_("Provider"),
    "partner": N_("Partner"),
    "company": N_("Company"),
    "social_point": N_("Social point"),
    "citizen": N_("Citizen"),
}
WITH_ORGANIZATION = "('municipality', 'provider', 'partner', 'company', 'social_point')"


class Seat(Base):
    """What a user may act as: user x alliance x kind x organization."""

    label_columns = ("kind", "organization")

    user_id: Mapped[int] = ref(N_("User"), "ab_user.id", "internal", index=True)
    alliance_id: Mapped[int | None] = ref(N_("Alliance"), "alliance.id", "system", index=True)
    kind: Mapped[str] = choice(N_("Kind"), SEAT_KINDS, "internal")
    organization_id: Mapped[int | None] = ref(N_("Organization"), "organization.id", "internal")
    role_id: Mapped[int | None] = ref(
        N_("Role"), "ab_role.id", "internal",
        help=N_("A role that narrows what the seat may do; none for the whole of it."),
    )  # fmt: skip
    care: Mapped[bool] = col(
        N_("Sees health notes"), Boolean, "internal", default=False, server_default="false"
    )
    active: Mapped[bool] = col(
        N_("Active"), Boolean, "internal", default=True, server_default="true"
    )
    # When its holder was shown round, or did not want to be.
    toured_at: Mapped[datetime | None] = col(N_("Shown round on"), INSTANT, "internal")
    user: Mapped[Account] = relationship(foreign_keys=[user_id])
    alliance: Mapped[Alliance | None] = relationship()
    organization: Mapped["Organization | None"] = relationship(foreign_keys=[organization_id])
    role: Mapped[Role | None] = relationship(Role)
    __table_args__ = (
        UniqueConstraint(
            "user_id", "alliance_id", "kind", "organization_id",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("(kind = 'admin') = (alliance_id IS NULL)", name="admin_has_no_alliance"),
        CheckConstraint(
            f"(kind IN {WITH_ORGANIZATION}) = (organization_id IS NOT NULL)",
            name="organization_where_needed",
        ),
        CheckConstraint("NOT care OR kind = 'staff'", name="care_is_for_staff"),
    )  # fmt: skip


class RoleScope(Base):
    """Whose a role is, and which base role it narrows."""

    label_columns = ("base",)

    role_id: Mapped[int] = ref(N_("Role"), "ab_role.id", "internal", unique=True)
    alliance_id: Mapped[int | None] = ref(N_("Alliance"), "alliance.id", "system")
    base: Mapped[str] = choice(N_("Base role"), SEAT_KINDS, "internal", check="base")
    role: Mapped[Role] = relationship(Role)
    alliance: Mapped[Alliance | None] = relationship()


TOKEN_KINDS = {
    "confirm": N_("Confirmation"),
    "reset": N_("New password"),
    "invite": N_("Invitation"),
}


class AccountToken(Base):
    """A link sent by mail that confirms, resets or invites, once."""

    label_columns = ("kind",)

    kind: Mapped[str] = choice(N_("Kind"), TOKEN_KINDS, "system")
    user_id: Mapped[int | None] = ref(N_("User"), "ab_user.id", "system")
    digest: Mapped[str] = col(N_("Digest"), String(64), "system", unique=True)
    payload: Mapped[dict[str, Any]] = col(N_("Contents"), JSONB, "system", default=dict)
    expires_at: Mapped[datetime] = col(N_("Expires on"), INSTANT, "system")
    used_at: Mapped[datetime | None] = col(N_("Used on"), INSTANT, "system")


CAME_BY = {"password": N_("Password"), "identity": N_("Digital identity")}


class TokenFamily(Base):
    """One signing in of a program: all the tokens that were renewed from it."""

    label_columns = ("id",)

    user_id: Mapped[int] = ref(N_("User"), "ab_user.id", "system", index=True)
    seat_id: Mapped[int] = ref(N_("Seat"), "seat.id", "system")
    came_by: Mapped[str] = choice(N_("Signed in by"), CAME_BY, "system", check="came_by")
    digest: Mapped[str] = col(N_("Digest"), String(64), "system")
    used_at: Mapped[datetime] = personal(N_("Used on"), INSTANT, "system", ACCOUNT)
    expires_at: Mapped[datetime] = col(N_("Expires on"), INSTANT, "system", index=True)
    ended_at: Mapped[datetime | None] = personal(N_("Ended on"), INSTANT, "system", ACCOUNT)


class ProgramKey(Tenant):
    """A key by which a program acts under a seat, within its scopes, until a day."""

    name: Mapped[str] = col(
        N_("Name"), String(100), "internal", help=N_("Which program uses the key.")
    )
    seat_id: Mapped[int] = ref(N_("Seat"), "seat.id", "internal", index=True)
    prefix: Mapped[str] = col(
        N_("Begins with"), String(20), "internal", unique=True,
        help=N_("The part of the key that may be shown: by it a key is recognised."),
    )  # fmt: skip
    digest: Mapped[str] = col(N_("Digest"), String(64), "system")
    scopes: Mapped[list[str]] = col(
        N_("Scopes"), ARRAY(Text), "internal", help=N_("What the key may do, and nothing else.")
    )
    expires_at: Mapped[datetime] = col(N_("Expires on"), INSTANT, "internal")
    used_at: Mapped[datetime | None] = col(N_("Last used on"), INSTANT, "internal")
    revoked_at: Mapped[datetime | None] = col(N_("Revoked on"), INSTANT, "internal")
    seat: Mapped[Seat] = relationship()
    # The whole key, in the hands of whoever makes it and nowhere kept.
    text = ""


class DigitalIdentity(Base):
    """Who an account is, as a provider of digital identities said it: by codice fiscale."""

    label_columns = ("id",)

    user_id: Mapped[int] = ref(N_("User"), "ab_user.id", "system", unique=True)
    fiscal_code: Mapped[str] = personal(
        N_("Codice fiscale"), String(16), "system", ACCOUNT, unique=True
    )
    issuer: Mapped[str] = col(N_("Said by"), String(300), "system")
    seen_at: Mapped[datetime] = personal(N_("Last signed in"), INSTANT, "system", ACCOUNT)


class RateCount(Base):
    """How often something was tried in a short time, where no Valkey counts it."""

    label_columns = ("id",)

    # Of whom: a digest, so that the table names neither accounts nor addresses.
    digest: Mapped[str] = col(N_("Digest"), String(64), "system", unique=True)
    hits: Mapped[int] = col(N_("Attempts"), Integer, "system")
    ends_at: Mapped[datetime] = col(N_("Ends on"), INSTANT, "system", index=True)
    # A crash may forget the last minute's attempts; the log of changes need not know them.
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)


# ---------------------------------------------------------------- organizations

ORGANIZATION_KINDS = {
    "municipality": N_("Municipality"),
    "public_body": N_("Public body"),
    "third_sector": N_("Third-sector body"),
    "company": N_("Company"),
    "union": N_("Trade union"),
    "employers_association": N_("Employers' association"),
    "bilateral_body": N_("Bilateral body"),
    "university": N_("University"),
    "health_body": N_("Health body"),
    "foundation": N_("Foundation"),
}
STANDING = {"active": N_("Active"), "ended": N_("Ended")}


class Organization(Identified, Described, Tenant):
    """A legal body within one alliance."""

    name: Mapped[str] = col(N_("Name"), String(200))
    kind: Mapped[str] = choice(N_("Kind"), ORGANIZATION_KINDS)
    fiscal_code: Mapped[str | None] = col(N_("Tax code"), String(16), "contact")
    vat_number: Mapped[str | None] = col(N_("VAT number"), String(11), "contact")
    municipality_id: Mapped[int | None] = ref(N_("Municipality"), "municipality.id")
    address: Mapped[str | None] = col(N_("Address"), String(300))
    website: Mapped[str | None] = col(N_("Website"), String(300))
    email: Mapped[str | None] = col(N_("E-mail"), String(320))
    phone: Mapped[str | None] = col(N_("Telephone"), String(40))
    pec: Mapped[str | None] = col(N_("Certified e-mail"), String(320), "contact")
    status: Mapped[str] = choice(N_("Status"), STANDING, default="active", server_default="active")
    note: Mapped[str | None] = col(N_("Note of the office"), Text, "internal")
    municipality: Mapped[Municipality | None] = relationship()
    aliases: Mapped[list["OrganizationAlias"]] = many("organization")
    contacts: Mapped[list["OrganizationContact"]] = many("organization")
    __table_args__ = (
        UniqueConstraint("alliance_id", "name"),
        Index(
            "one_tax_code_an_alliance", "alliance_id", "fiscal_code", unique=True,
            postgresql_where=text("fiscal_code IS NOT NULL"),
        ),
    )  # fmt: skip


class OrganizationAlias(Tenant):
    """Another name that a body goes by, and where it is written so."""

    organization_id: Mapped[int] = ref(N_("Organization"), "organization.id")
    name: Mapped[str] = col(N_("Name"), String(200))
    source: Mapped[str | None] = col(N_("Source"), String(200), "internal")
    organization: Mapped[Organization] = relationship(back_populates="aliases")
    __table_args__ = (UniqueConstraint("alliance_id", "organization_id", "name"),)


class OrganizationContact(Tenant):
    """Somebody at a body whom the alliance writes to."""

    organization_id: Mapped[int] = ref(N_("Organization"), "organization.id", index=True)
    name: Mapped[str] = personal(N_("Name"), String(200), "contact", NETWORK, FIVE_YEARS)
    role: Mapped[str | None] = personal(N_("Duty"), String(200), "contact", NETWORK, FIVE_YEARS)
    email: Mapped[str | None] = personal(N_("E-mail"), String(320), "contact", NETWORK, FIVE_YEARS)
    phone: Mapped[str | None] = personal(
        N_("Telephone"), String(40), "contact", NETWORK, FIVE_YEARS
    )
    notify: Mapped[bool] = col(
        N_("Receives reminders"), Boolean, "internal", default=True, server_default="true"
    )
    organization: Mapped[Organization] = relationship(back_populates="contacts")


class Location(Identified, Tenant):
    """Where an organization offers something."""

    KINDS = {"physical": N_("Physical"), "postal": N_("Postal"), "virtual": N_("Online")}

    organization_id: Mapped[int] = ref(N_("Organization"), "organization.id", index=True)
    name: Mapped[str] = col(N_("Name"), String(200))
    kind: Mapped[str] = choice(N_("Kind"), KINDS, default="physical", server_default="physical")
    address: Mapped[str | None] = col(N_("Address"), String(300))
    postal_code: Mapped[str | None] = col(N_("Postcode"), String(5))
    municipality_id: Mapped[int | None] = ref(N_("Municipality"), "municipality.id")
    latitude: Mapped[Decimal | None] = col(N_("Latitude"), Numeric(9, 6))
    longitude: Mapped[Decimal | None] = col(N_("Longitude"), Numeric(9, 6))
    organization: Mapped[Organization] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_range"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_range"),
    )


# ---------------------------------------------------------------- projects and calls

PARTNER_ROLES = {
    "lead": N_("Lead"),
    "partner": N_("Partner"),
    "funder": N_("Funder"),
    "technical_partner": N_("Technical partner"),
}


class Project(Titled, Described, Tenant):
    """A funded project, and the one that it continues."""

    label_columns = ("title",)

    programme: Mapped[str | None] = col(N_("Programme"), String(300))
    legal_act: Mapped[str | None] = col(N_("Legal act"), String(200))
    budget: Mapped[Decimal | None] = col(N_("Budget"), MONEY)
    starts_on: Mapped[date | None] = col(N_("Starts on"), Date)
    ends_on: Mapped[date | None] = col(N_("Ends on"), Date)
    months: Mapped[int | None] = col(N_("Months"), Integer)
    continues_id: Mapped[int | None] = ref(N_("Continues"), "project.id")
    continues: Mapped["Project | None"] = relationship(remote_side="Project.id")
    extensions: Mapped[list["ProjectExtension"]] = many("project")
    partners: Mapped[list["ProjectPartner"]] = many("project")
    __table_args__ = (
        UniqueConstraint("alliance_id", "title"),
        CheckConstraint("budget >= 0", name="budget_not_negative"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )


class ProjectExtension(Tenant):
    """A later end of a project."""

    label_columns = ("extended_to",)

    project_id: Mapped[int] = ref(N_("Project"), "project.id", index=True)
    extended_to: Mapped[date] = col(N_("Extended to"), Date)
    decided_on: Mapped[date | None] = col(N_("Decided on"), Date)
    legal_act: Mapped[str | None] = col(N_("Legal act"), String(200))
    project: Mapped[Project] = relationship(back_populates="extensions")
    __table_args__ = (UniqueConstraint("project_id", "extended_to"),)


class ProjectPartner(Tenant):
    """A body's part in a project, and the paper that says so."""

    label_columns = ("organization", "role")

    project_id: Mapped[int] = ref(N_("Project"), "project.id", index=True)
    organization_id: Mapped[int] = ref(N_("Organization"), "organization.id", index=True)
    role: Mapped[str] = choice(N_("Role"), PARTNER_ROLES, default="partner")
    starts_on: Mapped[date | None] = col(N_("Starts on"), Date)
    ends_on: Mapped[date | None] = col(N_("Ends on"), Date)
    source: Mapped[str] = col(N_("Source"), String(200), "internal")
    project: Mapped[Project] = relationship(back_populates="partners")
    organization: Mapped[Organization] = relationship()
    __table_args__ = (
        UniqueConstraint("project_id", "organization_id", "role", "source"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )


class Call(Titled, Described, Tenant):
    """A public call, with its window and legal act."""

    label_columns = ("title",)
    STATES = {"draft": N_("Draft"), "published": N_("Published"), "closed": N_("Closed")}

    legal_act: Mapped[str | None] = col(N_("Legal act"), String(200))
    project_id: Mapped[int | None] = ref(N_("Project"), "project.id")
    published_on: Mapped[date | None] = col(N_("Published on"), Date)
    deadline: Mapped[date | None] = col(N_("Deadline"), Date)
    asks_services: Mapped[bool] = col(
        N_("Asks for services"), Boolean, default=False, server_default="false"
    )
    status: Mapped[str] = choice(N_("Status"), STATES, default="draft", server_default="draft")
    project: Mapped[Project | None] = relationship()
    categories: Mapped[list["CallCategory"]] = many("call")
    __table_args__ = (
        UniqueConstraint("alliance_id", "title"),
        CheckConstraint("deadline >= published_on", name="deadline_after_publication"),
    )


class CallCategory(Tenant):
    """A category that a call admits."""

    label_columns = ("category",)

    call_id: Mapped[int] = ref(N_("Call"), "call.id")
    category_id: Mapped[int] = ref(N_("Category"), "service_category.id")
    call: Mapped[Call] = relationship(back_populates="categories")
    category: Mapped["ServiceCategory"] = relationship()
    __table_args__ = (UniqueConstraint("call_id", "category_id"),)


NETWORKS = {"ats": N_("ATS reconciliation network"), "local": N_("Local network")}
SIGNATURES = {"handwritten": N_("Handwritten"), "digital": N_("Digital")}
MEMBERSHIP_STATES = {
    "draft": N_("Draft"),
    "sent": N_("Sent"),
    "accepted": N_("Accepted"),
    "refused": N_("Refused"),
    "ended": N_("Ended"),
}


class Membership(Tenant):
    """A body's form to join one of the two networks, and the decision on it."""

    label_columns = ("organization", "network")

    organization_id: Mapped[int] = ref(N_("Organization"), "organization.id", index=True)
    network: Mapped[str] = choice(N_("Network"), NETWORKS)
    call_id: Mapped[int | None] = ref(N_("Call"), "call.id")
    recipient: Mapped[str | None] = col(N_("Sent to"), String(320), "internal")
    signature: Mapped[str | None] = choice(N_("Signature"), SIGNATURES, "internal")
    file_id: Mapped[int | None] = ref(N_("Signed form"), "file.id", "internal")
    status: Mapped[str] = choice(
        N_("Status"), MEMBERSHIP_STATES, default="draft", server_default="draft"
    )
    sent_at: Mapped[datetime | None] = col(N_("Sent on"), INSTANT, "internal")
    protocol_number: Mapped[str | None] = col(N_("Protocol number"), String(40), "internal")
    protocol_date: Mapped[date | None] = col(N_("Protocol date"), Date, "internal")
    decided_on: Mapped[date | None] = col(N_("Decided on"), Date, "internal")
    reason: Mapped[str | None] = col(N_("Reason"), Text, "internal")
    starts_on: Mapped[date | None] = col(N_("Starts on"), Date)
    ends_on: Mapped[date | None] = col(N_("Ends on"), Date)
    organization: Mapped[Organization] = relationship()
    call: Mapped[Call | None] = relationship()
    file: Mapped["File | None"] = relationship()
    __table_args__ = (
        Index(
            "one_open_membership", "alliance_id", "organization_id", "network", unique=True,
            postgresql_where=text("status IN ('draft', 'sent', 'accepted')"),
        ),
    )  # fmt: skip


# ---------------------------------------------------------------- catalogue


class ServiceCategory(Titled, Tenant):
    """A node of the tree of what is offered."""

    label_columns = ("title",)
    TREES = {"service": N_("Services"), "time_saving": N_("Time-saving services")}

    code: Mapped[str] = col(N_("Code"), String(60))
    tree: Mapped[str] = choice(N_("Tree"), TREES, default="service", server_default="service")
    parent_id: Mapped[int | None] = ref(N_("Part of"), "service_category.id")
    examples: Mapped[str | None] = col(
        N_("Examples"), Text, help=N_("Examples, not a closed list.")
    )
    position: Mapped[int] = col(N_("Order"), Integer, default=0, server_default="0")
    parent: Mapped["ServiceCategory | None"] = relationship(remote_side="ServiceCategory.id")
    __table_args__ = (UniqueConstraint("alliance_id", "code"),)


OFFER_STATES = {
    "draft": N_("Draft"),
    "review": N_("Under review"),
    "published": N_("Published"),
    "returned": N_("Returned with reasons"),
    "suspended": N_("Suspended"),
}
PRICES = {
    "free": N_("Free"),
    "fixed": N_("Fixed price"),
    "reduced": N_("With a reduced price"),
    "scheme": N_("By a fee scheme"),
}
UNITS = {
    "hour": N_("an hour"),
    "day": N_("a day"),
    "week": N_("a week"),
    "month": N_("a month"),
    "meal": N_("a meal"),
    "ride": N_("a ride"),
    "session": N_("a session"),
    "item": N_("an item"),
    "course": N_("the whole course"),
}


class Offer:
    """What services and workshops share: a price, a controller, and a review."""

    status: Mapped[str] = choice(
        N_("Status"), OFFER_STATES, default="draft", server_default="draft", sort_order=50
    )
    price_kind: Mapped[str] = choice(
        N_("Price"), PRICES, default="free", server_default="free", check="price_kind",
        sort_order=51,
    )  # fmt: skip
    price: Mapped[Decimal | None] = col(N_("Full price"), MONEY, sort_order=52)
    reduced_price: Mapped[Decimal | None] = col(N_("Reduced price"), MONEY, sort_order=53)
    reduced_for: Mapped[str | None] = col(
        N_("Who pays the reduced price"), String(300), sort_order=54
    )
    price_unit: Mapped[str | None] = choice(N_("Unit"), UNITS, check="price_unit", sort_order=55)
    fee_scheme_id: Mapped[int | None] = ref(
        N_("Fee scheme"), "fee_scheme.id", sort_order=55,
        help=N_("The published edition that prices follow; a later one changes nothing here."),
    )  # fmt: skip

    @declared_attr
    def fee_scheme(cls) -> Mapped["FeeScheme | None"]:
        """The edition of fees, where the price is by scheme."""
        return relationship()

    proposal: Mapped[dict[str, Any] | None] = col(
        N_("Proposed change"), JSONB, "internal", sort_order=56,
        help=N_("What waits for review while the published version stays."),
    )  # fmt: skip
    submitted_at: Mapped[datetime | None] = col(
        N_("Sent for review on"), INSTANT, "internal", sort_order=57
    )
    review_note: Mapped[str | None] = col(
        N_("Reasons of the review"), Text, "internal", sort_order=58
    )
    published_at: Mapped[datetime | None] = col(
        N_("Published on"), INSTANT, "internal", sort_order=59
    )


def price_checks() -> tuple[CheckConstraint, ...]:
    """A price where one is asked, and none below zero."""
    return (
        CheckConstraint("price >= 0", name="price_not_negative"),
        CheckConstraint("reduced_price BETWEEN 0 AND price", name="reduced_price_below_full"),
        CheckConstraint(
            "(price_kind IN ('free', 'scheme')) = (price IS NULL)", name="price_where_not_free"
        ),
        CheckConstraint(
            "(price_kind = 'reduced') = (reduced_price IS NOT NULL AND reduced_for IS NOT NULL)",
            name="reduced_price_said_whole",
        ),
        CheckConstraint(
            "(price_kind = 'scheme') = (fee_scheme_id IS NOT NULL)", name="scheme_where_it_prices"
        ),
    )  # fmt: skip


# Deductible welfare by beneficiary, TUIR (DPR 917/1986) art. 51(2).
TUIR_LETTERS = {
    "f": N_("f: services of education, recreation, social care"),
    "f-bis": N_("f-bis: education and camps of family members"),
    "f-ter": N_("f-ter: care of elderly or dependent relatives"),
    "c": N_("c: canteens"),
    "d-bis": N_("d-bis: public transport season tickets"),
}


class Service(Identified, Titled, Described, Offer, Tenant):
    """What a provider or a municipality offers all year."""

    label_columns = ("title",)

    organization_id: Mapped[int] = ref(N_("Organization"), "organization.id", index=True)
    category_id: Mapped[int] = ref(N_("Category"), "service_category.id", index=True)
    call_id: Mapped[int | None] = ref(N_("Call"), "call.id", "internal")
    controller_id: Mapped[int] = ref(
        N_("Controller of the data"), "organization.id",
        help=N_("The body named in the privacy notice that the family reads (GDPR art. 13)."),
    )  # fmt: skip
    municipality_id: Mapped[int | None] = ref(N_("Municipality"), "municipality.id")
    audience: Mapped[str | None] = col(N_("Who it is for"), Text)
    how_to: Mapped[str | None] = col(N_("How to ask for it"), Text)
    needs: Mapped[str | None] = col(N_("What is needed"), Text)
    timing: Mapped[str | None] = col(N_("Times and deadlines"), Text)
    tuir_letter: Mapped[str | None] = choice(N_("Letter of TUIR art. 51(2)"), TUIR_LETTERS,
                                             check="tuir_letter")  # fmt: skip
    requestable: Mapped[bool] = col(
        N_("Can be asked for online"), Boolean, default=True, server_default="true"
    )
    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    controller: Mapped[Organization] = relationship(foreign_keys=[controller_id])
    category: Mapped[ServiceCategory] = relationship()
    call: Mapped[Call | None] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
    locations: Mapped[list["ServiceLocation"]] = many("service")
    __table_args__ = (UniqueConstraint("organization_id", "title"), *price_checks())


class ServiceLocation(Tenant):
    """A place where a service is offered."""

    label_columns = ("location",)

    service_id: Mapped[int] = ref(N_("Service"), "service.id")
    location_id: Mapped[int] = ref(N_("Location"), "location.id")
    service: Mapped[Service] = relationship(back_populates="locations")
    location: Mapped[Location] = relationship()
    __table_args__ = (UniqueConstraint("service_id", "location_id"),)


REQUEST_STATES = {
    "sent": N_("Sent"),
    "answered": N_("Answered"),
    "accepted": N_("Accepted"),
    "started": N_("Started"),
    "closed": N_("Closed"),
    "refused": N_("Refused"),
    "cancelled": N_("Withdrawn"),
}
CHANNELS = {"web": N_("Online"), "desk": N_("Desk"), "staff": N_("Office")}


class Procedure:
    """What Law 241/1990 asks of every application: number, date, term, officer, registry."""

    receipt: Mapped[str] = personal(N_("Receipt"), String(10), "public", unique=True)
    submitted_at: Mapped[datetime | None] = personal(N_("Sent on"), INSTANT, "public")
    due_on: Mapped[date | None] = personal(N_("To be answered by"), Date, "public")
    officer: Mapped[str | None] = col(N_("Officer responsible"), String(200))
    channel: Mapped[str] = choice(N_("Channel"), CHANNELS, default="web", server_default="web")
    protocol_number: Mapped[str | None] = col(N_("Protocol number"), String(40), "internal")
    protocol_date: Mapped[date | None] = col(N_("Protocol date"), Date, "internal")


class ServiceRequest(Procedure, Tenant):
    """A citizen asks for a service."""

    label_columns = ("receipt",)

    person_id: Mapped[int] = ref(N_("Person"), "person.id", index=True)
    service_id: Mapped[int] = ref(N_("Service"), "service.id", index=True)
    user_id: Mapped[int | None] = ref(N_("Asked by"), "ab_user.id", "internal")
    delegation_id: Mapped[int | None] = ref(N_("Delegation"), "delegation.id", "internal")
    status: Mapped[str] = choice(
        N_("Status"), REQUEST_STATES, default="sent", server_default="sent"
    )
    message: Mapped[str | None] = personal(N_("Message"), Text, "contact", SERVICE)
    contact: Mapped[str | None] = personal(
        N_("How to reach the person"), String(320), "contact", SERVICE
    )
    answer: Mapped[str | None] = personal(N_("Answer"), Text, "contact", SERVICE)
    reason: Mapped[str | None] = personal(N_("Reason"), Text, "contact", SERVICE)
    extras: Mapped[list[Any]] = personal(
        N_("Extras chosen"), JSONB, "money", SERVICE, default=list, server_default=text("'[]'"),
        help=N_("Their codes, as the fee scheme names them."),
    )  # fmt: skip
    fee: Mapped[Decimal | None] = personal(
        N_("Fee"), MONEY, "money", SERVICE, TEN_YEARS, N_("For one unit of the service.")
    )
    fee_lines: Mapped[list[Any] | None] = personal(
        N_("How the fee is made up"), JSONB, "money", SERVICE, TEN_YEARS
    )
    person: Mapped["Person"] = relationship()
    service: Mapped[Service] = relationship()
    user: Mapped[Account | None] = relationship(foreign_keys=[user_id])
    delegation: Mapped["Delegation | None"] = relationship()
    __table_args__ = (
        CheckConstraint(
            "status <> 'refused' OR length(reason) > 0", name="refused_with_a_reason"
        ),
        Index(
            "one_open_request", "person_id", "service_id", unique=True,
            postgresql_where=text("status IN ('sent', 'answered', 'accepted', 'started')"),
        ),
        CheckConstraint("fee >= 0", name="fee_not_negative"),
    )  # fmt: skip


# ---------------------------------------------------------------- workshops

SEASON_KINDS = {
    "christmas": N_("Christmas"),
    "carnival": N_("Carnival"),
    "easter": N_("Easter"),
    "summer": N_("Summer"),
    "school_year": N_("School year"),
    "closure": N_("School closure"),
}


class Season(Titled, Tenant):
    """A period that workshops are held in."""

    label_columns = ("title",)

    kind: Mapped[str] = choice(N_("Kind"), SEASON_KINDS)
    school_year: Mapped[str] = col(N_("School year"), String(7))
    starts_on: Mapped[date] = col(N_("Starts on"), Date)
    ends_on: Mapped[date] = col(N_("Ends on"), Date)
    __table_args__ = (
        UniqueConstraint("alliance_id", "kind", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("school_year ~ '^20[0-9]{2}/[0-9]{2}$'", name="school_year_form"),
    )


WORKSHOP_KINDS = {
    "workshop": N_("Workshop"),
    "summer_camp": N_("Summer camp"),
    "online": N_("Online workshop"),
}
PARTICIPANTS = {"children": N_("Children"), "adults": N_("Adults")}
ALLOCATIONS = {"first_come": N_("In order of arrival"), "ranking": N_("By ranking")}


class Workshop(Titled, Described, Offer, Tenant):
    """What an organizer runs in a season."""

    label_columns = ("title",)

    organization_id: Mapped[int] = ref(N_("Organizer"), "organization.id", index=True)
    season_id: Mapped[int] = ref(N_("Season"), "season.id", index=True)
    kind: Mapped[str] = choice(N_("Kind"), WORKSHOP_KINDS, default="workshop")
    municipality_id: Mapped[int | None] = ref(
        N_("Municipality"), "municipality.id", help=N_("Needed, unless it is held online.")
    )
    location_id: Mapped[int | None] = ref(N_("Location"), "location.id")
    controller_id: Mapped[int] = ref(
        N_("Controller of the data"), "organization.id",
        help=N_("The body named in the privacy notice that the family reads (GDPR art. 13)."),
    )  # fmt: skip
    participants: Mapped[str] = choice(
        N_("Participants"), PARTICIPANTS, default="children", server_default="children"
    )
    min_age: Mapped[int | None] = col(N_("From age"), Integer)
    max_age: Mapped[int | None] = col(N_("To age"), Integer)
    starts_on: Mapped[date] = col(N_("Starts on"), Date)
    ends_on: Mapped[date] = col(N_("Ends on"), Date)
    opens_at: Mapped[datetime] = col(N_("Enrolments open"), INSTANT)
    closes_at: Mapped[datetime] = col(N_("Enrolments close"), INSTANT)
    allocation: Mapped[str] = choice(
        N_("How places are given"), ALLOCATIONS, default="first_come",
        server_default="first_come", check="allocation",
    )  # fmt: skip
    ranking_id: Mapped[int | None] = ref(
        N_("Ranking"), "ranking.id", index=True, help=N_("Where places are given by ranking.")
    )
    criterion_set_id: Mapped[int | None] = ref(
        N_("Own criteria"), "criterion_set.id",
        help=N_("Only where this organizer ranks by criteria of its own."),
    )  # fmt: skip
    offer_hours: Mapped[int] = col(
        N_("Hours to accept an offered place"), Integer, default=48, server_default="48"
    )
    absences_allowed: Mapped[int | None] = col(
        N_("Days of absence allowed"), Integer,
        help=N_("Without a word from the family; on one more, its later places here are offered "
                "to the next. Empty: absences cost no place."),
    )  # fmt: skip
    tuir_letter: Mapped[str | None] = choice(N_("Letter of TUIR art. 51(2)"), TUIR_LETTERS,
                                             check="tuir_letter")  # fmt: skip
    pay_within_days: Mapped[int | None] = col(
        N_("Days to pay"), Integer,
        help=N_("How long a family has to pay a notice; 30 days where nothing is said."),
    )  # fmt: skip
    copied_from_id: Mapped[int | None] = ref(N_("Copied from"), "workshop.id", "internal")
    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    controller: Mapped[Organization] = relationship(foreign_keys=[controller_id])
    season: Mapped[Season] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
    location: Mapped[Location | None] = relationship()
    ranking: Mapped["Ranking | None"] = relationship()
    criterion_set: Mapped["CriterionSet | None"] = relationship()
    slots: Mapped[list["Slot"]] = many(
        "workshop", foreign_keys="Slot.workshop_id", order_by="Slot.starts_on"
    )
    __table_args__ = (
        UniqueConstraint("organization_id", "season_id", "title"),
        UniqueConstraint("id", "organization_id", name="uq_workshop_id_organization_id"),
        CheckConstraint("(kind = 'online') = (municipality_id IS NULL)", name="where_it_is_held"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("closes_at > opens_at", name="window_in_order"),
        CheckConstraint("min_age BETWEEN 0 AND 120", name="min_age_range"),
        CheckConstraint("max_age BETWEEN 0 AND 120 AND max_age >= min_age", name="max_age_range"),
        CheckConstraint("offer_hours BETWEEN 1 AND 720", name="offer_hours_range"),
        CheckConstraint("absences_allowed BETWEEN 0 AND 60", name="absences_allowed_range"),
        CheckConstraint("pay_within_days BETWEEN 1 AND 365", name="pay_within_days_range"),
        CheckConstraint(
            "allocation = 'ranking' OR (ranking_id IS NULL AND criterion_set_id IS NULL)",
            name="ranked_where_places_are_ranked",
        ),
        *price_checks(),
    )


class Slot(Titled, Tenant):
    """A bookable day or week of a workshop, with its places."""

    label_columns = ("title", "starts_on")

    workshop_id: Mapped[int] = ref(N_("Workshop"), "workshop.id", index=True)
    # The workshop's own, kept here so that the policy reads one table.
    organization_id: Mapped[int] = ref(N_("Organizer"), "organization.id", index=True)
    starts_on: Mapped[date] = col(N_("Starts on"), Date)
    ends_on: Mapped[date] = col(N_("Ends on"), Date)
    starts_at: Mapped[time] = col(N_("From"), Time)
    ends_at: Mapped[time] = col(N_("To"), Time)
    zone: Mapped[str] = col(
        N_("Time zone"), String(40), "system", default="Europe/Rome", server_default="Europe/Rome"
    )
    places: Mapped[int] = col(N_("Places"), Integer)
    places_taken: Mapped[int] = col(
        N_("Places taken"), Integer, kind="places", of="places", default=0, server_default="0"
    )
    waiting_count: Mapped[int] = col(N_("Waiting"), Integer, default=0, server_default="0")
    last_queue_no: Mapped[int] = col(
        N_("Last number given"), Integer, "system", default=0, server_default="0"
    )
    workshop: Mapped[Workshop] = relationship(back_populates="slots", foreign_keys=[workshop_id])
    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    __table_args__ = (
        ForeignKeyConstraint(
            ["workshop_id", "organization_id"], ["workshop.id", "workshop.organization_id"],
            name="fk_slot_workshop_organization", ondelete="RESTRICT", onupdate="CASCADE",
        ),
        UniqueConstraint("workshop_id", "title", "starts_on"),
        Index("ix_slot_starts_on", "alliance_id", "starts_on", "id"),
        CheckConstraint("places >= 0", name="places_not_negative"),
        CheckConstraint("places_taken BETWEEN 0 AND places", name="never_oversold"),
        CheckConstraint("waiting_count >= 0", name="waiting_not_negative"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("ends_at > starts_at", name="ends_later_the_same_day"),
    )  # fmt: skip

    @property
    def free(self) -> int:
        """Places that nobody holds."""
        return self.places - self.places_taken

    @property
    def span(self) -> list[Range[datetime]]:
        """The hours of each day that the slot takes, as instants in its own zone."""
        return [Range(first, last) for first, last in clock.hours(self)]


def _free_places() -> Any:
    """The places that can be taken at once in a workshop's slots that are not over."""
    free = case((Slot.waiting_count == 0, Slot.places - Slot.places_taken), else_=0)
    # Named like the policy's own: the statements that are compiled beforehand know it.
    today = bindparam("policy_today", callable_=clock.today, type_=Date)
    found = (
        select(func.coalesce(func.sum(free), 0))
        .where(Slot.workshop_id == Workshop.id, Slot.ends_on >= today)
        .correlate_except(Slot)
        .scalar_subquery()
        .label("free_places")
    )
    return _computed(found, N_("Free places"))


def _computed(found: Any, label: str) -> Any:
    """A column that is computed where it is asked for; it says of itself what a table's does."""
    found.info = {"label": label, "group": "public", "help": ""}
    found.nullable, found.default, found.server_default = False, None, None
    return column_property(found, deferred=True)


Workshop.free_places = _free_places()


# The places of a slot that nobody holds.
Slot.free_places = _computed(
    (Slot.places - Slot.places_taken).label("free_places"), N_("Free places")
)


# ---------------------------------------------------------------- people


class Person(Tenant):
    """Anybody the alliance serves. No account is needed."""

    label_columns = ("last_name", "first_name")
    SEXES = {"F": N_("Female"), "M": N_("Male")}

    first_name: Mapped[str] = personal(N_("First name"), String(100), "public")
    last_name: Mapped[str] = personal(N_("Last name"), String(100), "public")
    birth_date: Mapped[date] = personal(N_("Date of birth"), Date, "public")
    fiscal_code: Mapped[str | None] = personal(N_("Codice fiscale"), String(16), "contact")
    no_fiscal_code: Mapped[str | None] = personal(
        N_("Why there is no codice fiscale"), String(300), "contact"
    )
    sex: Mapped[str | None] = mapped_column(
        Enum(*SEXES, name="sex", native_enum=False, create_constraint=True, length=1),
        info={"label": N_("Sex"), "group": "contact", "help": "", "values": SEXES,
              "purpose": ENROLMENT, "keep": TWO_YEARS},
    )  # fmt: skip
    municipality_id: Mapped[int | None] = personal(
        N_("Residence"), ForeignKey("municipality.id", ondelete="RESTRICT"), "contact"
    )
    address: Mapped[str | None] = personal(N_("Address"), String(300), "contact")
    email: Mapped[str | None] = personal(N_("E-mail"), String(320), "contact")
    phone: Mapped[str | None] = personal(N_("Telephone"), String(40), "contact")
    school: Mapped[str | None] = personal(N_("School and class"), String(200), "contact")
    allergies: Mapped[Sealed | str | None] = personal(
        N_("Allergies and therapies"), Encrypted("person.allergies"), "care"
    )
    pickup: Mapped[Sealed | str | None] = personal(
        N_("Who may pick up"), Encrypted("person.pickup"), "care"
    )
    municipality: Mapped[Municipality | None] = relationship()
    relations: Mapped[list["Relation"]] = many("person")
    __table_args__ = (
        Index(
            "one_person_a_code", "alliance_id", "fiscal_code", unique=True,
            postgresql_where=text("fiscal_code IS NOT NULL"),
        ),
        Index("ix_person_name", "alliance_id", "last_name", "first_name", "id"),
        CheckConstraint(
            "(fiscal_code IS NULL) = (no_fiscal_code IS NOT NULL)", name="code_or_why_not"
        ),
    )  # fmt: skip

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    def age_on(self, day: date) -> int:
        """Whole years on a day."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


RELATION_KINDS = {
    "self": N_("The person themselves"),
    "parent": N_("Parent"),
    "guardian": N_("Guardian"),
    "carer": N_("Carer"),
    "delegate": N_("Delegate"),
}


class Relation(Tenant):
    """Who may act for whom."""

    label_columns = ("kind",)

    user_id: Mapped[int] = ref(N_("User"), "ab_user.id", "internal", index=True)
    person_id: Mapped[int] = ref(N_("Person"), "person.id", "internal", index=True)
    kind: Mapped[str] = choice(N_("Kind"), RELATION_KINDS, default="parent")
    ends_on: Mapped[date | None] = personal(N_("Until"), Date, "internal")
    user: Mapped[Account] = relationship(foreign_keys=[user_id])
    person: Mapped[Person] = relationship(back_populates="relations")
    __table_args__ = (UniqueConstraint("user_id", "person_id"),)


class SocialPoint(Tenant):
    """A desk where operators help people."""

    organization_id: Mapped[int] = ref(N_("Organization"), "organization.id", index=True)
    name: Mapped[str] = col(N_("Name"), String(200))
    location_id: Mapped[int | None] = ref(N_("Location"), "location.id")
    opening_hours: Mapped[str | None] = col(N_("Opening hours"), Text)
    phone: Mapped[str | None] = col(N_("Telephone"), String(40))
    email: Mapped[str | None] = col(N_("E-mail"), String(320))
    organization: Mapped[Organization] = relationship()
    location: Mapped[Location | None] = relationship()
    __table_args__ = (UniqueConstraint("organization_id", "name"),)


class Delegation(Tenant):
    """A person's recorded consent that a desk's operator acts for them."""

    label_columns = ("person", "social_point")
    SCOPES = {"enrol": N_("Enrolments"), "request": N_("Services"), "all": N_("Everything")}
    METHODS = {"paper": N_("Signed paper"), "code": N_("Code sent to the person")}

    person_id: Mapped[int] = ref(N_("Person"), "person.id", index=True)
    social_point_id: Mapped[int] = ref(N_("Social point"), "social_point.id", index=True)
    scope: Mapped[str] = choice(N_("For"), SCOPES, default="all", check="scope")
    method: Mapped[str] = choice(N_("Consent given by"), METHODS, check="method")
    file_id: Mapped[int | None] = ref(N_("Signed paper"), "file.id", "internal")
    code_digest: Mapped[str | None] = personal(N_("Code"), String(64), "system")
    code_expires_at: Mapped[datetime | None] = personal(N_("Code expires on"), INSTANT, "system")
    code_failures: Mapped[int] = col(
        N_("Wrong codes"), Integer, "system", default=0, server_default="0"
    )
    confirmed_at: Mapped[datetime | None] = personal(N_("Confirmed on"), INSTANT, "internal")
    revoked_at: Mapped[datetime | None] = personal(N_("Revoked on"), INSTANT, "internal")
    starts_on: Mapped[date] = personal(N_("Starts on"), Date, "internal")
    ends_on: Mapped[date] = personal(N_("Ends on"), Date, "internal")
    operator_id: Mapped[int | None] = ref(N_("Recorded by"), "ab_user.id", "internal")
    person: Mapped[Person] = relationship()
    social_point: Mapped[SocialPoint] = relationship()
    file: Mapped["File | None"] = relationship()
    operator: Mapped[Account | None] = relationship(foreign_keys=[operator_id])
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("method <> 'paper' OR file_id IS NOT NULL", name="paper_is_kept"),
    )


# ---------------------------------------------------------------- enrolment

OPEN_STATES = ("submitted", "waiting", "placed", "offered")
OPEN = "('submitted', 'waiting', 'placed', 'offered')"
HOLDING = "('placed', 'offered')"
ENROLLMENT_STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "placed": N_("Placed"),
    "waiting": N_("Waiting"),
    "offered": N_("Place offered"),
    "declined": N_("Declined"),
    "expired": N_("Offer expired"),
    "passed": N_("A better wish was granted"),
    "cancelled": N_("Cancelled"),
    "refused": N_("Refused"),
}


class Application(Procedure, Tenant):
    """One submission of a family: several children, several slots, one receipt."""

    label_columns = ("receipt",)
    STATES = {"draft": N_("Draft"), "submitted": N_("Submitted")}

    user_id: Mapped[int | None] = ref(N_("Sent by"), "ab_user.id", "internal", index=True)
    delegation_id: Mapped[int | None] = ref(N_("Delegation"), "delegation.id", "internal")
    season_id: Mapped[int | None] = ref(N_("Season"), "season.id")
    status: Mapped[str] = choice(N_("Status"), STATES, default="draft", server_default="draft")
    contact_email: Mapped[str | None] = personal(N_("E-mail"), String(320), "contact")
    contact_phone: Mapped[str | None] = personal(N_("Telephone"), String(40), "contact")
    note: Mapped[str | None] = personal(N_("Note"), Text, "contact")
    photo_consent: Mapped[bool] = personal(
        N_("Photographs may be taken"), Boolean, "internal", default=False, server_default="false"
    )
    user: Mapped[Account | None] = relationship(foreign_keys=[user_id])
    delegation: Mapped[Delegation | None] = relationship()
    season: Mapped[Season | None] = relationship()
    enrollments: Mapped[list["Enrollment"]] = many("application")


class Enrollment(Tenant):
    """One person's place, or wish for a place, in one slot."""

    label_columns = ("id",)

    application_id: Mapped[int] = ref(N_("Application"), "application.id", index=True)
    person_id: Mapped[int] = ref(N_("Person"), "person.id", index=True)
    slot_id: Mapped[int] = ref(N_("Slot"), "slot.id", index=True)
    status: Mapped[str] = choice(
        N_("Status"), ENROLLMENT_STATES, default="draft", server_default="draft"
    )
    queue_no: Mapped[int | None] = personal(N_("Number in the queue"), Integer, "public")
    position: Mapped[int | None] = personal(N_("Order of the wish"), Integer, "public")
    span: Mapped[Any] = personal(N_("When"), TSTZMULTIRANGE(), "system")
    offer_expires_at: Mapped[datetime | None] = personal(N_("Offer expires on"), INSTANT, "public")
    reason: Mapped[str | None] = personal(N_("Reason"), Text, "internal")
    reduced: Mapped[bool] = personal(
        N_("Reduced price asked for"), Boolean, "money", default=False, server_default="false"
    )
    extras: Mapped[list[Any]] = personal(
        N_("Extras chosen"), JSONB, "money", default=list, server_default=text("'[]'"),
        help=N_("Their codes, as the fee scheme names them."),
    )  # fmt: skip
    fee: Mapped[Decimal | None] = personal(N_("Fee"), MONEY, "money", keep=TEN_YEARS)
    fee_lines: Mapped[list[Any] | None] = personal(
        N_("How the fee is made up"), JSONB, "money", keep=TEN_YEARS
    )
    application: Mapped[Application] = relationship(back_populates="enrollments")
    person: Mapped[Person] = relationship()
    slot: Mapped[Slot] = relationship()
    __table_args__ = (
        Index(
            "one_open_enrollment", "person_id", "slot_id", unique=True,
            postgresql_where=text(f"status IN {OPEN}"),
        ),
        Index(
            "queue_of_a_slot", "slot_id", "queue_no", unique=True,
            postgresql_where=text("queue_no IS NOT NULL"),
        ),
        Index("ix_enrollment_status", "alliance_id", "status", "id"),
        ExcludeConstraint(
            (text("int8range(person_id, person_id, '[]')"), "&&"), ("span", "&&"),
            name="no_two_places_at_once", using="gist", where=text(f"status IN {HOLDING}"),
        ),
        CheckConstraint("status <> 'refused' OR length(reason) > 0", name="refused_with_a_reason"),
        CheckConstraint(
            "(status = 'offered') = (offer_expires_at IS NOT NULL)", name="offer_has_an_end"
        ),
        CheckConstraint("fee >= 0", name="fee_not_negative"),
    )  # fmt: skip


ATTENDED = {
    "present": N_("Present"),
    "absent": N_("Absent"),
    "left_early": N_("Left early"),
}


class Attendance(Tenant):
    """Whether a person came on a day of the slot, and who took them home if they left early."""

    label_columns = ("day",)

    enrollment_id: Mapped[int] = ref(N_("Enrolment"), "enrollment.id", index=True)
    day: Mapped[date] = personal(N_("Day"), Date, "public")
    status: Mapped[str] = choice(N_("Status"), ATTENDED)
    excused: Mapped[bool] = personal(
        N_("The family said so"), Boolean, "public", default=False, server_default="false"
    )
    left_at: Mapped[time | None] = personal(N_("Left at"), Time, "public")
    picked_up_by: Mapped[str | None] = personal(N_("Picked up by"), String(200), "internal")
    reason: Mapped[str | None] = personal(N_("Why it was put right"), String(300), "internal")
    user_id: Mapped[int | None] = ref(N_("Recorded by"), "ab_user.id", "internal")
    enrollment: Mapped[Enrollment] = relationship()
    user: Mapped[Account | None] = relationship()
    __table_args__ = (
        UniqueConstraint("enrollment_id", "day"),
        CheckConstraint(
            "num_nonnulls(left_at, picked_up_by) = CASE status WHEN 'left_early' THEN 2 ELSE 0 END",
            name="who_leaves_early_is_picked_up",
        ),
        CheckConstraint("status = 'absent' OR NOT excused", name="only_absence_is_excused"),
    )


class StateChange(Tenant):
    """Who moved a row from which state to which, when and why."""

    label_columns = ("to_status",)

    noun: Mapped[str] = col(N_("What"), String(40), "internal")
    row_id: Mapped[int] = col(N_("No."), BigInteger, "internal")
    from_status: Mapped[str | None] = col(N_("From"), String(40))
    to_status: Mapped[str] = col(N_("To"), String(40))
    reason: Mapped[str | None] = personal(N_("Reason"), Text, "internal")
    user_id: Mapped[int | None] = ref(N_("By"), "ab_user.id", "internal")
    at: Mapped[datetime] = col(N_("When"), INSTANT)
    user: Mapped[Account | None] = relationship(foreign_keys=[user_id])
    __table_args__ = (Index("ix_state_change_row", "noun", "row_id"),)


# ---------------------------------------------------------------- fees


class FeeScheme(Titled, Tenant):
    """What places cost by means: once published it stays as it is, and a new edition follows."""

    label_columns = ("title",)
    STATES = {"draft": N_("Draft"), "published": N_("Published")}

    organization_id: Mapped[int] = ref(
        N_("Published by"), "organization.id", index=True,
        help=N_("Resident is who lives in this body's municipality."),
    )  # fmt: skip
    edition: Mapped[int] = col(N_("Edition"), Integer, default=1, server_default="1")
    status: Mapped[str] = choice(N_("Status"), STATES, default="draft", server_default="draft")
    published_at: Mapped[datetime | None] = col(N_("Published on"), INSTANT)
    floor: Mapped[Decimal] = col(
        N_("Lowest fee"), MONEY, default=Decimal(0), server_default="0",
        help=N_("Before extras, for one day or week."),
    )  # fmt: skip
    ceiling: Mapped[Decimal | None] = col(
        N_("Highest fee"), MONEY, help=N_("Before extras, for one day or week.")
    )
    organization: Mapped[Organization] = relationship()
    bands: Mapped[list["FeeBand"]] = many("fee_scheme", order_by="FeeBand.from_isee")
    siblings: Mapped[list["FeeSibling"]] = many("fee_scheme", order_by="FeeSibling.rank")
    extras: Mapped[list["FeeExtra"]] = many("fee_scheme", order_by="FeeExtra.id")
    __table_args__ = (
        UniqueConstraint("organization_id", "title", "edition"),
        CheckConstraint("edition >= 1", name="edition_from_one"),
        CheckConstraint(
            "(status = 'published') = (published_at IS NOT NULL)", name="published_once"
        ),
        CheckConstraint("floor >= 0", name="floor_not_negative"),
        CheckConstraint("ceiling >= floor", name="ceiling_above_floor"),
    )


class FeeBand(Tenant):
    """From an ISEE up to, not including, its end; the last band has none."""

    label_columns = ("from_isee",)

    fee_scheme_id: Mapped[int] = ref(N_("Fee scheme"), "fee_scheme.id", index=True)
    from_isee: Mapped[Decimal] = col(N_("From an ISEE of"), MONEY)
    to_isee: Mapped[Decimal | None] = col(
        N_("Up to, not including"), MONEY, help=N_("Empty in the last band.")
    )
    resident: Mapped[Decimal] = col(N_("Residents pay"), MONEY)
    non_resident: Mapped[Decimal] = col(N_("Others pay"), MONEY)
    resident_to: Mapped[Decimal | None] = col(
        N_("Residents pay at the end"), MONEY,
        help=N_("Where the fee rises with the ISEE inside the band."),
    )  # fmt: skip
    non_resident_to: Mapped[Decimal | None] = col(
        N_("Others pay at the end"), MONEY,
        help=N_("Where the fee rises with the ISEE inside the band."),
    )  # fmt: skip
    fee_scheme: Mapped[FeeScheme] = relationship(back_populates="bands")
    __table_args__ = (
        UniqueConstraint("fee_scheme_id", "from_isee"),
        CheckConstraint("from_isee >= 0 AND to_isee > from_isee", name="band_in_order"),
        CheckConstraint(
            "resident >= 0 AND non_resident >= 0 AND resident_to >= 0 AND non_resident_to >= 0",
            name="fees_not_negative",
        ),
    )


class FeeSibling(Tenant):
    """What the n-th child of a family, and those after it, pay."""

    label_columns = ("rank",)

    fee_scheme_id: Mapped[int] = ref(N_("Fee scheme"), "fee_scheme.id", index=True)
    rank: Mapped[int] = col(N_("From which child on"), Integer, help=N_("2 is the second child."))
    per_cent: Mapped[Decimal | None] = col(N_("Per cent less"), Numeric(5, 2), kind="number")
    amount: Mapped[Decimal | None] = col(
        N_("Or this amount"), MONEY, help=N_("For one day or week, in place of the band's.")
    )
    residents_only: Mapped[bool] = col(
        N_("Residents only"), Boolean, default=True, server_default="true"
    )
    fee_scheme: Mapped[FeeScheme] = relationship(back_populates="siblings")
    __table_args__ = (
        UniqueConstraint("fee_scheme_id", "rank"),
        CheckConstraint("rank BETWEEN 2 AND 20", name="from_the_second_child"),
        CheckConstraint("per_cent BETWEEN 0 AND 100", name="per_cent_in_range"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("(per_cent IS NULL) <> (amount IS NULL)", name="one_way_to_reduce"),
    )  # fmt: skip


class FeeExtra(Titled, Tenant):
    """What is paid besides for each day or week: meals, hours before or after."""

    label_columns = ("title",)

    fee_scheme_id: Mapped[int] = ref(N_("Fee scheme"), "fee_scheme.id", index=True)
    code: Mapped[str] = col(
        N_("Code"), String(40), help=N_("Small letters, digits and underscores.")
    )
    amount: Mapped[Decimal] = col(N_("Amount"), MONEY)
    always: Mapped[bool] = col(
        N_("Nobody goes without it"), Boolean, default=False, server_default="false"
    )
    fee_scheme: Mapped[FeeScheme] = relationship(back_populates="extras")
    __table_args__ = (
        UniqueConstraint("fee_scheme_id", "code"),
        CheckConstraint("code ~ '^[a-z0-9_]+$'", name="code_form"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )


class Isee(Tenant):
    """An ISEE as the family declares it; the one declared last counts, through its last day."""

    label_columns = ("protocol_number",)

    person_id: Mapped[int] = ref(N_("Person"), "person.id", index=True)
    amount: Mapped[Sealed | str] = personal(
        N_("ISEE"), Encrypted("isee.amount"), "means", keep=FIVE_YEARS
    )
    protocol_number: Mapped[str] = personal(
        N_("Protocol number of INPS"), String(60), "money", keep=FIVE_YEARS
    )
    expires_on: Mapped[date] = personal(N_("Good through"), Date, "money", keep=FIVE_YEARS)
    user_id: Mapped[int | None] = ref(N_("Declared by"), "ab_user.id", "internal")
    person: Mapped[Person] = relationship()
    user: Mapped[Account | None] = relationship()


# ---------------------------------------------------------------- rankings

CRITERION_KINDS = {
    "flag": N_("Yes or no"),
    "unit": N_("For each one"),
    "choice": N_("One answer of several"),
    "tie": N_("Parts equals"),
}
FIRST = {"high": N_("The higher first"), "low": N_("The lower first")}


class CriterionSet(Titled, Tenant):
    """Criteria of precedence: once published they stay as they are, and a new edition follows."""

    label_columns = ("title",)
    STATES = {"draft": N_("Draft"), "published": N_("Published")}

    organization_id: Mapped[int] = ref(N_("Published by"), "organization.id", index=True)
    edition: Mapped[int] = col(N_("Edition"), Integer, default=1, server_default="1")
    status: Mapped[str] = choice(N_("Status"), STATES, default="draft", server_default="draft")
    published_at: Mapped[datetime | None] = col(N_("Published on"), INSTANT)
    organization: Mapped[Organization] = relationship()
    criteria: Mapped[list["Criterion"]] = many("criterion_set", order_by="Criterion.position")
    __table_args__ = (
        UniqueConstraint("organization_id", "title", "edition"),
        CheckConstraint("edition >= 1", name="edition_from_one"),
        CheckConstraint(
            "(status = 'published') = (published_at IS NOT NULL)", name="published_once"
        ),
    )  # fmt: skip


class Criterion(Titled, Tenant):
    """One published row: what is declared, and the points that it gives."""

    label_columns = ("title",)

    criterion_set_id: Mapped[int] = ref(N_("Criteria"), "criterion_set.id", index=True)
    position: Mapped[int] = col(N_("Order"), Integer)
    kind: Mapped[str] = choice(N_("Kind"), CRITERION_KINDS, default="flag")
    code: Mapped[str] = col(
        N_("Code"), String(40),
        help=N_("Small letters, digits and underscores; what programs declare."),
    )  # fmt: skip
    question: Mapped[str | None] = col(
        N_("Question"), String(40),
        help=N_("Answers to one question share it, so that only one of them counts."),
    )  # fmt: skip
    points: Mapped[Decimal] = col(
        N_("Points"), Numeric(7, 2), kind="number", default=Decimal(0), server_default="0"
    )
    maximum: Mapped[int | None] = col(N_("Counted at most"), Integer)
    first: Mapped[str | None] = choice(N_("Who goes first"), FIRST, check="first")
    declared: Mapped[str | None] = col(N_("What is declared"), Text)
    criterion_set: Mapped[CriterionSet] = relationship(back_populates="criteria")
    __table_args__ = (
        UniqueConstraint("criterion_set_id", "kind", "code"),
        CheckConstraint("code ~ '^[a-z0-9_]+$'", name="code_form"),
        CheckConstraint("question ~ '^[a-z0-9_]+$'", name="question_form"),
        CheckConstraint(
            "(kind = 'choice') = (question IS NOT NULL)", name="a_choice_answers_a_question"
        ),
        CheckConstraint(
            "maximum IS NULL OR (kind = 'unit' AND maximum BETWEEN 1 AND 100)",
            name="maximum_of_units",
        ),
        CheckConstraint("(kind = 'tie') = (first IS NOT NULL)", name="a_tie_has_a_direction"),
        CheckConstraint("kind <> 'tie' OR points = 0", name="a_tie_gives_no_points"),
        CheckConstraint("points BETWEEN -10000 AND 10000", name="points_in_range"),
        CheckConstraint("position BETWEEN 1 AND 1000", name="position_in_range"),
    )


RANKING_STATES = {
    "draft": N_("Draft"),
    "published": N_("Announced"),
    "drawn": N_("Seed drawn"),
    "provisional": N_("Provisional list"),
    "final": N_("Final list"),
}


class Ranking(Titled, Tenant):
    """How the places of some workshops of a season are given by need; they point to it."""

    label_columns = ("title",)

    organization_id: Mapped[int] = ref(N_("Published by"), "organization.id", index=True)
    season_id: Mapped[int] = ref(N_("Season"), "season.id", index=True)
    criterion_set_id: Mapped[int] = ref(
        N_("Criteria"), "criterion_set.id",
        help=N_("Of all its workshops, unless one names its own."),
    )  # fmt: skip
    status: Mapped[str] = choice(
        N_("Status"), RANKING_STATES, default="draft", server_default="draft"
    )
    weeks_quota: Mapped[int | None] = col(
        N_("Weeks in the first round"), Integer,
        help=N_("Nobody gets more before everybody had a turn; empty: no such round."),
    )  # fmt: skip
    seed_source: Mapped[str | None] = col(
        N_("Source of the draw"), String(300),
        help=N_("A public number of a day to come, such as a lottery's first drawn numbers."),
    )  # fmt: skip
    seed_on: Mapped[date | None] = col(N_("Drawn on"), Date)
    seed: Mapped[str | None] = col(N_("Seed"), String(200))
    complaints_until: Mapped[date | None] = col(N_("Complaints until"), Date)
    published_at: Mapped[datetime | None] = col(N_("Published on"), INSTANT)
    provisional_at: Mapped[datetime | None] = col(N_("Provisional list of"), INSTANT)
    final_at: Mapped[datetime | None] = col(N_("Final list of"), INSTANT)
    act_number: Mapped[str | None] = col(N_("Number of the act"), String(40))
    act_date: Mapped[date | None] = col(N_("Date of the act"), Date)
    run_id: Mapped[int | None] = mapped_column(
        ForeignKey("ranking_run.id", ondelete="RESTRICT", use_alter=True),
        info={"label": N_("Published run"), "group": "public", "help": ""},
    )
    organization: Mapped[Organization] = relationship()
    season: Mapped[Season] = relationship()
    criterion_set: Mapped[CriterionSet] = relationship()
    run: Mapped["RankingRun | None"] = relationship(foreign_keys=[run_id], post_update=True)
    __table_args__ = (
        UniqueConstraint("organization_id", "season_id", "title"),
        CheckConstraint("weeks_quota BETWEEN 1 AND 60", name="weeks_quota_range"),
        CheckConstraint(
            "status = 'draft' OR (seed_source IS NOT NULL AND seed_on IS NOT NULL"
            " AND published_at IS NOT NULL)",
            name="the_source_is_announced",
        ),
        CheckConstraint(
            "(status IN ('draft', 'published')) = (seed IS NULL)", name="drawn_after_closing"
        ),
        CheckConstraint(
            "(status IN ('provisional', 'final')) = (run_id IS NOT NULL)", name="a_list_has_a_run"
        ),
        CheckConstraint(
            "(status = 'final') = (act_number IS NOT NULL AND act_date IS NOT NULL)",
            name="an_act_approves_the_final_list",
        ),
    )


class RankingEntry(Tenant):
    """A person in a ranking: what was declared for them (DPR 445/2000), and what they want."""

    label_columns = ("code",)
    STATES = {
        "declared": N_("Declared"),
        "checking": N_("To be checked"),
        "confirmed": N_("Confirmed"),
        "excluded": N_("Excluded"),
    }

    ranking_id: Mapped[int] = ref(N_("Ranking"), "ranking.id", index=True)
    person_id: Mapped[int] = ref(N_("Person"), "person.id", index=True)
    code: Mapped[str] = personal(N_("Code"), String(10), "public")
    status: Mapped[str] = choice(
        N_("Status"), STATES, "points", default="declared", server_default="declared"
    )
    weeks: Mapped[int | None] = personal(
        N_("Weeks wanted"), Integer, "points", help=N_("Empty: as many as are wished for.")
    )
    together: Mapped[bool] = personal(
        N_("With its siblings"), Boolean, "points", default=False, server_default="false"
    )
    facts: Mapped[Sealed | str | None] = personal(
        N_("What was declared"), Encrypted("ranking_entry.facts"), "system", keep=FIVE_YEARS
    )
    declared_at: Mapped[datetime | None] = personal(N_("Declared on"), INSTANT, "points")
    user_id: Mapped[int | None] = ref(N_("Declared by"), "ab_user.id", "internal")
    reason: Mapped[str | None] = personal(N_("Reason"), Text, "points")
    ranking: Mapped[Ranking] = relationship()
    person: Mapped[Person] = relationship()
    user: Mapped[Account | None] = relationship(foreign_keys=[user_id])
    __table_args__ = (
        UniqueConstraint("ranking_id", "person_id"),
        UniqueConstraint("ranking_id", "code"),
        CheckConstraint("weeks BETWEEN 1 AND 60", name="weeks_range"),
        CheckConstraint(
            "status <> 'excluded' OR length(reason) > 0", name="excluded_with_a_reason"
        ),
    )


class RankingRun(Tenant):
    """One computation of a list, with all that it was computed from. It never changes."""

    label_columns = ("number",)
    KINDS = {
        "trial": N_("Trial"),
        "provisional": N_("Provisional"),
        "final": N_("Final"),
    }

    ranking_id: Mapped[int] = ref(N_("Ranking"), "ranking.id", index=True)
    number: Mapped[int] = col(N_("Run"), Integer)
    kind: Mapped[str] = choice(N_("Kind"), KINDS)
    at: Mapped[datetime] = col(N_("When"), INSTANT)
    user_id: Mapped[int | None] = ref(N_("By"), "ab_user.id", "internal")
    inputs: Mapped[Sealed | str] = personal(
        N_("Inputs"), Encrypted("ranking_run.inputs"), "system", keep=FIVE_YEARS
    )
    inputs_sha256: Mapped[str] = col(N_("SHA-256 of the inputs"), String(64))
    outcome_sha256: Mapped[str] = col(N_("SHA-256 of the outcome"), String(64))
    placed: Mapped[int] = col(N_("Places given"), Integer)
    waiting: Mapped[int] = col(N_("Wishes that wait"), Integer)
    ranking: Mapped[Ranking] = relationship(foreign_keys=[ranking_id])
    user: Mapped[Account | None] = relationship(foreign_keys=[user_id])
    __table_args__ = (UniqueConstraint("ranking_id", "number"),)


class RankingScore(Tenant):
    """Where an entry stands in one order of a run, with its points line by line."""

    label_columns = ("id",)

    run_id: Mapped[int] = ref(N_("Run"), "ranking_run.id", index=True)
    entry_id: Mapped[int] = ref(N_("Entry"), "ranking_entry.id", "points", index=True)
    criterion_set_id: Mapped[int] = ref(N_("Criteria"), "criterion_set.id")
    code: Mapped[str] = personal(N_("Code"), String(10), "public")
    position: Mapped[int] = personal(N_("Position"), Integer, "public")
    draw: Mapped[str] = personal(N_("Draw"), String(64), "public")
    points: Mapped[Decimal] = personal(N_("Points"), Numeric(9, 2), "points")
    lines: Mapped[Sealed | str] = personal(
        N_("Points by criterion"), Encrypted("ranking_score.lines"), "system", keep=FIVE_YEARS
    )
    run: Mapped[RankingRun] = relationship()
    entry: Mapped[RankingEntry] = relationship()
    criterion_set: Mapped[CriterionSet] = relationship()
    __table_args__ = (UniqueConstraint("run_id", "entry_id", "criterion_set_id"),)


class RankingOutcome(Tenant):
    """What became of one wish in a run."""

    label_columns = ("code",)
    STATES = {
        "placed": N_("Placed"),
        "waiting": N_("Waiting"),
        "passed": N_("A better wish was granted"),
    }

    run_id: Mapped[int] = ref(N_("Run"), "ranking_run.id", index=True)
    entry_id: Mapped[int] = ref(N_("Entry"), "ranking_entry.id", "points", index=True)
    enrollment_id: Mapped[int] = ref(N_("Enrolment"), "enrollment.id", "points", index=True)
    slot_id: Mapped[int] = ref(N_("Slot"), "slot.id", index=True)
    code: Mapped[str] = personal(N_("Code"), String(10), "public")
    position: Mapped[int] = personal(N_("Position"), Integer, "public")
    state: Mapped[str] = choice(N_("Outcome"), STATES, check="state")
    waiting_no: Mapped[int | None] = personal(N_("Number among those who wait"), Integer, "public")
    wish: Mapped[int] = personal(N_("Order of the wish"), Integer, "points")
    because: Mapped[str] = personal(N_("Why"), String(20), "points")
    last_points: Mapped[Decimal | None] = personal(
        N_("Points of the last one placed"), Numeric(9, 2), "points"
    )
    decided_by: Mapped[str | None] = personal(N_("Decided by"), String(40), "points")
    run: Mapped[RankingRun] = relationship()
    entry: Mapped[RankingEntry] = relationship()
    enrollment: Mapped[Enrollment] = relationship()
    slot: Mapped[Slot] = relationship()
    __table_args__ = (
        UniqueConstraint("run_id", "enrollment_id"),
        CheckConstraint(
            "(state = 'waiting') = (waiting_no IS NOT NULL)", name="who_waits_has_a_number"
        ),
    )


class Complaint(Procedure, Tenant):
    """A family asks for its place in a provisional list to be looked at again."""

    label_columns = ("receipt",)
    STATES = {
        "received": N_("Received"),
        "upheld": N_("Upheld"),
        "rejected": N_("Rejected"),
    }

    entry_id: Mapped[int] = ref(N_("Entry"), "ranking_entry.id", index=True)
    user_id: Mapped[int | None] = ref(N_("Sent by"), "ab_user.id", "internal")
    status: Mapped[str] = choice(
        N_("Status"), STATES, default="received", server_default="received"
    )
    complaint: Mapped[str] = personal(N_("What is complained of"), Text, "contact", keep=FIVE_YEARS)
    answer: Mapped[str | None] = personal(N_("Answer"), Text, "contact", keep=FIVE_YEARS)
    answered_at: Mapped[datetime | None] = personal(N_("Answered on"), INSTANT, "public")
    entry: Mapped[RankingEntry] = relationship()
    user: Mapped[Account | None] = relationship(foreign_keys=[user_id])
    __table_args__ = (
        CheckConstraint(
            "(status = 'received') = (answered_at IS NULL)", name="answered_once"
        ),
        CheckConstraint(
            "status = 'received' OR length(answer) > 0", name="answered_with_reasons"
        ),
        Index(
            "one_open_complaint", "entry_id", unique=True,
            postgresql_where=text("status = 'received'"),
        ),
    )  # fmt: skip


# ---------------------------------------------------------------- credit and who pays

CREDIT = N_("paying for services with a welfare credit")
LIKE_LETTERS = N_("One or more, such as: f f-bis.")
LETTER = f"({'|'.join(TUIR_LETTERS)})"
# One letter or more, with a blank between them.
LETTERS_KNOWN = f"letters ~ '^{LETTER}( {LETTER})*$'"


class WelfarePlan(Tenant):
    """A company's welfare plan of one year: which letters of TUIR art. 51(2) it pays for."""

    label_columns = ("title",)

    organization_id: Mapped[int] = ref(N_("Company"), "organization.id", index=True)
    title: Mapped[str] = col(N_("Title"), String(200))
    year: Mapped[int] = col(N_("Year"), Integer)
    letters: Mapped[str] = col(N_("Letters of TUIR art. 51(2)"), String(40), help=LIKE_LETTERS)
    starts_on: Mapped[date] = col(N_("Starts on"), Date)
    ends_on: Mapped[date] = col(N_("Ends on"), Date)
    organization: Mapped[Organization] = relationship()
    __table_args__ = (
        UniqueConstraint("organization_id", "title"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_range"),
        CheckConstraint(LETTERS_KNOWN, name="letters_known"),
    )


class CreditGrant(Tenant):
    """What an employee may spend of a plan, until a day; a wallet of its own stands behind it.

    A title voucher (art. 51(3-bis)) is for one service and pays it whole, or not at all.
    """

    label_columns = ("id",)

    plan_id: Mapped[int] = ref(N_("Welfare plan"), "welfare_plan.id", index=True)
    person_id: Mapped[int] = ref(N_("Employee"), "person.id", index=True)
    # As the company gave it: it knows its employee by it, and sees no person of the alliance.
    fiscal_code: Mapped[str] = personal(
        N_("Codice fiscale"), String(16), "money", CREDIT, TEN_YEARS
    )
    amount: Mapped[Decimal] = personal(N_("Amount"), MONEY, "money", CREDIT, TEN_YEARS)
    expires_on: Mapped[date] = personal(N_("Last day"), Date, "money", CREDIT, TEN_YEARS)
    # Left out, they are the plan's: the operation says so.
    letters: Mapped[str] = col(N_("Letters of TUIR art. 51(2)"), String(40), "money",
                               default="", help=LIKE_LETTERS)  # fmt: skip
    title_voucher: Mapped[bool] = col(
        N_("Voucher for one service"), Boolean, "money", default=False, server_default="false",
        help=N_("TUIR art. 51(3-bis): it pays the one service whole, and is never topped up."),
    )  # fmt: skip
    service_id: Mapped[int | None] = ref(N_("Service"), "service.id", "money")
    workshop_id: Mapped[int | None] = ref(N_("Workshop"), "workshop.id", "money")
    plan: Mapped[WelfarePlan] = relationship()
    person: Mapped[Person] = relationship()
    service: Mapped[Service | None] = relationship()
    workshop: Mapped[Workshop | None] = relationship()
    __table_args__ = (
        Index(
            "one_credit_of_a_kind", "plan_id", "person_id", "amount", "expires_on",
            "service_id", "workshop_id", unique=True, postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(LETTERS_KNOWN, name="letters_known"),
        CheckConstraint(
            "num_nonnulls(service_id, workshop_id) = title_voucher::int",
            name="voucher_names_one_service",
        ),
    )  # fmt: skip


class PayerFund(Tenant):
    """Public money that pays a part of each enrolment: a municipality's vouchers, or a project."""

    label_columns = ("title",)
    KINDS = {"voucher_fund": N_("Municipal vouchers"), "subsidy": N_("Project subsidy")}

    kind: Mapped[str] = choice(N_("Kind"), KINDS)
    title: Mapped[str] = col(N_("Title"), String(200))
    organization_id: Mapped[int | None] = ref(
        N_("Municipality that pays"), "organization.id", index=True
    )
    project_id: Mapped[int | None] = ref(N_("Project"), "project.id", index=True)
    per_enrollment: Mapped[Decimal] = col(N_("At most per enrolment"), MONEY, "internal")
    season_id: Mapped[int | None] = ref(N_("Season"), "season.id")
    category_id: Mapped[int | None] = ref(N_("Category"), "service_category.id")
    residence_id: Mapped[int | None] = ref(
        N_("For residents of"), "municipality.id", help=N_("None: whoever enrols.")
    )
    starts_on: Mapped[date] = col(N_("Starts on"), Date)
    ends_on: Mapped[date] = col(N_("Ends on"), Date)
    organization: Mapped[Organization | None] = relationship()
    project: Mapped[Project | None] = relationship()
    season: Mapped[Season | None] = relationship()
    category: Mapped[ServiceCategory | None] = relationship()
    residence: Mapped[Municipality | None] = relationship()
    __table_args__ = (
        CheckConstraint("per_enrollment > 0", name="per_enrollment_positive"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint(
            "num_nonnulls(organization_id, project_id) = 1"
            " AND (kind = 'voucher_fund') = (organization_id IS NOT NULL)",
            name="one_payer",
        ),
    )


ACCOUNT_KINDS = {
    "plan": N_("Welfare plan"),
    "wallet": N_("Employee's wallet"),
    "voucher_fund": N_("Municipal vouchers"),
    "subsidy": N_("Project subsidy"),
    "family": N_("Family"),
    "provider": N_("Provider"),
    "held": N_("Held credit"),
    "returned": N_("Returned credit"),
    "outside": N_("Outside the ledger"),
}
# What came in from outside is owed to it; a family owes until it has paid.
MAY_OWE = "('outside', 'family')"


class LedgerAccount(Tenant):
    """An account of the ledger. Its balance is written by the transfers' trigger alone."""

    label_columns = ("kind", "id")

    kind: Mapped[str] = choice(N_("Kind"), ACCOUNT_KINDS, "money")
    organization_id: Mapped[int | None] = ref(
        N_("Organization"), "organization.id", "money", index=True
    )
    person_id: Mapped[int | None] = ref(N_("Person"), "person.id", "money", index=True)
    plan_id: Mapped[int | None] = ref(N_("Welfare plan"), "welfare_plan.id", "money")
    grant_id: Mapped[int | None] = ref(N_("Credit"), "credit_grant.id", "money")
    fund_id: Mapped[int | None] = ref(N_("Fund"), "payer_fund.id", "money")
    # The payer whose held credit this is.
    holds_for_id: Mapped[int | None] = ref(N_("Held for"), "ledger_account.id", "money")
    currency: Mapped[str] = col(N_("Currency"), String(3), "money", default="EUR",
                                server_default="EUR")  # fmt: skip
    balance: Mapped[Decimal] = personal(
        N_("Balance"), MONEY, "money", CREDIT, TEN_YEARS, default=Decimal(0), server_default="0"
    )
    organization: Mapped[Organization | None] = relationship()
    person: Mapped[Person | None] = relationship()
    plan: Mapped[WelfarePlan | None] = relationship()
    grant: Mapped[CreditGrant | None] = relationship()
    fund: Mapped[PayerFund | None] = relationship()
    holds_for: Mapped["LedgerAccount | None"] = relationship(remote_side="LedgerAccount.id")
    __table_args__ = (
        Index(
            "one_account_an_owner", "alliance_id", "kind", "organization_id", "person_id",
            "plan_id", "grant_id", "fund_id", "holds_for_id",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(f"balance >= 0 OR kind IN {MAY_OWE}", name="never_below_zero"),
        CheckConstraint("currency = 'EUR'", name="in_euro"),
        CheckConstraint(
            "(kind = 'held') = (holds_for_id IS NOT NULL)"
            " AND (kind NOT IN ('wallet') OR (grant_id IS NOT NULL AND person_id IS NOT NULL))"
            " AND (kind NOT IN ('plan', 'returned') OR plan_id IS NOT NULL)"
            " AND (kind NOT IN ('voucher_fund', 'subsidy') OR fund_id IS NOT NULL)"
            " AND (kind <> 'family' OR person_id IS NOT NULL)"
            " AND (kind <> 'provider' OR organization_id IS NOT NULL)",
            name="owner_where_needed",
        ),
    )  # fmt: skip


TRANSFER_KINDS = {
    "fund": N_("Funding"),
    "grant": N_("Credit given"),
    "hold": N_("Held"),
    "capture": N_("Spent"),
    "release": N_("Released"),
    "refund": N_("Refunded"),
    "reverse": N_("Reversed"),
    "expire": N_("Expired credit"),
    "pay": N_("Payment"),
}


class Transfer(Tenant):
    """Money from one account to another: both legs in one row, so that their sum is zero.

    Never changed nor deleted: what was wrong is reversed by another.
    """

    label_columns = ("kind", "amount")

    kind: Mapped[str] = choice(N_("Kind"), TRANSFER_KINDS, "money")
    debit_id: Mapped[int] = ref(N_("From"), "ledger_account.id", "money", index=True)
    credit_id: Mapped[int] = ref(N_("To"), "ledger_account.id", "money", index=True)
    amount: Mapped[Decimal] = personal(N_("Amount"), MONEY, "money", CREDIT, TEN_YEARS)
    at: Mapped[datetime] = col(N_("When"), INSTANT, "money")
    user_id: Mapped[int | None] = ref(N_("By"), "ab_user.id", "internal")
    # The hold that is spent or released, the spending that is refunded, what is reversed.
    settles_id: Mapped[int | None] = ref(N_("Settles"), "transfer.id", "money", index=True)
    enrollment_id: Mapped[int | None] = ref(N_("Enrolment"), "enrollment.id", "money", index=True)
    service_request_id: Mapped[int | None] = ref(
        N_("Request"), "service_request.id", "money", index=True
    )
    grant_id: Mapped[int | None] = ref(N_("Credit"), "credit_grant.id", "money", index=True)
    note: Mapped[str | None] = personal(N_("Note"), String(300), "internal", CREDIT, TEN_YEARS)
    debit: Mapped[LedgerAccount] = relationship(foreign_keys=[debit_id])
    credit: Mapped[LedgerAccount] = relationship(foreign_keys=[credit_id])
    user: Mapped[Account | None] = relationship(foreign_keys=[user_id])
    enrollment: Mapped[Enrollment | None] = relationship()
    service_request: Mapped[ServiceRequest | None] = relationship()
    grant: Mapped[CreditGrant | None] = relationship()
    settles: Mapped["Transfer | None"] = relationship(remote_side="Transfer.id")
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        CheckConstraint(
            "(kind IN ('capture', 'release', 'refund', 'reverse')) = (settles_id IS NOT NULL)",
            name="settles_where_needed",
        ),
        # A hold ends once; of a spending there may be several refunds in part.
        Index("settled_once", "settles_id", unique=True, postgresql_where=text("kind <> 'refund'")),
    )


# ---------------------------------------------------------------- payments

PAID_BY = {"pagopa": N_("pagoPA"), "transfer": N_("Bank transfer")}
NOTICE_STATES = {
    "open": N_("To be paid"),
    "paid": N_("Paid"),
    "expired": N_("Not paid in time"),
    "cancelled": N_("Cancelled"),
}
RECEIPT_OUTCOMES = {
    "matched": N_("Matched"),
    "unmatched": N_("No notice of this number"),
    "double": N_("Paid twice"),
    "amount_differs": N_("Another amount"),
    "late": N_("The notice had ended"),
}


class Payee(Tenant):
    """How a body is paid, and the last number that it gave to a debt."""

    label_columns = ("organization",)

    organization_id: Mapped[int] = ref(N_("Organization"), "organization.id", unique=True)
    kind: Mapped[str] = choice(N_("Paid by"), PAID_BY, check="kind")
    segregation_code: Mapped[int | None] = col(N_("Segregation code"), Integer, "internal")
    iban: Mapped[str | None] = col(N_("IBAN"), String(34), "internal")
    account_holder: Mapped[str | None] = col(N_("Account holder"), String(70), "internal")
    last_base: Mapped[int] = col(
        N_("Last number given"), BigInteger, "system", default=0, server_default="0"
    )
    organization: Mapped[Organization] = relationship()
    __table_args__ = (
        CheckConstraint("segregation_code BETWEEN 0 AND 45", name="segregation_range"),
        CheckConstraint("last_base BETWEEN 0 AND 9999999999999", name="last_base_range"),
        CheckConstraint(
            "(kind = 'pagopa') = (segregation_code IS NOT NULL)", name="pagopa_has_a_code"
        ),
        CheckConstraint(
            "kind <> 'transfer' OR (iban IS NOT NULL AND account_holder IS NOT NULL)",
            name="transfer_has_an_account",
        ),
    )


class PaymentNotice(Tenant):
    """What a family is asked to pay one body for one application, and whether it did."""

    label_columns = ("number",)

    payee_id: Mapped[int] = ref(N_("Payee"), "payee.id", index=True)
    application_id: Mapped[int] = ref(N_("Application"), "application.id", index=True)
    kind: Mapped[str] = choice(N_("Paid by"), PAID_BY, check="kind")
    number: Mapped[str] = col(N_("Notice number"), String(25), "money")
    amount: Mapped[Decimal] = col(N_("Amount"), MONEY, "money")
    reason: Mapped[str] = col(N_("Reason"), String(140), "money")
    debtor_name: Mapped[str] = personal(N_("Debtor"), String(200), "money", COLLECTING, TEN_YEARS)
    debtor_code: Mapped[str | None] = personal(
        N_("Tax code of the debtor"), String(16), "contact", COLLECTING, TEN_YEARS
    )
    issued_at: Mapped[datetime] = col(N_("Issued on"), INSTANT)
    due_on: Mapped[date] = col(N_("To be paid until"), Date)
    status: Mapped[str] = choice(N_("Status"), NOTICE_STATES, default="open",
                                 server_default="open")  # fmt: skip
    paid_on: Mapped[date | None] = col(N_("Paid on"), Date, "money")
    paid_amount: Mapped[Decimal | None] = col(N_("Amount paid"), MONEY, "money")
    payee: Mapped[Payee] = relationship()
    application: Mapped[Application] = relationship()
    lines: Mapped[list["PaymentNoticeLine"]] = many("notice")
    __table_args__ = (
        UniqueConstraint("payee_id", "number"),
        Index("ix_payment_notice_due", "due_on", postgresql_where=text("status = 'open'")),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(
            "CASE WHEN status = 'paid' THEN paid_on IS NOT NULL AND paid_amount = amount"
            " ELSE paid_on IS NULL AND paid_amount IS NULL END",
            name="paid_in_full",
        ),
    )


class PaymentNoticeLine(Tenant):
    """An enrolment that a notice asks for: in one notice at a time."""

    label_columns = ("enrollment_id",)

    notice_id: Mapped[int] = ref(N_("Notice"), "payment_notice.id", index=True)
    enrollment_id: Mapped[int] = ref(N_("Enrolment"), "enrollment.id")
    amount: Mapped[Decimal] = col(N_("Amount"), MONEY, "money")
    ended: Mapped[bool] = col(
        N_("Ended"), Boolean, "internal", default=False, server_default="false"
    )
    notice: Mapped[PaymentNotice] = relationship(back_populates="lines")
    enrollment: Mapped[Enrollment] = relationship()
    __table_args__ = (
        UniqueConstraint("notice_id", "enrollment_id"),
        Index(
            "one_notice_an_enrollment", "enrollment_id", unique=True,
            postgresql_where=text("NOT ended"),
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
    )  # fmt: skip


class PaymentReceipt(Tenant):
    """What the payee's own system says was paid; nothing is taken in twice."""

    label_columns = ("iur",)

    payee_id: Mapped[int] = ref(N_("Payee"), "payee.id")
    iur: Mapped[str] = col(
        N_("Receipt's identifier"), String(35), "money",
        help=N_("The number that the collecting system gave to the payment (IUR)."),
    )  # fmt: skip
    notice_number: Mapped[str] = col(N_("Notice number"), String(25), "money")
    amount: Mapped[Decimal] = col(N_("Amount"), MONEY, "money")
    paid_on: Mapped[date] = col(N_("Paid on"), Date, "money")
    received_at: Mapped[datetime] = col(N_("Taken in on"), INSTANT, "internal")
    outcome: Mapped[str] = choice(N_("Outcome"), RECEIPT_OUTCOMES, check="outcome")
    notice_id: Mapped[int | None] = ref(N_("Notice"), "payment_notice.id")
    payee: Mapped[Payee] = relationship()
    notice: Mapped[PaymentNotice | None] = relationship()
    __table_args__ = (
        UniqueConstraint("payee_id", "iur"),
        Index(
            "one_payment_a_notice", "notice_id", unique=True,
            postgresql_where=text("outcome = 'matched'"),
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(
            "(outcome = 'unmatched') = (notice_id IS NULL)", name="unmatched_has_no_notice"
        ),
    )  # fmt: skip


# ---------------------------------------------------------------- files and messages


class File(Tenant):
    """A file kept by its content's digest, served only through this row's policy."""

    name: Mapped[str] = col(N_("Name"), String(200), "internal")
    sha256: Mapped[str] = col(N_("Digest"), String(64), "system", index=True)
    media_type: Mapped[str] = col(N_("Type"), String(100), "internal")
    size: Mapped[int] = col(N_("Size in bytes"), BigInteger, "internal")
    organization_id: Mapped[int | None] = ref(
        N_("Organization"), "organization.id", "internal", index=True
    )
    person_id: Mapped[int | None] = ref(N_("Person"), "person.id", "internal", index=True)
    user_id: Mapped[int | None] = ref(N_("Uploaded by"), "ab_user.id", "internal")
    organization: Mapped[Organization | None] = relationship()
    person: Mapped[Person | None] = relationship()
    user: Mapped[Account | None] = relationship(foreign_keys=[user_id])
    __table_args__ = (CheckConstraint("size > 0", name="size_positive"),)


MESSAGE_STATES = {"queued": N_("Queued"), "sent": N_("Sent"), "failed": N_("Failed")}


class Message(Tenant):
    """The outbox: a mail to be sent, once, about one thing, to one address."""

    label_columns = ("kind", "recipient")

    kind: Mapped[str] = col(N_("Kind"), String(60), "internal")
    about: Mapped[str] = col(N_("About"), String(120), "internal")
    recipient: Mapped[str] = personal(N_("To"), String(320), "contact", ACCOUNT)
    locale: Mapped[str] = col(N_("Language"), String(5), "internal", default="it")
    payload: Mapped[dict[str, Any]] = personal(N_("Contents"), JSONB, "contact", ACCOUNT,
                                               default=dict)  # fmt: skip
    status: Mapped[str] = choice(
        N_("Status"), MESSAGE_STATES, "internal", default="queued", server_default="queued"
    )
    attempts: Mapped[int] = col(N_("Attempts"), Integer, "internal", default=0,
                                server_default="0")  # fmt: skip
    next_at: Mapped[datetime] = col(N_("Next attempt"), INSTANT, "internal")
    sent_at: Mapped[datetime | None] = col(N_("Sent on"), INSTANT, "internal")
    error: Mapped[str | None] = col(N_("Error"), Text, "internal")
    __table_args__ = (
        UniqueConstraint("alliance_id", "kind", "about", "recipient"),
        Index("ix_message_to_send", "next_at", postgresql_where=text("status = 'queued'")),
    )


class JobRun(Base):
    """One due time of one job: it runs once, whoever schedules."""

    label_columns = ("job", "due_at")
    STATES = {
        "planned": N_("Planned"),
        "requested": N_("Asked for"),
        "running": N_("Running"),
        "done": N_("Done"),
        "failed": N_("Failed"),
    }

    job: Mapped[str] = col(N_("Job"), String(60), "internal")
    due_at: Mapped[datetime] = col(N_("Due on"), INSTANT, "internal")
    started_at: Mapped[datetime | None] = col(N_("Started on"), INSTANT, "internal")
    finished_at: Mapped[datetime | None] = col(N_("Finished on"), INSTANT, "internal")
    status: Mapped[str] = choice(N_("Status"), STATES, "internal", default="running",
                                 server_default="running")  # fmt: skip
    rows: Mapped[int] = col(N_("Rows"), Integer, "internal", default=0, server_default="0")
    error: Mapped[str | None] = col(N_("Error"), Text, "internal")
    __table_args__ = (UniqueConstraint("job", "due_at"),)


# ---------------------------------------------------------------- trust


class AuditEvent(Base):
    """That a row changed: when, what, by whom, under which seat, for whom. Written by a trigger."""

    label_columns = ("table_name", "row_id")
    ACTIONS = {"insert": N_("Entered"), "update": N_("Changed"), "delete": N_("Deleted")}

    alliance_id: Mapped[int | None] = ref(N_("Alliance"), "alliance.id", "system")
    at: Mapped[datetime] = col(N_("When"), INSTANT, "internal", server_default=func.now())
    table_name: Mapped[str] = col(N_("Table"), String(63), "internal")
    row_id: Mapped[int] = col(N_("No."), BigInteger, "internal")
    action: Mapped[str] = choice(N_("Action"), ACTIONS, "internal")
    columns: Mapped[list[str] | None] = col(N_("Columns"), ARRAY(Text), "internal")
    # No foreign keys on who: the record outlives accounts.
    user_id: Mapped[int | None] = col(N_("User"), Integer, "internal")
    seat_id: Mapped[int | None] = col(N_("Seat"), BigInteger, "internal")
    actor: Mapped[str | None] = col(N_("By"), String(200), "internal")
    on_behalf_of: Mapped[int | None] = col(N_("On behalf of"), BigInteger, "internal")
    digest: Mapped[bytes] = col(N_("Digest of the values"), LargeBinary, "system")
    seal_no: Mapped[int | None] = col(N_("Place in the chain"), BigInteger, "system", unique=True)
    seal: Mapped[bytes | None] = col(N_("Seal"), LargeBinary, "system")
    alliance: Mapped[Alliance | None] = relationship()
    __table_args__ = (
        Index("ix_audit_event_row", "table_name", "row_id"),
        Index("ix_audit_event_alliance", "alliance_id", "at"),
        Index("ix_audit_event_unsealed", "id", postgresql_where=text("seal IS NULL")),
    )


class AuditValue(Base):
    """The values of an event: they can be erased, the event stays."""

    label_columns = ("id",)

    event_id: Mapped[int] = ref(N_("Event"), "audit_event.id", "system", unique=True)
    alliance_id: Mapped[int | None] = ref(N_("Alliance"), "alliance.id", "system")
    salt: Mapped[bytes] = personal(N_("Salt"), LargeBinary, "system", keep=TEN_YEARS)
    before: Mapped[dict[str, Any] | None] = personal(N_("Before"), JSONB, "system", keep=TEN_YEARS)
    after: Mapped[dict[str, Any] | None] = personal(N_("After"), JSONB, "system", keep=TEN_YEARS)
    event: Mapped[AuditEvent] = relationship()


class SensitiveRead(Tenant):
    """That somebody opened encrypted columns of some rows."""

    label_columns = ("table_name",)

    at: Mapped[datetime] = col(N_("When"), INSTANT, "internal")
    table_name: Mapped[str] = col(N_("Table"), String(63), "internal")
    row_ids: Mapped[list[int]] = col(N_("Rows"), ARRAY(BigInteger), "internal")
    columns: Mapped[list[str]] = col(N_("Columns"), ARRAY(Text), "internal")
    user_id: Mapped[int | None] = col(N_("User"), Integer, "internal")
    seat_id: Mapped[int | None] = col(N_("Seat"), BigInteger, "internal")


class IdempotencyKey(Base):
    """The answer to a request that may be repeated for a day."""

    label_columns = ("key",)

    user_id: Mapped[int] = ref(N_("User"), "ab_user.id", "system")
    key: Mapped[str] = col(N_("Key"), String(200), "system")
    digest: Mapped[str] = col(N_("Digest of the request"), String(64), "system")
    status: Mapped[int] = col(N_("Status"), Integer, "system")
    answer: Mapped[Sealed | str] = col(N_("Answer"), Encrypted("idempotency.answer"), "system")
    expires_at: Mapped[datetime] = col(N_("Expires on"), INSTANT, "system", index=True)
    __table_args__ = (UniqueConstraint("user_id", "key"),)


# ---------------------------------------------------------------- what seats keep of their work

AUDIENCES = {
    "mine": N_("Only I"), "role": N_("Those with my role"), "everybody": N_("Everybody"),
}  # fmt: skip


class SavedView(Base):
    """A list as somebody keeps it: the address that asks for it, under a name."""

    label_columns = ("title",)

    seat_id: Mapped[int] = ref(N_("Seat"), "seat.id", "internal", index=True)
    # Whose role and alliance it may be shared with: those of the seat when it was made.
    alliance_id: Mapped[int | None] = ref(N_("Alliance"), "alliance.id", "system", index=True)
    kind: Mapped[str] = choice(N_("Role"), SEAT_KINDS, "internal")
    organization_id: Mapped[int | None] = ref(N_("Organization"), "organization.id", "internal")
    title: Mapped[str] = col(N_("Title"), String(100), "internal")
    resource: Mapped[str] = col(N_("List"), String(60), "internal")
    query: Mapped[str] = col(N_("What it asks for"), String(4000), "internal")
    audience: Mapped[str] = choice(
        N_("Who sees it"), AUDIENCES, "internal", default="mine", server_default="mine"
    )
    in_menu: Mapped[bool] = col(
        N_("In the menu"), Boolean, "internal", default=True, server_default="true"
    )
    seat: Mapped[Seat] = relationship()
    alliance: Mapped[Alliance | None] = relationship()
    organization: Mapped["Organization | None"] = relationship()


WORK_KINDS = {
    "import": N_("Import"),
    "undo": N_("Undoing an import"),
    "bulk": N_("Change of many rows"),
    "export": N_("Export"),
}


class Work(Base):
    """Work that takes long: the jobs process does it under the seat that asked for it."""

    label_columns = ("title",)
    STATES = {
        "prepared": N_("Being prepared"),
        "queued": N_("Waiting to begin"),
        "running": N_("Running"),
        "done": N_("Done"),
        "failed": N_("Failed"),
        "cancelled": N_("Stopped"),
    }

    seat_id: Mapped[int] = ref(N_("Seat"), "seat.id", "internal")
    alliance_id: Mapped[int | None] = ref(N_("Alliance"), "alliance.id", "system", index=True)
    kind: Mapped[str] = choice(N_("Kind"), WORK_KINDS, "internal")
    resource: Mapped[str] = col(N_("List"), String(60), "internal")
    title: Mapped[str] = col(N_("Title"), String(200), "internal")
    # What is to be done, as its kind needs it.
    payload: Mapped[dict[str, Any]] = col(N_("Contents"), JSONB, "system", default=dict)
    status: Mapped[str] = choice(
        N_("Status"), STATES, "internal", default="queued", server_default="queued"
    )
    total: Mapped[int | None] = col(N_("Rows in all"), Integer, "internal")
    done: Mapped[int] = col(N_("Rows done"), Integer, "internal", of="total", default=0,
                            server_default="0")  # fmt: skip
    failed: Mapped[int] = col(N_("Rows refused"), Integer, "internal", default=0,
                              server_default="0")  # fmt: skip
    stop_asked: Mapped[bool] = col(
        N_("Asked to stop"), Boolean, "internal", default=False, server_default="false"
    )
    error: Mapped[str | None] = col(N_("Error"), Text, "internal")
    asked_at: Mapped[datetime] = col(N_("Asked for on"), INSTANT, "internal")
    started_at: Mapped[datetime | None] = col(N_("Started on"), INSTANT, "internal")
    finished_at: Mapped[datetime | None] = col(N_("Finished on"), INSTANT, "internal")
    # When whoever asked has seen how it ended.
    seen_at: Mapped[datetime | None] = col(N_("Seen on"), INSTANT, "internal")
    # The work that this one takes back.
    undoes_id: Mapped[int | None] = ref(N_("Undoes"), "work.id", "internal", index=True)
    # What was given to it and what it made, kept by the digests of their contents.
    source_name: Mapped[str | None] = col(N_("From the file"), String(200), "internal")
    source_digest: Mapped[str | None] = col(N_("Digest"), String(64), "system")
    file_name: Mapped[str | None] = col(N_("File"), String(200), "internal")
    file_digest: Mapped[str | None] = col(N_("Digest"), String(64), "system")
    file_size: Mapped[int | None] = col(N_("Size in bytes"), BigInteger, "internal")
    seat: Mapped[Seat] = relationship()
    alliance: Mapped[Alliance | None] = relationship()
    undoes: Mapped["Work | None"] = relationship(remote_side="Work.id")
    __table_args__ = (
        CheckConstraint("done >= 0 AND failed >= 0", name="counts_positive"),
        Index("ix_work_seat", "seat_id", "id"),
        Index(
            "ix_work_to_do", "id", postgresql_where=text("status IN ('queued', 'running')")
        ),
    )  # fmt: skip


class WorkLine(Base):
    """What became of one row of a long work."""

    label_columns = ("line",)
    OUTCOMES = {
        # Not the trail's words, which some languages say with a noun.
        "created": N_("Was entered"),
        "changed": N_("Was changed"),
        "unchanged": N_("Not changed"),
        "deleted": N_("Was deleted"),
        "refused": N_("Refused"),
    }

    work_id: Mapped[int] = ref(N_("Long work"), "work.id", "internal")
    line: Mapped[int] = col(N_("Line"), Integer, "internal")
    # The row that it is about: no foreign key, it may be deleted later.
    row_id: Mapped[int | None] = col(N_("Row"), BigInteger, "internal")
    outcome: Mapped[str] = choice(N_("Outcome"), OUTCOMES, "internal")
    # [[field, message, parameters], ...]: said in the language of whoever reads it.
    errors: Mapped[list[Any] | None] = col(N_("Reasons"), JSONB, "internal")
    work: Mapped[Work] = relationship()
    __table_args__ = (UniqueConstraint("work_id", "line"),)


# ---------------------------------------------------------------- text search

# What is searched by text: on lists, in lists of choices, on the site. Each column has an index
# of its own, so that a seat searches those that it may read and no others. The trails have none:
# they are written at every change, and read from their newest row on.
SEARCHED: dict[Any, tuple[str, ...]] = {
    Alliance: ("name", "territory"),
    Municipality: ("name", "province", "istat_code"),
    Account: ("first_name", "last_name", "username", "email"),
    Role: ("name",),
    Organization: ("name", "fiscal_code", "email"),
    OrganizationAlias: ("name",),
    OrganizationContact: ("name", "email"),
    Location: ("name", "address"),
    Project: ("title", "programme", "legal_act"),
    Call: ("title", "description", "legal_act"),
    Membership: ("protocol_number",),
    ServiceCategory: ("title", "examples"),
    Service: ("title", "title_en", "description", "description_en"),
    ServiceRequest: ("receipt",),
    Season: ("title", "school_year"),
    Workshop: ("title", "title_en", "description"),
    Slot: ("title",),
    WelfarePlan: ("title",),
    PayerFund: ("title",),
    Person: ("first_name", "last_name", "fiscal_code"),
    SocialPoint: ("name",),
    Application: ("receipt", "contact_email", "contact_phone"),
    CriterionSet: ("title",),
    FeeScheme: ("title",),
    FeeExtra: ("title",),
    PaymentNotice: ("number",),
    PaymentReceipt: ("iur", "notice_number"),
    Isee: ("protocol_number",),
    Criterion: ("title", "code"),
    Ranking: ("title",),
    RankingEntry: ("code",),
    RankingOutcome: ("code",),
    Complaint: ("receipt",),
    File: ("name",),
    Message: ("recipient",),
    JobRun: ("job",),
    SavedView: ("title",),
    Work: ("title",),
    SensitiveRead: ("table_name",),
}


def search_vector(column: Any, expression: Any = None) -> ColumnElement[Any]:
    """The words of a text column as they are indexed; of prose that everybody reads, their stems.

    Names of persons have none: who looks for Mario Rossi does not look for Maria Rosso.
    ``expression`` is the column on an alias of its table.
    """
    prose = column.info["group"] == "public" and "purpose" not in column.info
    vector = func.search_stems if prose else func.search_words
    return vector(column if expression is None else expression)


for _model, _names in SEARCHED.items():
    _table = _model.__table__
    _searched = (search_vector(_table.c[_name]) for _name in _names)
    Index(f"ix_{_table.name}_search", *_searched, postgresql_using="gin")

# A list runs within an alliance and, where nothing else is asked, by number: a page is read off
# this index, the fifty-thousandth like the first.
for _mapper in list(Base.registry.mappers):
    if issubclass(_mapper.class_, Tenant):
        _table = _mapper.class_.__table__
        Index(f"ix_{_table.name}_alliance", _table.c.alliance_id, _table.c.id)
Index("ix_ab_user_name", Account.__table__.c.last_name, Account.__table__.c.id)
