"""A fee scheme by ISEE and the workshop that follows it; its figures are invented."""

from decimal import Decimal

from sqlalchemy.orm import Session

from app import models
from app.demo.network import Network
from app.demo.workshops import Programme
from app.operations import fee_schemes

PRICED = "robotics"
# From, up to, residents, others, and what they pay at the end where it rises.
BANDS = (
    ("0", "6000", "5", "15", None, None),
    ("6000", "20000", "5", "15", "18", "28"),
    ("20000", None, "18", "28", None, None),
)
EXTRAS = (("meal", "Pranzo al sacco", "Packed lunch", "4.50"),
          ("early", "Ingresso dalle 7.30", "Early entrance from 7.30", "2"))  # fmt: skip


def price(db: Session, network: Network, programme: Programme) -> None:
    """Publish the scheme, before enrolments open, and let one workshop follow it."""
    workshop = programme.workshops.get(PRICED)
    if workshop is None:
        return
    shared = {"alliance": network.alliance}
    scheme = models.FeeScheme(
        **shared, organization=workshop.organization, title="Rette dei laboratori",
        title_en="Fees of workshops", status="draft",
    )  # fmt: skip
    db.add(scheme)
    for band in BANDS:
        first, last, *paid = (None if one is None else Decimal(one) for one in band)
        names = ("resident", "non_resident", "resident_to", "non_resident_to")
        db.add(
            models.FeeBand(
                **shared, fee_scheme=scheme, from_isee=first, to_isee=last,
                **dict(zip(names, paid, strict=True)),
            )
        )  # fmt: skip
    db.add(models.FeeSibling(**shared, fee_scheme=scheme, rank=2, per_cent=Decimal(30)))
    for code, title, title_en, amount in EXTRAS:
        db.add(
            models.FeeExtra(
                **shared, fee_scheme=scheme, code=code, title=title, title_en=title_en,
                amount=Decimal(amount),
            )
        )  # fmt: skip
    db.flush()
    db.refresh(scheme, ["bands", "siblings", "extras"])
    fee_schemes.publish(db, scheme, now=workshop.opens_at)
    workshop.price_kind, workshop.price, workshop.fee_scheme = "scheme", None, scheme
    workshop.reduced_price = workshop.reduced_for = None
    workshop.price_unit = workshop.price_unit or "day"
    workshop.tuir_letter = "f-bis"
    db.flush()
