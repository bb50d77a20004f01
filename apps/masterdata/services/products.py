"""Products: added and changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.masterdata.models import Product
from apps.masterdata.selectors.places import units
from apps.masterdata.services.customers import UnknownReference
from apps.masterdata.services.ensure import ProductDraft
from apps.masterdata.services.masters import add_masters, save_master
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Fault, NotFound
from ordercash.kernel.transactions import writes

# A product's kind stays: goods have stock behind them, services have not.
CHANGEABLE: Final = frozenset({"name", "tax_class", "is_sellable"})


@writes
def create_products(drafts: Sequence[ProductDraft], *, actor: Actor, now: datetime) -> list[Product]:
    """Add products; raises CodeTaken, or UnknownReference for a unit that does not exist."""
    for position, draft in enumerate(drafts):
        if draft.unit not in units():
            raise UnknownReference(faults=[Fault(f"/{position}/unit", "unknown_unit", "There is no such unit.")])
    rows = [
        Product(
            sku=draft.sku, name=draft.name, kind=draft.kind, tax_class=draft.tax_class, unit_id=draft.unit,
            is_sellable=draft.is_sellable,
        )
        for draft in drafts
    ]  # fmt: skip
    return add_masters(rows, actor=actor)


@writes
def change_product(product_id: UUID, *, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Product:
    """Change some of the CHANGEABLE columns; raises NotFound, or ValueError for any other column."""
    if not changes.keys() <= CHANGEABLE:
        raise ValueError(f"not changeable: {sorted(changes.keys() - CHANGEABLE)}")
    product = Product.objects.select_for_update(of=("self",)).filter(pk=product_id).first()
    if product is None:
        raise NotFound("There is no such product.")
    for name, value in changes.items():
        setattr(product, name, value)
    save_master(product, actor=actor)
    return product
