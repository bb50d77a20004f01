"""Taking goods back: counted on the shipment line, put back on the shelf at what they cost when they left."""

from collections.abc import Sequence
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.facts import ReturnedLine, ReturnItem, ReturnResult
from apps.inventory.decisions.returning import ShippedBefore, TakenBack, take_back
from apps.inventory.events import goods_returned
from apps.inventory.services.bins import MOVE
from apps.inventory.services.locking import OF_SHIPMENT_LINES, LockedStock, lock_stock
from apps.inventory.services.posting import return_fact
from apps.inventory.services.reserving import StockMoved
from apps.inventory.services.sharing import share_out
from apps.ledger.contract import post_entries
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id, new_ids
from ordercash.kernel.sql import columns_of, fetch, insert_rows, run
from ordercash.kernel.transactions import joins

KNOWN = """
SELECT r.id, r.source_ref, r.shipment_line_id, r.order_id, l.line_id, l.product_id, r.quantity, r.is_restocked, r.cost_minor
  FROM inventory_goodsreturn r JOIN inventory_shipmentline l ON l.id = r.shipment_line_id
 WHERE r.source_ref = ANY(%s::varchar[]) ORDER BY r.id
"""

SHIPPED = """
SELECT l.id, l.order_id, l.line_id, l.product_id, l.stock_id, l.quantity, l.returned_quantity, l.cost_minor,
       s.legal_entity_id, s.customer_id, CASE WHEN k.has_lots THEN l.lot_id END, coalesce(k.has_lots, false)
  FROM inventory_shipmentline l JOIN inventory_shipment s ON s.id = l.shipment_id LEFT JOIN inventory_stock k ON k.id = l.stock_id
 WHERE l.id = ANY(%s::uuid[]) ORDER BY l.id FOR UPDATE OF l
"""

COUNT_BACK = """
UPDATE inventory_shipmentline l SET returned_quantity = l.returned_quantity + b.quantity
  FROM (SELECT id, sum(quantity) AS quantity FROM unnest(%s::uuid[], %s::numeric[]) AS i (id, quantity) GROUP BY id) b
 WHERE l.id = b.id AND l.returned_quantity + b.quantity <= l.quantity
"""

RETURN_COLUMNS = {
    "id": "uuid",
    "shipment_line_id": "uuid",
    "order_id": "uuid",
    "quantity": "numeric",
    "is_restocked": "boolean",
    "cost_minor": "bigint",
    "source_ref": "varchar",
    "actor_id": "uuid",
    "occurred_at": "timestamptz",
}


@joins
def receive_returns(items: Sequence[ReturnItem], *, actor: Actor) -> ReturnResult:
    """Take shipped goods back; restocked ones return to their stock row at their original cost, which cost of sales gives back.

    What has to be looked at, or is damaged, lies there and is promised to nobody.

    A source_ref that came back before is answered with what it was then. Refused: `unknown_shipment_line`,
    `quantity_not_positive`, `more_than_shipped`, `unknown_bin`, `lot_missing`. Goods in lots return to theirs. Services come back
    without stock.
    """
    before = [ReturnedLine(*row) for row in fetch(KNOWN, [[item.source_ref for item in items]])]
    known = {line.source_ref for line in before}
    fresh = {item.source_ref: item for item in items if item.source_ref not in known}
    lines = [item.shipment_line_id for item in fresh.values()]
    stock = lock_stock(OF_SHIPMENT_LINES, [lines])
    shipped = {row[0]: ShippedBefore(*row) for row in fetch(SHIPPED, [lines])}
    taken, refused = take_back(fresh.values(), shipped)
    returned = _write(taken, actor) if taken else []
    pairs = list(zip(taken, returned, strict=True))
    _restock([(back, line) for back, line in pairs if line.is_restocked], stock, actor)
    record_events(
        [goods_returned(line, back.item.occurred_at, back.line.legal_entity_id, actor) for back, line in pairs]
    )
    _share_out([back for back, line in pairs if line.is_restocked and back.item.bin == "shelf"])
    return ReturnResult([*before, *returned], refused)


def _share_out(restocked: Sequence[TakenBack]) -> None:
    """Give what is on the shelf again to those who wait for it."""
    if restocked:
        shelves = {back.line.stock_id for back in restocked if back.line.stock_id}
        share_out(shelves, now=max(back.item.occurred_at for back in restocked))


def _write(taken: Sequence[TakenBack], actor: Actor) -> list[ReturnedLine]:
    counted = [(back.line.shipment_line_id, back.item.quantity) for back in taken]
    if run(COUNT_BACK, columns_of(counted, 2)) != len({line_id for line_id, _ in counted}):
        raise StockMoved()
    returned = [_returned(return_id, back) for return_id, back in zip(new_ids(len(taken)), taken, strict=True)]
    rows = [
        (
            r.return_id,
            r.shipment_line_id,
            r.order_id,
            r.quantity,
            r.is_restocked,
            r.cost_minor,
            r.source_ref,
            actor.id,
            b.item.occurred_at,
        )
        for r, b in zip(returned, taken, strict=True)
    ]
    insert_rows("inventory_goodsreturn", RETURN_COLUMNS, rows)
    return returned


def _returned(return_id: UUID, back: TakenBack) -> ReturnedLine:
    return ReturnedLine(
        return_id=return_id,
        source_ref=back.item.source_ref,
        shipment_line_id=back.line.shipment_line_id,
        order_id=back.line.order_id,
        line_id=back.line.line_id,
        product_id=back.line.product_id,
        quantity=back.item.quantity,
        is_restocked=back.is_restocked,
        cost_minor=back.cost_minor,
    )


def _restock(pairs: Sequence[tuple[TakenBack, ReturnedLine]], stock: dict[UUID, LockedStock], actor: Actor) -> None:
    """Put goods back where they are to lie and take their cost back out of cost of sales."""
    rows = []
    for back, line in pairs:
        shelf = stock[back.line.stock_id]  # type: ignore[index]  # restocked goods have a stock row
        damaged, held = (line.quantity if back.item.bin == bin_name else 0 for bin_name in ("damaged", "inspection"))
        facts = (new_id(), shelf.id, "return", line.quantity, damaged, held, line.cost_minor)
        text = (f"goods_return:{line.return_id}", "", back.line.lot_id, actor.id, back.item.occurred_at)
        rows.append((*facts, *text))
    if rows:
        fetch(MOVE, columns_of(rows, 12))
    post_entries(
        [
            return_fact(
                line.return_id, line.cost_minor, back.line.legal_entity_id, back.item.occurred_at, back.line.customer_id
            )
            for back, line in pairs
            if line.cost_minor
        ]
    )
