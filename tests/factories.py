"""A factory for every table.

They write into the session of `people.into`, which the `db` fixture enters. A row's alliance
is that of what it hangs on: pass either, and all that is made for it stays in that alliance.
"""

import hashlib
import uuid
from datetime import time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import factory
from factory import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from flask_appbuilder.security.sqla.models import Role

from app import clock, models
from app.demo import people
from app.demo.people import AccountFactory, Rows, into
from app.municipalities import of_lodi
from app.operations.payment_codes import reference
from app.operations.receipts import receipt_code
from app.operations.seasons import school_year_label, school_year_of

__all__ = ["AccountFactory", "into"]

OURS = SelfAttribute("..alliance")


def digest_of(n: int) -> str:
    return hashlib.sha256(str(n).encode()).hexdigest()


def in_days(days: int) -> Any:
    """A date so many days from today."""
    return LazyFunction(lambda: clock.today() + timedelta(days=days))


def at_hours(hours: int) -> Any:
    """An instant so many hours from now."""
    return LazyFunction(lambda: clock.now() + timedelta(hours=hours))


class TenantRows(Rows):
    """Rows of one alliance; `_hangs_on` names the relation that it comes from."""

    class Meta:
        abstract = True

    _hangs_on: ClassVar[str] = ""

    @classmethod
    def _generate(cls, strategy: str, params: dict[str, Any]) -> Any:
        path, made_by = [], cls
        while (above := getattr(made_by, "_hangs_on", "")) and above not in params:
            path.append(above)
            made_by = made_by._meta.declarations[above].get_factory()
        if "alliance" in params and path:
            params["__".join([*path, "alliance"])] = params["alliance"]
        return super()._generate(strategy, params)


# ---------------------------------------------------------------- global tables


class AllianceFactory(Rows):
    class Meta:
        model = models.Alliance

    slug = Sequence(lambda n: f"alleanza-{n}")
    name = Sequence(lambda n: f"Alleanza {n}")
    territory = "Lodigiano"
    rite = "roman"
    patron_subdivision = "LO"
    office = "Ufficio di Piano"
    officer = "Responsabile dell'Ufficio di Piano"


class MunicipalityFactory(Rows):
    class Meta:
        model = models.Municipality
        sqlalchemy_get_or_create = ("istat_code",)

    class Params:
        place = Sequence(lambda n: of_lodi()[n % len(of_lodi())])

    istat_code = SelfAttribute("place.istat")
    cadastral_code = SelfAttribute("place.cadastral")
    name = SelfAttribute("place.name")
    province = SelfAttribute("place.province")
    postal_code = SelfAttribute("place.postcode")


class RoleFactory(Rows):
    class Meta:
        model = Role

    name = Sequence(lambda n: f"Ruolo {n}")


class AccountTokenFactory(Rows):
    class Meta:
        model = models.AccountToken

    kind = "confirm"
    digest = Sequence(digest_of)
    payload = LazyFunction(dict)
    expires_at = at_hours(24)


class IdempotencyKeyFactory(Rows):
    class Meta:
        model = models.IdempotencyKey

    user = factory.SubFactory(AccountFactory)
    user_id = SelfAttribute("user.id")
    key = LazyFunction(lambda: str(uuid.uuid4()))
    digest = Sequence(digest_of)
    status = 201
    answer = "{}"
    expires_at = at_hours(24)

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        kwargs.pop("user")
        return kwargs


class JobRunFactory(Rows):
    class Meta:
        model = models.JobRun

    job = "reminders"
    due_at = Sequence(lambda n: clock.now() - timedelta(hours=n))
    started_at = SelfAttribute("due_at")


class AuditEventFactory(Rows):
    class Meta:
        model = models.AuditEvent

    table_name = "person"
    row_id = Sequence(lambda n: n + 1)
    action = "insert"
    columns = LazyFunction(lambda: ["first_name"])
    actor = "demo"
    digest = Sequence(lambda n: bytes.fromhex(digest_of(n)))


class AuditValueFactory(Rows):
    class Meta:
        model = models.AuditValue

    event = SubFactory(AuditEventFactory)
    alliance_id = SelfAttribute("event.alliance_id")
    salt = b"sixteen bytes ok"
    after = LazyFunction(lambda: {"first_name": "Ada"})


# ---------------------------------------------------------------- organizations


