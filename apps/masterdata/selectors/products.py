"""What is sold."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from apps.masterdata.selectors.parties import contains, storable
from ordercash.kernel.sql import fetch


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What decisions need to know of a product. `decimals` is how far its unit may be divided."""

    id: UUID
    sku: str
    name: str
    kind: str
    tax_class: str
    unit: str
    decimals: int
    is_sellable: bool

    @property
    def is_stocked(self) -> bool:
        return self.kind == "goods"


_PRODUCTS: Final = """
SELECT p.id, p.sku, p.name, p.kind, p.tax_class, p.unit, u.decimals, p.is_sellable
  FROM masterdata_product p JOIN masterdata_unitofmeasure u ON u.code = p.unit
"""


def products_by_sku(skus: Collection[str]) -> dict[str, ProductFacts]:
    """Return the products that exist among `skus`, by SKU."""
    rows = fetch(f"{_PRODUCTS} WHERE p.sku = ANY(%s::text[])", [storable(skus)]) if skus else []
    return {row[1]: ProductFacts(*row) for row in rows}


def products_by_id(ids: Collection[UUID]) -> dict[UUID, ProductFacts]:
    """Return the products that exist among `ids`, by id."""
    rows = fetch(f"{_PRODUCTS} WHERE p.id = ANY(%s::uuid[])", [list(ids)]) if ids else []
    return {row[0]: ProductFacts(*row) for row in rows}


def find_products(text: str, *, limit: int = 10) -> list[ProductFacts]:
    """Return products whose SKU or name contains `text`, SKUs that begin with it first."""
    words = contains(text)
    if not words:
        return []
    rows = fetch(
        f"{_PRODUCTS} WHERE p.sku ILIKE %s OR p.name ILIKE %s ORDER BY p.sku NOT ILIKE %s, p.sku LIMIT %s",
        [words, words, words[1:], limit],
    )
    return [ProductFacts(*row) for row in rows]
