"""Shipping: reservations become shipment lines in one moving statement, so that nothing can ship twice.

Statements of a batch, whatever its size: known references, lock, read, shipments, move, then the ledger's and the log's.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.facts import Refusal, ShipmentFacts, ShippedLine, ShipRequest, ShipResult
from apps.inventory.decisions.gate import WAITS_FOR
from apps.inventory.decisions.shipping import Pick, Promise, cost_picks, keep_expired, pick_requests
from apps.inventory.events import shipment_shipped
from apps.inventory.selectors.shipments import shipments_by_source, shipped_lines
from apps.inventory.services.escrow import fold_orders
from apps.inventory.services.locking import OF_ORDERS, lock_stock
from apps.inventory.services.policies import requests_held_back
from apps.inventory.services.posting import post_costs, unpostable_shipments
from apps.inventory.services.reserving import StockMoved
from apps.masterdata.contract import entities_by_id
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.ids import new_id, new_ids
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

# Promises of stock rows that appeared after the lock was taken are left for the next call.
PROMISES = """
SELECT r.id, r.order_id, r.line_id, r.product_id, r.warehouse_id, r.stock_id, r.quantity, r.lot_id, t.expires_on, coalesce(t.code, '')
  FROM inventory_reservation r JOIN inventory_warehouse w ON w.id = r.warehouse_id
  LEFT JOIN inventory_lot t ON t.id = r.lot_id
 WHERE r.order_id = ANY(%s::uuid[]) AND r.state = 'firm' AND (r.stock_id IS NULL OR r.stock_id = ANY(%s::uuid[]))
 ORDER BY w.priority, w.code, t.expires_on, r.id
"""

SHIPMENTS = """
INSERT INTO inventory_shipment (id, number, legal_entity_id, warehouse_id, order_id, customer_id, shipped_at, carrier, tracking, source_ref)
SELECT id, 'SH-' || nextval('inventory_shipment_number'), legal_entity_id, warehouse_id, order_id, customer_id, shipped_at,
       carrier, tracking, source_ref
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::varchar[], %s::varchar[], %s::varchar[])
       AS s (id, legal_entity_id, warehouse_id, order_id, customer_id, shipped_at, carrier, tracking, source_ref)
RETURNING id, number
"""

# A promise is consumed only if it still is what was read: else fewer lines leave than were picked, and the caller's transaction ends.
# The picks of a promise travel with it in arrays (nearly always one), so that nothing is joined that the planner cannot estimate.
MOVE = """
WITH used AS (
    SELECT reservation_id, sum(quantity) AS used, sum(cost_minor)::bigint AS cost,
           array_agg(id) AS ids, array_agg(shipment_id) AS shipment_ids, array_agg(quantity) AS quantities, array_agg(cost_minor) AS costs
      FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::bigint[])
           AS p (id, shipment_id, reservation_id, quantity, cost_minor)
     GROUP BY reservation_id
), consumed AS (
    DELETE FROM inventory_reservation r USING used u WHERE r.id = u.reservation_id AND r.quantity = u.used
    RETURNING r.order_id, r.line_id, r.product_id, r.stock_id, r.lot_id, r.quota_id, u.*
), lowered AS (
    UPDATE inventory_reservation r SET quantity = r.quantity - u.used
      FROM used u WHERE r.id = u.reservation_id AND r.quantity > u.used
    RETURNING r.order_id, r.line_id, r.product_id, r.stock_id, r.lot_id, r.quota_id, u.*
), moved AS (
    SELECT * FROM consumed UNION ALL SELECT * FROM lowered
), issued AS (
    UPDATE inventory_stock s
       SET on_hand = s.on_hand - i.used, reserved = s.reserved - i.used, value_minor = s.value_minor - i.cost, version = s.version + 1
      FROM (SELECT stock_id, sum(used) AS used, sum(cost)::bigint AS cost FROM moved WHERE stock_id IS NOT NULL GROUP BY stock_id) i
     WHERE s.id = i.stock_id
)
INSERT INTO inventory_shipmentline (id, shipment_id, order_id, line_id, product_id, stock_id, lot_id, quota_id, quantity, cost_minor)
SELECT p.id, p.shipment_id, m.order_id, m.line_id, m.product_id, m.stock_id, m.lot_id, m.quota_id, p.quantity, p.cost_minor
  FROM moved m, unnest(m.ids, m.shipment_ids, m.quantities, m.costs) AS p (id, shipment_id, quantity, cost_minor)