class OrganizationFactory(TenantRows):
    class Meta:
        model = models.Organization

    alliance = SubFactory(AllianceFactory)
    name = Sequence(lambda n: f"Ente {n}")
    kind = "third_sector"
    email = Sequence(lambda n: f"ufficio@ente{n}.example")


class TerritoryFactory(TenantRows):
    class Meta:
        model = models.Territory

    alliance = SubFactory(AllianceFactory)
    municipality = SubFactory(MunicipalityFactory)


class SeatFactory(Rows):
    """A seat of a kind, with an organization where that kind has one."""

    class Meta:
        model = models.Seat

    class Params:
        at_a_body = LazyAttribute(lambda s: s.kind not in ("admin", "staff", "citizen"))

    user = SubFactory(AccountFactory)
    kind = "staff"
    toured_at = LazyFunction(clock.now)
    alliance = factory.Maybe(
        LazyAttribute(lambda s: s.kind != "admin"), SubFactory(AllianceFactory), None
    )
    organization = factory.Maybe("at_a_body", SubFactory(OrganizationFactory, alliance=OURS), None)


class TokenFamilyFactory(Rows):
    class Meta:
        model = models.TokenFamily

    class Params:
        seat = SubFactory(SeatFactory)

    seat_id = SelfAttribute("seat.id")
    user_id = SelfAttribute("seat.user_id")
    came_by = "password"
    digest = Sequence(digest_of)
    used_at = at_hours(0)
    expires_at = at_hours(24)


class DigitalIdentityFactory(Rows):
    class Meta:
        model = models.DigitalIdentity

    class Params:
        user = SubFactory(AccountFactory)

    user_id = SelfAttribute("user.id")
    fiscal_code = "RSSMRA85T10A562S"
    issuer = "https://identity.example"
    seen_at = at_hours(0)


class RateCountFactory(Rows):
    class Meta:
        model = models.RateCount

    digest = Sequence(digest_of)
    hits = 1
    ends_at = at_hours(1)


class ProgramKeyFactory(TenantRows):
    """A key whose whole text is `secret`; by default one that reads organizations."""

    class Meta:
        model = models.ProgramKey

    class Params:
        number = Sequence(lambda n: n)
        secret = LazyAttribute(lambda k: f"ik_{k.number:012d}_{'s' * 43}")

    seat = SubFactory(SeatFactory)
    alliance = SelfAttribute("seat.alliance")
    name = Sequence(lambda n: f"Gestionale {n}")
    prefix = LazyAttribute(lambda k: k.secret.rpartition("_")[0])
    digest = LazyAttribute(lambda k: hashlib.sha256(k.secret.encode()).hexdigest())
    scopes = LazyFunction(lambda: ["organizations:read"])
    expires_at = at_hours(24)


class RoleScopeFactory(Rows):
    class Meta:
        model = models.RoleScope

    role = SubFactory(RoleFactory)
    base = "staff"


class OrganizationAliasFactory(TenantRows):
    class Meta:
        model = models.OrganizationAlias

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    name = Sequence(lambda n: f"Altro nome {n}")


class OrganizationContactFactory(TenantRows):
    class Meta:
        model = models.OrganizationContact

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    name = LazyFunction(people.FAKE.name)
    email = Sequence(lambda n: f"referente{n}@ente.example")


class LocationFactory(TenantRows):
    class Meta:
        model = models.Location

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    name = Sequence(lambda n: f"Sede {n}")


class SocialPointFactory(TenantRows):
    class Meta:
        model = models.SocialPoint

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    name = Sequence(lambda n: f"Social point {n}")


# ---------------------------------------------------------------- projects and calls


class ProjectFactory(TenantRows):
    class Meta:
        model = models.Project

    alliance = SubFactory(AllianceFactory)
    title = Sequence(lambda n: f"Progetto {n}")


class ProjectExtensionFactory(TenantRows):
    class Meta:
        model = models.ProjectExtension

    _hangs_on = "project"
    project = SubFactory(ProjectFactory)
    alliance = SelfAttribute("project.alliance")
    extended_to = in_days(180)


class ProjectPartnerFactory(TenantRows):
    class Meta:
        model = models.ProjectPartner

    _hangs_on = "project"
    project = SubFactory(ProjectFactory)
    alliance = SelfAttribute("project.alliance")
    organization = SubFactory(OrganizationFactory, alliance=OURS)
    source = "000"


