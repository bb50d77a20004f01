"""Goods that came back and have to be looked at: in stock, on hold, and promised to nobody."""

from collections.abc import Sequence

from apps.inventory.decisions.facts import ReturnItem, ReturnResult
from apps.inventory.services.locking import OF_SHIPMENT_LINES, lock_stock
from apps.inventory.services.returning import receive_returns
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, run
from ordercash.kernel.transactions import joins

# While they come back they count as kept aside, so that nobody is given them; then they are on hold. The rows are locked throughout.
SET_ASIDE = """
UPDATE inventory_stock s SET safety_stock = s.safety_stock + b.quantity
  FROM (SELECT l.stock_id, sum(i.quantity) AS quantity FROM unnest(%s::uuid[], %s::numeric[]) AS i (id, quantity)
          JOIN inventory_shipmentline l ON l.id = i.id WHERE l.stock_id IS NOT NULL GROUP BY l.stock_id) b
 WHERE s.id = b.stock_id
"""
HOLD = """
WITH back AS (
    SELECT i.movement_id, i.source_ref, l.stock_id, l.lot_id, i.quantity, i.occurred_at
      FROM unnest(%s::uuid[], %s::varchar[], %s::uuid[], %s::numeric[], %s::timestamptz[])
           AS i (movement_id, source_ref, id, quantity, occurred_at)
      JOIN inventory_shipmentline l ON l.id = i.id WHERE l.stock_id IS NOT NULL
), told AS (
    INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, damaged_change, held_change, value_minor, source_ref, note, actor_id,
                                         occurred_at)
    SELECT movement_id, stock_id, 'bin', 0, 0, quantity, 0, source_ref, 'To be inspected', %s, occurred_at FROM back
)
UPDATE inventory_stock s SET on_hold = s.on_hold + b.quantity, version = s.version + 1
  FROM (SELECT stock_id, sum(quantity) AS quantity FROM back GROUP BY stock_id) b WHERE s.id = b.stock_id
"""


@joins
def receive_to_inspect(items: Sequence[ReturnItem], *, actor: Actor) -> ReturnResult:
    """Take shipped goods back as `receive_returns` does, on hold until somebody has looked at them; nobody is promised them."""
    lock_stock(OF_SHIPMENT_LINES, [[item.shipment_line_id for item in items]])
    aside = [(item.shipment_line_id, item.quantity) for item in items]
    run(SET_ASIDE, columns_of(aside, 2))
    result = receive_returns(items, actor=actor)
    run(SET_ASIDE, columns_of([(line_id, -quantity) for line_id, quantity in aside], 2))
    by_ref = {item.source_ref: item for item in items}
    back = [
        (
            new_id(),
            f"inspect:{line.return_id}",
            line.shipment_line_id,
            line.quantity,
            by_ref[line.source_ref].occurred_at,
        )
        for line in result.returned
        if line.is_restocked
    ]
    if back:
        run(HOLD, [*columns_of(back, 5), actor.id])
    return result
