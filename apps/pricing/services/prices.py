"""Price lists and prices: added, and ended. A price that was in force is never rewritten."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.masterdata.contract import (
    ProductFacts,
    add_masters,
    currencies,
    product_units,
    products_by_sku,
    save_master,
)
from apps.pricing.models import PriceList, PriceRecord
from apps.pricing.selectors.lists import plain_postal_code
from apps.pricing.services.price_plan import MOST_SCALES
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import Refusals
from ordercash.kernel.errors import Conflict, DomainError, Fault, NotFound
from ordercash.kernel.transactions import joins, writes


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
    "price_record_per_something": (PriceRefused, "A price is for more than nothing."),
    "price_list_one_scope": (PriceRefused, "A list is for a customer, a customer group, a zone or everybody."),
    "price_list_zone_is_iso": (PriceRefused, "A zone's country is two capital letters (ISO 3166)."),
    "price_list_zone_of_a_country": (PriceRefused, "A state or postal codes belong to a country."),
    "price_list_state_or_postal_codes": (PriceRefused, "A zone is a state or postal codes, not both."),
    "price_list_postal_prefix_is_plain": (PriceRefused, "The beginning of postal codes is letters and digits alone."),
}


_CROWDED: Final = """
SELECT p.sku FROM pricing_pricerecord r JOIN masterdata_product p ON p.id = r.product_id
 WHERE r.price_list_id = %s AND r.product_id = ANY(%s::uuid[]) AND (r.valid_until_at IS NULL OR r.valid_until_at > %s)
 GROUP BY p.sku, r.unit HAVING count(DISTINCT r.min_quantity) > %s
"""


@dataclass(frozen=True, slots=True)
class PriceListDraft:
    """A new price list; without a customer, a group and a zone for everybody, without a legal entity for every one.

    A zone is a country, or of it a state or the postal codes that begin with `zone_postal_prefix`.
    """

    code: str
    name: str
    currency: str
    valid_from_at: datetime
    valid_until_at: datetime | None = None
    customer_group_id: UUID | None = None
    legal_entity_id: UUID | None = None
    priority: int = 0
    customer_id: UUID | None = None
    zone_country: str = ""
    zone_state: str = ""
    zone_postal_prefix: str = ""


@dataclass(frozen=True, slots=True)
class PriceDraft:
    """A new price of `per` units, valid in [valid_from_at, valid_until_at) from `min_quantity` of the unit on.

    `unit` "" is the product's own; another is one that the product is also sold in.
    """

    sku: str
    unit_price: Decimal
    valid_from_at: datetime
    min_quantity: Decimal = Decimal(0)
    valid_until_at: datetime | None = None
    unit: str = ""
    per: Decimal = Decimal(1)


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
            valid_until_at=draft.valid_until_at, priority=draft.priority, customer_id=draft.customer_id,
            zone_country=draft.zone_country, zone_state=draft.zone_state.strip(),
            zone_postal_prefix=plain_postal_code(draft.zone_postal_prefix),
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
    units = units_sold_in(products.values(), {draft.sku for draft in drafts if draft.unit})
    faults = [
        _unknown(f"/{index}/{name}", what)
        for index, draft in enumerate(drafts)
        for name, what, known in (
            ("sku", "product", draft.sku in products),
            ("unit", "unit of the product", draft.sku not in products or draft.unit in units[draft.sku]),
        )
        if not known
    ]
    if faults:
        raise PriceRefused(faults=faults[:100])
    rows = [
        PriceRecord(
            price_list_id=price_list_id, product_id=products[draft.sku].id, unit=units[draft.sku][draft.unit],
            min_quantity=draft.min_quantity, unit_price=draft.unit_price, per=draft.per,
            valid_from_at=draft.valid_from_at, valid_until_at=draft.valid_until_at,
        )
        for draft in drafts
    ]  # fmt: skip
    made = add_masters(rows, actor=actor, refusals=REFUSALS)
    _refuse_too_many_scales(price_list_id, made, now)
    return made


@joins
def _refuse_too_many_scales(price_list_id: UUID, made: Sequence[PriceRecord], now: datetime) -> None:
    """Refuse prices with which a product has more scales in a unit than every line of a cart can choose among."""
    crowded = sql.fetch(_CROWDED, [price_list_id, list({row.product_id for row in made}), now, MOST_SCALES])
    if crowded:
        names = ", ".join(sorted({sku for (sku,) in crowded}))[:200]
        raise PriceRefused(f"A product has at most {MOST_SCALES} scales in a unit: {names}.")


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


def units_sold_in(products: Collection[ProductFacts], skus: Collection[str]) -> dict[str, dict[str, str]]:
    """Return per SKU which units may be named and as what they are kept: the product's own is kept as "".

    The other units are read for the products of `skus` alone; one statement, none for none.
    """
    others = product_units({product.id for product in products if product.sku in skus})
    return {
        product.sku: {"": "", **{unit: unit for unit in others.get(product.id, ())}, product.unit: ""}
        for product in products
    }


def _unknown(pointer: str, what: str) -> Fault:
    return Fault(pointer, f"unknown_{what.split()[0]}", f"There is no such {what}.")