class CallFactory(TenantRows):
    class Meta:
        model = models.Call

    alliance = SubFactory(AllianceFactory)
    title = Sequence(lambda n: f"Avviso {n}")
    status = "published"
    published_on = in_days(-5)
    deadline = in_days(10)


class ServiceCategoryFactory(TenantRows):
    class Meta:
        model = models.ServiceCategory

    alliance = SubFactory(AllianceFactory)
    code = Sequence(lambda n: f"categoria-{n}")
    title = Sequence(lambda n: f"Categoria {n}")


class CallCategoryFactory(TenantRows):
    class Meta:
        model = models.CallCategory

    _hangs_on = "call"
    call = SubFactory(CallFactory)
    alliance = SelfAttribute("call.alliance")
    category = SubFactory(ServiceCategoryFactory, alliance=OURS)


class MembershipFactory(TenantRows):
    class Meta:
        model = models.Membership

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    network = "local"


# ---------------------------------------------------------------- offers


class ServiceFactory(TenantRows):
    """A published service, free of charge."""

    class Meta:
        model = models.Service

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    controller = SelfAttribute("organization")
    category = SubFactory(ServiceCategoryFactory, alliance=OURS)
    title = Sequence(lambda n: f"Servizio {n}")
    status = "published"


class ServiceLocationFactory(TenantRows):
    class Meta:
        model = models.ServiceLocation

    _hangs_on = "service"
    service = SubFactory(ServiceFactory)
    alliance = SelfAttribute("service.alliance")
    location = SubFactory(LocationFactory, organization=SelfAttribute("..service.organization"))


class SeasonFactory(TenantRows):
    class Meta:
        model = models.Season

    class Params:
        year = LazyFunction(lambda: school_year_of(clock.today()))

    alliance = SubFactory(AllianceFactory)
    title = Sequence(lambda n: f"Stagione {n}")
    kind = "school_year"
    school_year = LazyAttribute(lambda s: school_year_label(s.year))
    # A season starts once a kind and alliance: each of these begins on a day of its own.
    starts_on = Sequence(lambda n: clock.today() - timedelta(days=n % 200))
    ends_on = in_days(100)


class WorkshopFactory(TenantRows):
    """A published workshop for children from 6 to 11, open now, in order of arrival."""

    class Meta:
        model = models.Workshop

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    controller = SelfAttribute("organization")
    season = SubFactory(SeasonFactory, alliance=OURS)
    title = Sequence(lambda n: f"Laboratorio {n}")
    municipality = SubFactory(MunicipalityFactory)
    status = "published"
    min_age = 6
    max_age = 11
    starts_on = in_days(20)
    ends_on = in_days(60)
    opens_at = at_hours(-48)
    closes_at = at_hours(240)


class SlotFactory(TenantRows):
    """A day with ten places; each slot has a day of its own, so that none overlap."""

    class Meta:
        model = models.Slot

    class Params:
        number = Sequence(lambda n: n)

    _hangs_on = "workshop"
    workshop = SubFactory(WorkshopFactory)
    alliance = SelfAttribute("workshop.alliance")
    organization = SelfAttribute("workshop.organization")
    starts_on = LazyAttribute(lambda s: s.workshop.starts_on + timedelta(days=s.number % 40))
    ends_on = SelfAttribute("starts_on")
    title = LazyAttribute(lambda s: f"Giorno {s.number}")
    starts_at = time(9)
    ends_at = time(16)
    places = 10


# ---------------------------------------------------------------- people and enrolment


class PersonFactory(people.PersonFactory):
    alliance = SubFactory(AllianceFactory)


class ParentFactory(people.ParentFactory):
    alliance = SubFactory(AllianceFactory)


class RelationFactory(TenantRows):
    class Meta:
        model = models.Relation

    _hangs_on = "person"
    person = SubFactory(PersonFactory)
    alliance = SelfAttribute("person.alliance")
    user = SubFactory(AccountFactory)
    kind = "parent"


class FileFactory(TenantRows):
    """The row of a file whose content lies nowhere."""

    class Meta:
        model = models.File

    alliance = SubFactory(AllianceFactory)
    name = Sequence(lambda n: f"modulo-{n}.pdf")
    sha256 = Sequence(digest_of)
    media_type = "application/pdf"
    size = 1200


