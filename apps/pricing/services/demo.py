"""The demo company's price lists."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.masterdata.contract import customer_groups, read_demo
from apps.pricing.models import PriceList
from apps.pricing.services.prices import PriceDraft, PriceListDraft, add_prices, create_price_lists
from ordercash.kernel.actor import SYSTEM


def load_prices(now: datetime) -> None:
    """Make the demo's price lists with their prices; a list that exists already is left as it is."""
    known = read_demo("products")
    valid_from_at = known["valid_from"]
    present = set(PriceList.objects.values_list("code", flat=True))
    for row in known["price_lists"]:
        if row["code"] in present:
            continue
        draft = PriceListDraft(
            row["code"], row["name"], row["currency"], valid_from_at,
            customer_group_id=_group(row), priority=10 if "group" in row else 0,
        )  # fmt: skip
        price_list = create_price_lists([draft], actor=SYSTEM, now=now)[0]
        prices = [price for product in known["products"] for price in _prices(product, row, valid_from_at)]
        add_prices(price_list.pk, drafts=prices, actor=SYSTEM, now=now)


def _prices(product: Mapping[str, Any], row: Mapping[str, Any], valid_from_at: datetime) -> Iterator[PriceDraft]:
    for least, factor in {0: row["factor"], **row.get("scales", {})}.items():
        price = (Decimal(product[row["column"]]) * Decimal(factor)).quantize(Decimal("0.0001"))
        yield PriceDraft(product["sku"], price, valid_from_at, min_quantity=Decimal(least))


def _group(row: Mapping[str, Any]) -> UUID | None:
    return customer_groups()[row["group"]] if "group" in row else None
