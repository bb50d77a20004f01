"""Products: added and changed, with the parts of bundles and the other units that they are sold in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import set_change_actor
from apps.masterdata.models import BundlePart, Product, ProductUnit
from apps.masterdata.selectors.places import units
from apps.masterdata.selectors.products import products_by_sku
from apps.masterdata.services.customers import UnknownReference
from apps.masterdata.services.ensure import ProductDraft
from apps.masterdata.services.masters import REFUSALS, PartsRefused, add_masters, save_master
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import told_as
from ordercash.kernel.errors import Fault, NotFound
from ordercash.kernel.transactions import joins, writes

# A product's kind and unit stay: goods have stock behind them, prices are for the unit.
CHANGEABLE: Final = frozenset(
    {"name", "category", "weight_kg", "tax_class", "is_sellable", "tracks_lots", "shelf_life_days"}
)


@dataclass(frozen=True, slots=True)
class PartDraft:
    """So much of a product, in its own unit, is in one bundle."""

    sku: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """One of `unit` holds `factor` of the product's own unit."""

    unit: str
    factor: Decimal


@writes
def create_products(drafts: Sequence[ProductDraft], *, actor: Actor, now: datetime) -> list[Product]:
    """Add products; raises CodeTaken, or UnknownReference for a unit that does not exist."""
    return _create(drafts, actor)


@writes
def create_product(
    draft: ProductDraft,
    *,
    parts: Sequence[PartDraft] = (),
    other_units: Sequence[UnitDraft] = (),
    actor: Actor,
    now: datetime,
) -> Product:
    """Add a product with its parts and units; raises like `create_products`, and PartsRefused for a bundle without parts."""
    product = _create([draft], actor)[0]
    _set_parts(product, parts)
    _set_units(product, other_units)
    return product


@writes
def change_product(
    product_id: UUID,
    *,
    changes: Mapping[str, Any],
    parts: Sequence[PartDraft] | None = None,
    other_units: Sequence[UnitDraft] | None = None,
    actor: Actor,
    now: datetime,
) -> Product:
    """Change some of the CHANGEABLE columns, and replace all parts or all units when some are given.

    Raises NotFound, LotsRefused, PartsRefused, UnitsRefused, UnknownReference, or ValueError for any other column.
    """
    if not changes.keys() <= CHANGEABLE:
        raise ValueError(f"not changeable: {sorted(changes.keys() - CHANGEABLE)}")
    product = Product.objects.select_for_update(of=("self",)).filter(pk=product_id).first()
    if product is None:
        raise NotFound("There is no such product.")
    for name, value in changes.items():
        setattr(product, name, value)
    if changes:
        save_master(product, actor=actor)
    set_change_actor(actor)
    if parts is not None:
        _set_parts(product, parts)
    if other_units is not None:
        _set_units(product, other_units)
    return product


def _create(drafts: Sequence[ProductDraft], actor: Actor) -> list[Product]:
    for position, draft in enumerate(drafts):
        if draft.unit not in units():
            raise UnknownReference(faults=[Fault(f"/{position}/unit", "unknown_unit", "There is no such unit.")])
    rows = [
        Product(
            sku=draft.sku, name=draft.name, kind=draft.kind, tax_class=draft.tax_class, unit_id=draft.unit,
            is_sellable=draft.is_sellable, category=draft.category, weight_kg=draft.weight_kg, tracks_lots=draft.tracks_lots,
            shelf_life_days=draft.shelf_life_days,
        )
        for draft in drafts
    ]  # fmt: skip
    return add_masters(rows, actor=actor)


@joins
def _set_parts(bundle: Product, drafts: Sequence[PartDraft]) -> None:
    if bundle.kind == "bundle" and not drafts:
        raise PartsRefused("A bundle has one part at least.", faults=[Fault("/parts", "required", "Name the parts.")])
    known = products_by_sku({draft.sku for draft in drafts})
    faults = [fault for position, draft in enumerate(drafts) for fault in _part_faults(position, draft, known)]
    if faults:
        raise UnknownReference(faults=faults[:100])
    BundlePart.objects.filter(bundle=bundle).delete()
    with told_as(REFUSALS):
        BundlePart.objects.bulk_create(
            BundlePart(bundle=bundle, part_id=known[draft.sku].id, quantity=draft.quantity) for draft in drafts
        )


def _part_faults(position: int, draft: PartDraft, known: Mapping[str, Any]) -> Iterator[Fault]:
    product = known.get(draft.sku)
    if product is None:
        yield Fault(f"/parts/{position}/sku", "unknown_product", f"There is no product {draft.sku}.")
    elif draft.quantity != round(draft.quantity, product.decimals):
        detail = f"{product.sku} is counted in {product.unit} with {product.decimals} decimals."
        yield Fault(f"/parts/{position}/quantity", "too_many_decimals", detail)


@joins
def _set_units(product: Product, drafts: Sequence[UnitDraft]) -> None:
    unknown = [position for position, draft in enumerate(drafts) if draft.unit not in units()]
    if unknown:
        faults = [Fault(f"/units/{position}/unit", "unknown_unit", "There is no such unit.") for position in unknown]
        raise UnknownReference(faults=faults)
    ProductUnit.objects.filter(product=product).delete()
    with told_as(REFUSALS):
        ProductUnit.objects.bulk_create(
            ProductUnit(product=product, unit_id=draft.unit, factor=draft.factor) for draft in drafts
        )