class DelegationFactory(TenantRows):
    """A consent on paper, confirmed and running."""

    class Meta:
        model = models.Delegation

    _hangs_on = "person"
    person = SubFactory(PersonFactory)
    alliance = SelfAttribute("person.alliance")
    social_point = SubFactory(
        SocialPointFactory, organization__alliance=SelfAttribute("...alliance")
    )
    method = "paper"
    file = SubFactory(FileFactory, alliance=OURS)
    confirmed_at = at_hours(-1)
    starts_on = in_days(0)
    ends_on = in_days(180)


class ApplicationFactory(TenantRows):
    class Meta:
        model = models.Application

    alliance = SubFactory(AllianceFactory)
    user = SubFactory(AccountFactory)
    receipt = LazyFunction(receipt_code)
    status = "submitted"
    submitted_at = at_hours(-1)
    contact_email = Sequence(lambda n: f"famiglia{n}@famiglie.example")


class EnrollmentFactory(TenantRows):
    """A draft: a place is taken by `operations.enrollments`, not by a factory."""

    class Meta:
        model = models.Enrollment

    _hangs_on = "slot"
    slot = SubFactory(SlotFactory)
    alliance = SelfAttribute("slot.alliance")
    person = SubFactory(PersonFactory, alliance=OURS)
    application = SubFactory(ApplicationFactory, alliance=OURS)
    span = LazyAttribute(lambda e: e.slot.span)


class AttendanceFactory(TenantRows):
    class Meta:
        model = models.Attendance

    _hangs_on = "enrollment"
    enrollment = SubFactory(EnrollmentFactory)
    alliance = SelfAttribute("enrollment.alliance")
    day = LazyAttribute(lambda a: a.enrollment.slot.starts_on)
    status = "left_early"
    left_at = time(11)
    picked_up_by = "Pina Rossi"


# ---------------------------------------------------------------- fees


class FeeSchemeFactory(TenantRows):
    """A draft: `operations.fee_schemes` publishes it."""

    class Meta:
        model = models.FeeScheme

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    title = Sequence(lambda n: f"Rette {n}")


class FeeBandFactory(TenantRows):
    """Sixty euro, whatever the ISEE; a hundred for who lives elsewhere."""

    class Meta:
        model = models.FeeBand

    _hangs_on = "fee_scheme"
    fee_scheme = SubFactory(FeeSchemeFactory)
    alliance = SelfAttribute("fee_scheme.alliance")
    from_isee = 0
    resident = 60
    non_resident = 100


class FeeSiblingFactory(TenantRows):
    class Meta:
        model = models.FeeSibling

    _hangs_on = "fee_scheme"
    fee_scheme = SubFactory(FeeSchemeFactory)
    alliance = SelfAttribute("fee_scheme.alliance")
    rank = 2
    amount = 50


class FeeExtraFactory(TenantRows):
    class Meta:
        model = models.FeeExtra

    _hangs_on = "fee_scheme"
    fee_scheme = SubFactory(FeeSchemeFactory)
    alliance = SelfAttribute("fee_scheme.alliance")
    code = "meal"
    title = "Pasto"
    amount = 4


class IseeFactory(TenantRows):
    class Meta:
        model = models.Isee

    _hangs_on = "person"
    person = SubFactory(PersonFactory)
    alliance = SelfAttribute("person.alliance")
    amount = "12500.00"
    protocol_number = Sequence(lambda n: f"INPS-ISEE-2026-{n:08d}A-00")
    expires_on = in_days(60)


# ---------------------------------------------------------------- rankings


class CriterionSetFactory(TenantRows):
    """A draft: `operations.criteria` publishes it."""

    class Meta:
        model = models.CriterionSet

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    title = Sequence(lambda n: f"Criteri {n}")


class CriterionFactory(TenantRows):
    """Two points for a yes."""

    class Meta:
        model = models.Criterion

    _hangs_on = "criterion_set"
    criterion_set = SubFactory(CriterionSetFactory)
    alliance = SelfAttribute("criterion_set.alliance")
    title = Sequence(lambda n: f"Criterio {n}")
    position = Sequence(lambda n: n % 1000 + 1)
    code = Sequence(lambda n: f"criterion_{n}")
    points = 2


class RankingFactory(TenantRows):
    """A draft: `operations.rankings` announces it."""

    class Meta:
        model = models.Ranking

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    season = SubFactory(SeasonFactory, alliance=OURS)
    criterion_set = SubFactory(CriterionSetFactory, organization=SelfAttribute("..organization"))
    title = Sequence(lambda n: f"Graduatoria {n}")
    seed_source = "Primi cinque numeri estratti del lotto, ruota di Milano"
    seed_on = in_days(12)


