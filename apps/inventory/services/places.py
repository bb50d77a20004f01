"""Warehouses that should exist."""

from collections.abc import Sequence

from apps.audit.contract import set_change_actor
from apps.inventory.decisions.facts import WarehouseDraft, WarehouseFacts
from apps.inventory.models import Warehouse
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

CREATE = """
INSERT INTO inventory_warehouse (id, code, name, legal_entity_id, country, priority, postal_code, handling_per_day)
SELECT * FROM unnest(%s::uuid[], %s::varchar[], %s::varchar[], %s::uuid[], %s::varchar[], %s::smallint[], %s::varchar[], %s::int[])
ON CONFLICT (code) DO NOTHING
"""
NAMED = (
    "SELECT id, code, name, legal_entity_id, country, priority FROM inventory_warehouse WHERE code = ANY(%s::varchar[])"
)
HAS_STOCK = "SELECT 1 FROM inventory_stock WHERE warehouse_id = %s LIMIT 1"


@joins
def ensure_warehouses(drafts: Sequence[WarehouseDraft]) -> dict[str, WarehouseFacts]:
    """Create the warehouses that do not exist yet and return all of those named, by code; existing ones are not changed."""
    if not drafts:
        return {}
    rows = [
        (new_id(), d.code, d.name, d.legal_entity_id, d.country, d.priority, d.postal_code, d.handling_per_day)
        for d in drafts
    ]
    run(CREATE, columns_of(rows, 8))
    return {row[1]: WarehouseFacts(*row) for row in fetch(NAMED, [[draft.code for draft in drafts]])}


class WarehouseBelongs(Conflict):
    """A warehouse that has stock stays with its legal entity: its stock is that entity's property."""

    code, title = "warehouse_belongs", "The warehouse has stock of its legal entity"


@joins
def save_warehouse(row: Warehouse, *, actor: Actor) -> None:
    """Save a warehouse that a person edited; raises WarehouseBelongs when it would take its stock to another legal entity."""
    before = Warehouse.objects.filter(pk=row.pk).values_list("legal_entity_id", flat=True).first()
    if before not in (None, row.legal_entity_id) and fetch(HAS_STOCK, [row.pk]):
        raise WarehouseBelongs(f"{row.code} has stock that belongs to its legal entity.")
    set_change_actor(actor)
    row.save()
