"""Warehouses that should exist."""

from collections.abc import Sequence

from apps.inventory.decisions.facts import WarehouseDraft, WarehouseFacts
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

CREATE = """
INSERT INTO inventory_warehouse (id, code, name, legal_entity_id, country, priority)
SELECT * FROM unnest(%s::uuid[], %s::varchar[], %s::varchar[], %s::uuid[], %s::varchar[], %s::smallint[]) ON CONFLICT (code) DO NOTHING
"""
NAMED = (
    "SELECT id, code, name, legal_entity_id, country, priority FROM inventory_warehouse WHERE code = ANY(%s::varchar[])"
)


@joins
def ensure_warehouses(drafts: Sequence[WarehouseDraft]) -> dict[str, WarehouseFacts]:
    """Create the warehouses that do not exist yet and return all of those named, by code; existing ones are not changed."""
    if not drafts:
        return {}
    rows = [(new_id(), d.code, d.name, d.legal_entity_id, d.country, d.priority) for d in drafts]
    run(CREATE, columns_of(rows, 6))
    return {row[1]: WarehouseFacts(*row) for row in fetch(NAMED, [[draft.code for draft in drafts]])}