"""


@joins
def ship(requests: Sequence[ShipRequest], *, actor: Actor) -> ShipResult:
    """Turn reservations into shipments, one per request and warehouse; books cost of sales and tells each shipment.

    A request is refused as a whole when a line has less reserved than asked (`not_reserved`), nothing is reserved
    (`nothing_reserved`), it names nothing (`nothing_asked`), shares its source_ref (`source_ref_repeated`), or its order's policy
    lets it wait (the codes of `held_back`), or goods of a lot that has expired would leave (`lot_expired`). A source_ref that shipped
    before is answered with what it shipped then. A request whose cost the ledger cannot post (no account, no rule, a closed period) is
    refused alone, with the ledger's code.
    """
    before = _shipped_before(requests)
    known = {shipment.source_ref for shipment in before.shipments}
    fresh, repeated = _once([request for request in requests if request.source_ref not in known])
    if not fresh:
        return ShipResult(before.shipments, before.lines, repeated)
    fresh, waiting = _gated(fresh)
    if not fresh:
        return ShipResult(before.shipments, before.lines, [*repeated, *waiting])
    order_ids = [request.order_id for request in fresh]
    stock = lock_stock(OF_ORDERS, [order_ids], gathered=False)
    if dealt := [row.id for row in stock.values() if row.escrowed]:
        fold_orders(order_ids, dealt)
    promises = [Promise(*row) for row in fetch(PROMISES, [order_ids, list(stock)])]
    picks, refused = pick_requests(fresh, promises)
    picks, expired = keep_expired(picks, _day_of)
    costs = cost_picks(picks, {row.id: (row.on_hand, row.value_minor) for row in stock.values()})
    picks, costs, unpostable = _postable(picks, costs, fresh)
    shipments = _create_shipments(picks)
    lines = _move(picks, costs, shipments)
    made = list(shipments.values())
    post_costs(made, lines)
    record_events([shipment_shipped(shipment, lines_of, actor) for shipment, lines_of in _together(made, lines)])
    return ShipResult(
        [*before.shipments, *made], [*before.lines, *lines], [*repeated, *waiting, *refused, *expired, *unpostable]
    )


def _day_of(request: ShipRequest) -> date:
    return business_date(request.shipped_at, entities_by_id()[request.legal_entity_id].time_zone)


def _gated(requests: Sequence[ShipRequest]) -> tuple[list[ShipRequest], list[Refusal]]:
    """Part the requests that may leave from those that their order's policy lets wait."""
    held = requests_held_back(requests)
    if not held:
        return list(requests), []
    refused = [
        Refusal(request.source_ref, held[request.source_ref], WAITS_FOR[held[request.source_ref]])
        for request in requests
        if request.source_ref in held
    ]
    return [request for request in requests if request.source_ref not in held], refused


def _postable(
    picks: Sequence[Pick], costs: Sequence[int], requests: Sequence[ShipRequest]
) -> tuple[list[Pick], list[int], list[Refusal]]:
    """Leave out the requests whose cost the ledger cannot post; what their goods cost stays on the shelf with them."""
    by_source: dict[str, int] = {}
    for pick, cost in zip(picks, costs, strict=True):
        by_source[pick.request.source_ref] = by_source.get(pick.request.source_ref, 0) + cost
    errors = unpostable_shipments(by_source, requests)
    kept = [pair for pair in zip(picks, costs, strict=True) if pair[0].request.source_ref not in errors]
    refused = [Refusal(source_ref, error.code, error.detail) for source_ref, error in errors.items()]
    return [pick for pick, _ in kept], [cost for _, cost in kept], refused


def _shipped_before(requests: Sequence[ShipRequest]) -> ShipResult:
    shipments = shipments_by_source([request.source_ref for request in requests])
    return ShipResult(shipments, shipped_lines(shipment_ids=[shipment.id for shipment in shipments]))


def _once(requests: Sequence[ShipRequest]) -> tuple[list[ShipRequest], list[Refusal]]:
    first: dict[str, ShipRequest] = {}
    repeated = []
    for request in requests:
        if first.setdefault(request.source_ref, request) is not request:
            repeated.append(
                Refusal(request.source_ref, "source_ref_repeated", "Two requests of one batch share this reference.")
            )
    return list(first.values()), repeated


def _create_shipments(picks: Sequence[Pick]) -> dict[tuple[str, UUID], ShipmentFacts]:
    """Insert one shipment per request and warehouse, by (source_ref, warehouse id)."""
    rows: dict[tuple[str, UUID], tuple[Any, ...]] = {}
    for pick in picks:
        request, warehouse_id = pick.request, pick.promise.warehouse_id
        if (request.source_ref, warehouse_id) not in rows:
            rows[request.source_ref, warehouse_id] = _shipment_row(request, warehouse_id)
    numbers: dict[UUID, str] = dict(fetch(SHIPMENTS, columns_of(list(rows.values()), 9))) if rows else {}
    return {
        key: ShipmentFacts(row[0], numbers[row[0]], row[3], row[4], row[1], row[2], row[8], row[5])
        for key, row in rows.items()
    }


def _shipment_row(request: ShipRequest, warehouse_id: UUID) -> tuple[Any, ...]:
    return (
        new_id(),
        request.legal_entity_id,
        warehouse_id,
        request.order_id,
        request.customer_id,
        request.shipped_at,
        request.carrier,
        request.tracking,
        request.source_ref,
    )


def _move(
    picks: Sequence[Pick], costs: Sequence[int], shipments: dict[tuple[str, UUID], ShipmentFacts]
) -> list[ShippedLine]:
    lines = [
        ShippedLine(
            shipment_id=shipments[pick.request.source_ref, pick.promise.warehouse_id].id,
            shipment_line_id=line_id,
            order_id=pick.promise.order_id,
            line_id=pick.promise.line_id,
            product_id=pick.promise.product_id,
            quantity=pick.quantity,
            cost_minor=cost,
            shipped_at=pick.request.shipped_at,
        )
        for pick, cost, line_id in zip(picks, costs, new_ids(len(picks)), strict=True)
    ]
    rows = [
        (line.shipment_line_id, line.shipment_id, pick.promise.reservation_id, line.quantity, line.cost_minor)
        for pick, line in zip(picks, lines, strict=True)
    ]
    if rows and run(MOVE, columns_of(rows, 5)) != len(rows):
        raise StockMoved()
    return lines


def _together(
    shipments: Sequence[ShipmentFacts], lines: Sequence[ShippedLine]
) -> list[tuple[ShipmentFacts, list[ShippedLine]]]:
    by_shipment: dict[UUID, list[ShippedLine]] = {shipment.id: [] for shipment in shipments}
    for line in lines:
        by_shipment[line.shipment_id].append(line)
    return [(shipment, by_shipment[shipment.id]) for shipment in shipments]
