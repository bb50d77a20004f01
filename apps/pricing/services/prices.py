"""Price lists and prices: added, and ended. A price that was in force is never rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.masterdata.contract import add_masters, currencies, products_by_sku, save_master
from apps.pricing.models import PriceList, PriceRecord
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import Refusals
from ordercash.kernel.errors import Conflict, DomainError, Fault, NotFound
from ordercash.kernel.transactions import writes


class PriceOverlap(Conflict):
    """Two prices for the same list, product and quantity would be valid at once."""

    code, title = "price_overlap", "A price for this time exists already"


class PriceListCodeTaken(Conflict):
    """Another price list has this code."""

    code, title = "code_taken", "The code is in use"


class PriceRefused(DomainError):
    """A price or its validity makes no sense, or refers to what does not exist."""

    code, title = "price_refused", "The price cannot be kept"


REFUSALS: Final[Refusals] = {
    "price_record_no_overlap": (PriceOverlap, "End the present price first, or begin the new one when it ends."),
    "pricing_pricelist_code_key": (PriceListCodeTaken, "Another price list has this code."),
    "price_list_valid_for_some_time": (PriceRefused, "The validity ends before it begins."),
    "price_record_valid_for_some_time": (PriceRefused, "The validity ends before it begins."),
    "price_record_not_negative": (PriceRefused, "A price is not negative."),
    "price_record_min_quantity_not_negative": (PriceRefused, "A least quantity is not negative."),
}


@dataclass(frozen=True, slots=True)
class PriceListDraft:
    """A new price list; `customer_group_id` None is for everybody, `legal_entity_id` None for every legal entity."""

    code: str
    name: str
    currency: str
    valid_from_at: datetime
    valid_until_at: datetime | None = None
    customer_group_id: UUID | None = None
    legal_entity_id: UUID | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class PriceDraft:
    """A new price, valid in [valid_from_at, valid_until_at) from `min_quantity` on."""

    sku: str
    unit_price: Decimal
    valid_from_at: datetime
    min_quantity: Decimal = Decimal(0)
    valid_until_at: datetime | None = None


@writes
def create_price_lists(drafts: Sequence[PriceListDraft], *, actor: Actor, now: datetime) -> list[PriceList]:
    """Add price lists; raises PriceListCodeTaken or PriceRefused."""
    unknown = [index for index, draft in enumerate(drafts) if draft.currency not in currencies()]
    if unknown:
        raise PriceRefused(faults=[_unknown(f"/{index}/currency", "currency") for index in unknown])
    rows = [
        PriceList(
            code=draft.code, name=draft.name, currency_id=draft.currency, customer_group_id=draft.customer_group_id,
            legal_entity_id=draft.legal_entity_id, valid_from_at=draft.valid_from_at,
            valid_until_at=draft.valid_until_at, priority=draft.priority,
        )
        for draft in drafts
    ]  # fmt: skip
    return add_masters(rows, actor=actor, refusals=REFUSALS)


@writes
def add_prices(price_list_id: UUID, *, drafts: Sequence[PriceDraft], actor: Actor, now: datetime) -> list[PriceRecord]:
    """Add prices to a list, all or none; raises NotFound, PriceOverlap or PriceRefused."""
    if not PriceList.objects.filter(pk=price_list_id).exists():
        raise NotFound("There is no such price list.")
    products = products_by_sku({draft.sku for draft in drafts})
    unknown = [index for index, draft in enumerate(drafts) if draft.sku not in products]
    if unknown:
        raise PriceRefused(faults=[_unknown(f"/{index}/sku", "product") for index in unknown[:100]])
    rows = [
        PriceRecord(
            price_list_id=price_list_id, product_id=products[draft.sku].id, min_quantity=draft.min_quantity,
            unit_price=draft.unit_price, valid_from_at=draft.valid_from_at, valid_until_at=draft.valid_until_at,
        )
        for draft in drafts
    ]  # fmt: skip
    return add_masters(rows, actor=actor, refusals=REFUSALS)


@writes
def end_price_list(price_list_id: UUID, *, until_at: datetime | None, actor: Actor, now: datetime) -> PriceList:
    """Set the instant from which a list is not used any more, None for open; raises NotFound or PriceRefused."""
    row = PriceList.objects.select_for_update(of=("self",)).filter(pk=price_list_id).first()
    if row is None:
        raise NotFound("There is no such price list.")
    row.valid_until_at = until_at
    save_master(row, actor=actor, refusals=REFUSALS)
    return row


@writes
def end_price(record_id: UUID, *, until_at: datetime | None, actor: Actor, now: datetime) -> PriceRecord:
    """Set the instant from which a price is not valid any more, None for open; raises NotFound, PriceOverlap or PriceRefused."""
    row = PriceRecord.objects.select_for_update(of=("self",)).filter(pk=record_id).first()
    if row is None:
        raise NotFound("There is no such price.")
    row.valid_until_at = until_at
    save_master(row, actor=actor, refusals=REFUSALS)
    return row


def _unknown(pointer: str, what: str) -> Fault:
    return Fault(pointer, f"unknown_{what}", f"There is no such {what}.")