class RankingEntryFactory(TenantRows):
    class Meta:
        model = models.RankingEntry

    _hangs_on = "ranking"
    ranking = SubFactory(RankingFactory)
    alliance = SelfAttribute("ranking.alliance")
    person = SubFactory(PersonFactory, alliance=OURS)
    code = LazyFunction(receipt_code)


class RankingRunFactory(TenantRows):
    class Meta:
        model = models.RankingRun

    _hangs_on = "ranking"
    ranking = SubFactory(RankingFactory)
    alliance = SelfAttribute("ranking.alliance")
    number = Sequence(lambda n: n + 1)
    kind = "trial"
    at = at_hours(0)
    inputs = "{}"
    inputs_sha256 = Sequence(digest_of)
    outcome_sha256 = Sequence(digest_of)
    placed = 0
    waiting = 0


class RankingScoreFactory(TenantRows):
    class Meta:
        model = models.RankingScore

    _hangs_on = "run"
    run = SubFactory(RankingRunFactory)
    alliance = SelfAttribute("run.alliance")
    entry = SubFactory(RankingEntryFactory, ranking=SelfAttribute("..run.ranking"))
    criterion_set = SelfAttribute("run.ranking.criterion_set")
    code = SelfAttribute("entry.code")
    position = 1
    draw = Sequence(digest_of)
    points = 2
    lines = "[]"


class RankingOutcomeFactory(TenantRows):
    class Meta:
        model = models.RankingOutcome

    _hangs_on = "run"
    run = SubFactory(RankingRunFactory)
    alliance = SelfAttribute("run.alliance")
    entry = SubFactory(RankingEntryFactory, ranking=SelfAttribute("..run.ranking"))
    enrollment = SubFactory(
        EnrollmentFactory, slot__alliance=SelfAttribute("...alliance"),
        person=SelfAttribute("..entry.person"),
    )  # fmt: skip
    slot = SelfAttribute("enrollment.slot")
    code = SelfAttribute("entry.code")
    position = 1
    state = "placed"
    wish = 1
    because = "first_round"


class ComplaintFactory(TenantRows):
    class Meta:
        model = models.Complaint

    _hangs_on = "entry"
    entry = SubFactory(RankingEntryFactory)
    alliance = SelfAttribute("entry.alliance")
    user = SubFactory(AccountFactory)
    receipt = LazyFunction(receipt_code)
    submitted_at = at_hours(-1)
    complaint = "Il fratello non è stato contato."


class ServiceRequestFactory(TenantRows):
    class Meta:
        model = models.ServiceRequest

    _hangs_on = "service"
    service = SubFactory(ServiceFactory)
    alliance = SelfAttribute("service.alliance")
    person = SubFactory(PersonFactory, alliance=OURS)
    user = SubFactory(AccountFactory)
    receipt = LazyFunction(receipt_code)
    submitted_at = at_hours(-1)


class PayeeFactory(TenantRows):
    class Meta:
        model = models.Payee

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory)
    alliance = SelfAttribute("organization.alliance")
    kind = "transfer"
    iban = "IT60X0542811101000000123456"
    account_holder = SelfAttribute("organization.name")


class PaymentNoticeFactory(TenantRows):
    class Meta:
        model = models.PaymentNotice

    _hangs_on = "payee"
    payee = SubFactory(PayeeFactory)
    alliance = SelfAttribute("payee.alliance")
    application = SubFactory(ApplicationFactory, alliance=OURS)
    kind = "transfer"
    number = Sequence(lambda n: reference(n + 10**6))
    amount = "60.00"
    reason = "Retta"
    debtor_name = "Ada Bianchi"
    issued_at = LazyFunction(clock.now)
    due_on = in_days(15)


class PaymentNoticeLineFactory(TenantRows):
    class Meta:
        model = models.PaymentNoticeLine

    _hangs_on = "notice"
    notice = SubFactory(PaymentNoticeFactory)
    alliance = SelfAttribute("notice.alliance")
    enrollment = SubFactory(EnrollmentFactory, alliance=OURS)
    amount = "60.00"


class PaymentReceiptFactory(TenantRows):
    class Meta:
        model = models.PaymentReceipt

    _hangs_on = "payee"
    payee = SubFactory(PayeeFactory)
    alliance = SelfAttribute("payee.alliance")
    iur = Sequence(lambda n: f"IUR{n}")
    notice_number = Sequence(lambda n: reference(n + 10**7))
    amount = "60.00"
    paid_on = in_days(0)
    received_at = LazyFunction(clock.now)
    outcome = "unmatched"


