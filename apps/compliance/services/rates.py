"""Tax rates: added, and ended. A rate that was in force is never rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.compliance.models import TaxRate
from apps.compliance.selectors.in_force import forget_tax_table
from apps.masterdata.contract import add_masters, save_master
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import Refusals
from ordercash.kernel.errors import Conflict, DomainError, NotFound
from ordercash.kernel.transactions import writes


class TaxRateOverlap(Conflict):
    """Two rates for the same question would be in force on the same day."""

    code, title = "tax_rate_overlap", "A rate for these days exists already"


class TaxRateRefused(DomainError):
    """The rate contradicts its category, or its period makes no sense."""

    code, title = "tax_rate_refused", "The rate cannot be kept"


REFUSALS: Final[Refusals] = {
    "tax_rate_no_overlap": (TaxRateOverlap, "End the present rate first, or begin the new one when it ends."),
    "tax_rate_valid_for_some_time": (TaxRateRefused, "The period ends before it begins."),
    "tax_rate_in_range": (TaxRateRefused, "A rate is from 0 to below 100 per cent."),
    "tax_rate_above_zero_only_when_standard": (
        TaxRateRefused,
        "Category S has a rate above zero, every other category has none (EN 16931 BR-S-05, BR-Z-05, BR-E-05).",
    ),
    "tax_rate_untaxed_for_a_reason": (
        TaxRateRefused,
        "What is exempt, exported or reverse charged is so for a reason (EN 16931 BR-E-10, BR-G-10, BR-AE-10).",
    ),
}


@dataclass(frozen=True, slots=True)
class TaxRateDraft:
    """A new rate, in force on the days [from_date, until_date); `rate` is in per cent."""

    seller_country: str
    destination: str
    tax_class: str
    category: str
    rate: Decimal
    from_date: date
    until_date: date | None = None
    buyer: str = ""
    exemption_reason: str = ""


@writes
def create_tax_rates(drafts: Sequence[TaxRateDraft], *, actor: Actor, now: datetime) -> list[TaxRate]:
    """Add rates, all or none; raises TaxRateOverlap or TaxRateRefused."""
    rows = [
        TaxRate(
            seller_country=draft.seller_country, destination=draft.destination, buyer=draft.buyer,
            tax_class=draft.tax_class, category=draft.category, rate=draft.rate,
            exemption_reason=draft.exemption_reason, from_date=draft.from_date, until_date=draft.until_date,
        )
        for draft in drafts
    ]  # fmt: skip
    made = add_masters(rows, actor=actor, refusals=REFUSALS)
    forget_tax_table()
    return made


@writes
def end_tax_rate(rate_id: UUID, *, until_date: date | None, actor: Actor, now: datetime) -> TaxRate:
    """Set the day from which a rate is not in force any more, None for open; raises NotFound, TaxRateOverlap, TaxRateRefused."""
    row = TaxRate.objects.select_for_update().filter(pk=rate_id).first()
    if row is None:
        raise NotFound("There is no such tax rate.")
    row.until_date = until_date
    save_master(row, actor=actor, refusals=REFUSALS)
    forget_tax_table()
    return row
