"""What is sold."""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.masterdata.selectors.parties import contains, storable
from ordercash.kernel.sql import fetch


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What decisions need to know of a product. `decimals` is how far its unit may be divided; `weight_kg` is that of one unit."""

    id: UUID
    sku: str
    name: str
    kind: str
    tax_class: str
    unit: str
    decimals: int
    is_sellable: bool
    category: str = ""
    weight_kg: Decimal | None = None
    tracks_lots: bool = False
    shelf_life_days: int | None = None

    @property
    def is_stocked(self) -> bool:
        return self.kind == "goods"

    @property
    def is_bundle(self) -> bool:
        return self.kind == "bundle"


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A part of a bundle: `quantity` of the part's unit is in one bundle."""

    product_id: UUID
    sku: str
    name: str
    unit: str
    quantity: Decimal
    category: str = ""
    weight_kg: Decimal | None = None
    is_stocked: bool = True


_PRODUCTS: Final = """
SELECT p.id, p.sku, p.name, p.kind, p.tax_class, p.unit, u.decimals, p.is_sellable, p.category, trim_scale(p.weight_kg),
       p.tracks_lots, p.shelf_life_days
  FROM masterdata_product p JOIN masterdata_unitofmeasure u ON u.code = p.unit
"""
_PARTS: Final = """
SELECT b.bundle_id, p.id, p.sku, p.name, p.unit, trim_scale(b.quantity), p.category, trim_scale(p.weight_kg), p.kind = 'goods'
  FROM masterdata_bundlepart b JOIN masterdata_product p ON p.id = b.part_id
 WHERE b.bundle_id = ANY(%s::uuid[]) ORDER BY b.bundle_id, p.sku
"""
_UNITS: Final = """
SELECT product_id, unit, trim_scale(factor) FROM masterdata_productunit WHERE product_id = ANY(%s::uuid[]) ORDER BY product_id, unit
"""

# Of products with a common word in their names so many are looked at; the first of them by SKU are shown.
NAMED_READ: Final = 200

_BY_SKU: Final = "WHERE upper(p.sku) LIKE upper(%s) ORDER BY upper(p.sku) USING ~<~ LIMIT %s"
_BY_NAME: Final = """
 WHERE p.id IN (SELECT id FROM masterdata_product
                 WHERE to_tsvector('simple'::regconfig, name) @@ to_tsquery('simple'::regconfig, %s) LIMIT %s)
 ORDER BY p.sku LIMIT %s
"""


def products_by_sku(skus: Collection[str]) -> dict[str, ProductFacts]:
    """Return the products that exist among `skus`, by SKU."""
    rows = fetch(f"{_PRODUCTS} WHERE p.sku = ANY(%s::text[])", [storable(skus)]) if skus else []
    return {row[1]: ProductFacts(*row) for row in rows}


def products_by_id(ids: Collection[UUID]) -> dict[UUID, ProductFacts]:
    """Return the products that exist among `ids`, by id."""
    rows = fetch(f"{_PRODUCTS} WHERE p.id = ANY(%s::uuid[])", [list(ids)]) if ids else []
    return {row[0]: ProductFacts(*row) for row in rows}


def product_skus(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the SKUs of the products that exist among `ids`, by id; one statement."""
    return {id: product.sku for id, product in products_by_id(ids).items()}


def bundle_parts(bundle_ids: Collection[UUID]) -> dict[UUID, list[PartFacts]]:
    """Return what is in each bundle, parts by SKU; one statement, none for no id. Ask only for products that are bundles."""
    found: dict[UUID, list[PartFacts]] = defaultdict(list)
    for bundle_id, *part in fetch(_PARTS, [list(bundle_ids)]) if bundle_ids else []:
        found[bundle_id].append(PartFacts(*part))
    return dict(found)


def bundles_with(part_id: UUID, *, limit: int = 20) -> list[ProductFacts]:
    """Return the bundles that a product is in, by SKU."""
    rows = fetch(f"{_PRODUCTS} JOIN masterdata_bundlepart b ON b.bundle_id = p.id WHERE b.part_id = %s ORDER BY p.sku LIMIT %s",
                 [part_id, limit])  # fmt: skip
    return [ProductFacts(*row) for row in rows]


def product_units(product_ids: Collection[UUID]) -> dict[UUID, dict[str, Decimal]]:
    """Return the other units in which products are sold, with how many of the product's own unit one of them holds.

    One statement, none for no id: ask only for products that are wanted in a unit which is not their own.
    """
    found: dict[UUID, dict[str, Decimal]] = defaultdict(dict)
    for product_id, unit, factor in fetch(_UNITS, [list(product_ids)]) if product_ids else []:
        found[product_id][unit] = factor
    return dict(found)


def find_products(text: str, *, limit: int = 10) -> list[ProductFacts]:
    """Return products whose SKU begins with `text`, then those of whose name every word of `text` begins a word.

    Upper and lower case are the same. Two statements, each by an index and over a bounded number of rows.
    """
    beginning = contains(text)[1:]
    if not beginning:
        return []
    found = fetch(f"{_PRODUCTS}{_BY_SKU}", [beginning, limit])
    words = " & ".join(f"{word}:*" for word in re.findall(r"[^\W_]+", text.replace("\x00", "")))
    named = fetch(f"{_PRODUCTS}{_BY_NAME}", [words, NAMED_READ, limit]) if words and len(found) < limit else []
    return list({row[0]: ProductFacts(*row) for row in (*found, *named)}.values())[:limit]