class StateChangeFactory(TenantRows):
    class Meta:
        model = models.StateChange

    alliance = SubFactory(AllianceFactory)
    noun = "enrollment"
    row_id = Sequence(lambda n: n + 1)
    to_status = "placed"
    at = LazyFunction(clock.now)


class MessageFactory(TenantRows):
    class Meta:
        model = models.Message

    alliance = SubFactory(AllianceFactory)
    kind = "receipt"
    about = Sequence(lambda n: f"application:{n}")
    recipient = Sequence(lambda n: f"famiglia{n}@famiglie.example")
    payload = LazyFunction(dict)
    next_at = LazyFunction(clock.now)


class SensitiveReadFactory(TenantRows):
    class Meta:
        model = models.SensitiveRead

    alliance = SubFactory(AllianceFactory)
    at = LazyFunction(clock.now)
    table_name = "person"
    row_ids = LazyFunction(lambda: [1])
    columns = LazyFunction(lambda: ["allergies"])


class SavedViewFactory(Rows):
    class Meta:
        model = models.SavedView

    seat = SubFactory(SeatFactory)
    alliance_id = SelfAttribute("seat.alliance_id")
    kind = SelfAttribute("seat.kind")
    organization_id = SelfAttribute("seat.organization_id")
    title = Sequence(lambda n: f"Elenco {n}")
    resource = "services"
    query = "status=draft"


class WorkFactory(Rows):
    class Meta:
        model = models.Work

    seat = SubFactory(SeatFactory)
    alliance_id = SelfAttribute("seat.alliance_id")
    kind = "import"
    resource = "services"
    title = Sequence(lambda n: f"Lavoro {n}")
    payload = LazyFunction(dict)
    status = "done"
    asked_at = at_hours(-1)


class WorkLineFactory(Rows):
    class Meta:
        model = models.WorkLine

    work = SubFactory(WorkFactory)
    line = Sequence(lambda n: n + 1)
    outcome = "created"


# ---------------------------------------------------------------- credit and who pays


class WelfarePlanFactory(TenantRows):
    class Meta:
        model = models.WelfarePlan

    _hangs_on = "organization"
    organization = SubFactory(OrganizationFactory, kind="company")
    alliance = SelfAttribute("organization.alliance")
    title = Sequence(lambda n: f"Piano {n}")
    year = LazyFunction(lambda: clock.today().year)
    letters = "f f-bis f-ter"
    starts_on = in_days(-30)
    ends_on = in_days(300)


class CreditGrantFactory(TenantRows):
    """The paper of a credit; `operations.grants` puts the money behind it."""

    class Meta:
        model = models.CreditGrant

    _hangs_on = "plan"
    plan = SubFactory(WelfarePlanFactory)
    alliance = SelfAttribute("plan.alliance")
    person = SubFactory(PersonFactory, alliance=OURS)
    amount = Decimal("100.00")
    letters = "f-bis"
    fiscal_code = LazyAttribute(lambda g: g.person.fiscal_code or "RSSMRA85T10A562S")
    expires_on = in_days(200)


class PayerFundFactory(TenantRows):
    class Meta:
        model = models.PayerFund

    _hangs_on = "organization"
    kind = "voucher_fund"
    organization = SubFactory(OrganizationFactory, kind="municipality")
    alliance = SelfAttribute("organization.alliance")
    title = Sequence(lambda n: f"Voucher comunali {n}")
    per_enrollment = Decimal("30.00")
    starts_on = in_days(-30)
    ends_on = in_days(300)


class LedgerAccountFactory(TenantRows):
    class Meta:
        model = models.LedgerAccount

    _hangs_on = "plan"
    plan = SubFactory(WelfarePlanFactory)
    alliance = SelfAttribute("plan.alliance")
    organization = SelfAttribute("plan.organization")
    kind = "plan"


class TransferFactory(TenantRows):
    class Meta:
        model = models.Transfer

    _hangs_on = "credit"
    credit = SubFactory(LedgerAccountFactory)
    alliance = SelfAttribute("credit.alliance")
    debit = SubFactory(
        LedgerAccountFactory, kind="outside", plan=None, organization=None, alliance=OURS
    )
    kind = "fund"
    amount = Decimal("10.00")
    at = LazyFunction(clock.now)
