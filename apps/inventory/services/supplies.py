"""Supplies: goods that are announced, and those that come by themselves when their time has come."""

from collections.abc import Sequence
from datetime import datetime

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.facts import MovementResult, ReceiptDraft, ReceivedDue
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.moving import currencies_of_warehouses, lock_shelves
from apps.inventory.services.pegging import repeg
from apps.inventory.services.receiving import receive_stock, sorted_out, sound_receipts
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

ANNOUNCE = """
INSERT INTO inventory_supply (id, warehouse_id, product_id, kind, quantity, unit_cost, due_at, first_due_at, source_ref, status,
                              comes_by_itself, lot_code, expires_on)
SELECT id, warehouse_id, product_id, CASE kind WHEN 'opening' THEN 'opening' ELSE 'purchase' END, quantity, unit_cost, due_at, due_at,
       source_ref, 'confirmed', true, lot_code, expires_on
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::varchar[], %s::numeric[], %s::numeric[], %s::timestamptz[], %s::varchar[],
              %s::varchar[], %s::date[])
       AS s (id, warehouse_id, product_id, kind, quantity, unit_cost, due_at, source_ref, lot_code, expires_on)
ON CONFLICT (source_ref) DO NOTHING
RETURNING source_ref
"""

DUE = """
SELECT id, product_id, warehouse_id FROM inventory_supply
 WHERE comes_by_itself AND open_quantity > 0 AND due_at <= %s AND source_ref <> ALL(%s::varchar[]) ORDER BY due_at, id LIMIT %s
"""

# Supplies are locked after stock, as everywhere; what another worker received meanwhile is not open any more.
STILL_DUE = """
SELECT warehouse_id, product_id, open_quantity, unit_cost, due_at, source_ref, CASE kind WHEN 'opening' THEN 'opening' ELSE 'receipt' END,
       lot_code, expires_on
  FROM inventory_supply WHERE id = ANY(%s::uuid[]) AND comes_by_itself AND open_quantity > 0 ORDER BY id FOR NO KEY UPDATE
"""

# The movement carries the reference of its supply, also when an earlier call made it.
RECEIVED = """
WITH came AS (
    SELECT s.id, m.id AS movement_id, m.quantity
      FROM inventory_supply s JOIN inventory_stockmovement m ON m.source_ref = s.source_ref WHERE s.source_ref = ANY(%s::varchar[])
), noted AS (
    INSERT INTO inventory_supplyreceipt (id, supply_id, movement_id, quantity) SELECT new_id(), id, movement_id, quantity FROM came
)
UPDATE inventory_supply s SET received = s.received + c.quantity, status = 'received', version = s.version + 1 FROM came c WHERE s.id = c.id
"""


@joins
def plan_receipts(receipts: Sequence[ReceiptDraft], *, now: datetime) -> MovementResult:
    """Announce goods that `receive_due` will put on the shelf when their time has come. Repeating a source_ref does nothing."""
    drafts, refused = sound_receipts(receipts, currencies_of_warehouses())
    rows = [
        (
            new_id(),
            d.warehouse_id,
            d.product_id,
            d.kind,
            d.quantity,
            d.unit_cost,
            d.due_at,
            d.source_ref,
            d.lot_code,
            d.expires_on,
        )
        for d in drafts
    ]
    made = {row[0] for row in fetch(ANNOUNCE, columns_of(rows, 10))} if rows else set()
    new = [draft for draft in drafts if draft.source_ref in made]
    if new:
        repeg(_groups(new), now=now)
    return sorted_out(drafts, made, refused)


@joins
def receive_due(*, now: datetime, limit: int, actor: Actor) -> ReceivedDue:
    """Receive at most `limit` supplies that come by themselves and are due, at their own business times, the earliest first.

    What is refused stays announced, is tried again by the next call, and stands in nobody's way.
    """
    known, refused = currencies_of_warehouses(), list[str]()
    while found := fetch(DUE, [now, refused, limit]):
        lock_shelves([(product_id, place_id) for _, product_id, place_id in found if place_id in known])
        rows = fetch(STILL_DUE, [[row[0] for row in found]])
        drafts = sorted((ReceiptDraft(*row) for row in rows), key=lambda draft: draft.due_at)
        refused += [item.source_ref for item in receive_stock(drafts, actor=actor).refused]
        received = [draft for draft in drafts if draft.source_ref not in refused]
        if received:
            run(RECEIVED, [[draft.source_ref for draft in received]])
            repeg(_groups(received), now=now)
            return ReceivedDue(len(received), frozenset(draft.product_id for draft in received))
    return ReceivedDue(0, frozenset())


def _groups(drafts: Sequence[ReceiptDraft]) -> set[Group]:
    places = warehouses()
    return {(places[draft.warehouse_id].legal_entity_id, draft.product_id) for draft in drafts}
