"""Promising goods to order lines: one conditional statement for the whole batch, a second one only where the first warehouse is short.

How it cannot deadlock or oversell: `locked` takes every stock row that may serve the batch in the order of ids, before anything is
written; a row that had to be waited for is read again in its newest version, so `free` is what it really has. All verbs of this
app lock stock in this order, and before anything else. The update repeats the condition, and the CHECK `stock_never_below_zero`
stands behind it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.allocation import Candidate, Group, Take, Want, allocate
from apps.inventory.decisions.facts import DemandLine, Reserved
from ordercash.kernel.errors import Conflict, DomainError
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, insert_rows, run
from ordercash.kernel.transactions import joins

NOTHING = Decimal(0)


class NoWarehouse(DomainError):
    """A legal entity sells a service and has no warehouse that could be named on the shipment."""

    code, title = "no_warehouse", "The legal entity has no active warehouse"


class StockMoved(Conflict):
    """Locked rows were not as they were read: the transaction must not go on."""

    code, title = "stock_moved", "Stock changed while it was being moved; nothing was done"


# A product's whole demand of the batch is taken from the first warehouse when that has enough: then every line in turn would
# have been served whole there. What is short is answered with its candidates and decided line by line. A group's lines
# travel with it in arrays, because a join of two results that the planner cannot estimate is quadratic when it guesses wrong.
RESERVE = """
WITH wanted AS (
    SELECT legal_entity_id, product_id, sum(quantity) AS quantity, array_agg(order_id) AS order_ids, array_agg(line_id) AS line_ids,
           array_agg(quantity) AS quantities, array_agg(occurred_at) AS instants
      FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[])
           AS d (order_id, line_id, legal_entity_id, product_id, quantity, occurred_at)
     GROUP BY legal_entity_id, product_id
), locked AS MATERIALIZED (
    SELECT s.id, s.product_id, s.warehouse_id, w.legal_entity_id, w.priority, w.code, s.free,
           d.quantity AS wanted, d.order_ids, d.line_ids, d.quantities, d.instants
      FROM wanted d
      JOIN inventory_warehouse w ON w.legal_entity_id = d.legal_entity_id AND w.is_active
      JOIN inventory_stock s ON s.product_id = d.product_id AND s.warehouse_id = w.id
     ORDER BY s.id
       FOR UPDATE OF s
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY legal_entity_id, product_id ORDER BY priority, code) AS place FROM locked
), taken AS (
    UPDATE inventory_stock s
       SET reserved = s.reserved + r.wanted, version = s.version + 1
      FROM ranked r
     WHERE s.id = r.id AND r.place = 1 AND r.free >= r.wanted AND s.free >= r.wanted
    RETURNING s.id, s.product_id, s.warehouse_id, r.order_ids, r.line_ids, r.quantities, r.instants
), promised AS (
    INSERT INTO inventory_reservation (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at)
    SELECT new_id(), d.order_id, d.line_id, t.product_id, t.warehouse_id, t.id, d.quantity, d.occurred_at
      FROM taken t, unnest(t.order_ids, t.line_ids, t.quantities, t.instants) AS d (order_id, line_id, quantity, occurred_at)
)
SELECT legal_entity_id, product_id, id, warehouse_id, free, id IN (SELECT id FROM taken) FROM ranked ORDER BY place
"""

# The decided rest: the stock rows are locked already. TOP_UP is for a line that waited and may have a reservation from before.
TAKE = """
WITH take AS (
    SELECT stock_id, warehouse_id, product_id, sum(quantity) AS taken, array_agg(order_id) AS order_ids, array_agg(line_id) AS line_ids,
           array_agg(quantity) AS quantities, array_agg(occurred_at) AS instants
      FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[])
           AS t (order_id, line_id, product_id, stock_id, warehouse_id, quantity, occurred_at)
     GROUP BY stock_id, warehouse_id, product_id
), taken AS (
    UPDATE inventory_stock s
       SET reserved = s.reserved + t.taken, version = s.version + 1
      FROM take t
     WHERE s.id = t.stock_id AND s.free >= t.taken
    RETURNING s.id, s.product_id, s.warehouse_id, t.order_ids, t.line_ids, t.quantities, t.instants
)
INSERT INTO inventory_reservation AS r (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at)
SELECT new_id(), d.order_id, d.line_id, t.product_id, t.warehouse_id, t.id, d.quantity, d.occurred_at
  FROM taken t, unnest(t.order_ids, t.line_ids, t.quantities, t.instants) AS d (order_id, line_id, quantity, occurred_at)
"""
TOP_UP = f"""{TAKE}ON CONFLICT (line_id, warehouse_id, product_id) WHERE lot_id IS NULL AND slot_no IS NULL
   DO UPDATE SET quantity = r.quantity + excluded.quantity"""

FIRST_WAREHOUSES = """
SELECT DISTINCT ON (legal_entity_id) legal_entity_id, id FROM inventory_warehouse
 WHERE is_active AND legal_entity_id = ANY(%s::uuid[]) ORDER BY legal_entity_id, priority, code
"""

BACKORDER_COLUMNS = {
    "line_id": "uuid",
    "order_id": "uuid",
    "legal_entity_id": "uuid",
    "product_id": "uuid",
    "quantity": "numeric",
    "occurred_at": "timestamptz",
}
SERVICE_COLUMNS = {
    "id": "uuid",
    "order_id": "uuid",
    "line_id": "uuid",
    "product_id": "uuid",
    "warehouse_id": "uuid",
    "quantity": "numeric",
    "occurred_at": "timestamptz",
}


@joins
def reserve_lines(lines: Sequence[DemandLine]) -> dict[UUID, Reserved]:
    """Promise goods to lines in the order given and put what is missing on backorder; answers by line id.

    A line is served whole by the first warehouse of its legal entity that can, otherwise split by priority. Services are always
    reserved. A line is reserved once: naming it again raises IntegrityError. A legal entity without a warehouse backorders its
    goods and raises NoWarehouse for a service. One statement when nothing is short, at most two more otherwise, one for services.
    """
    answers = {line.line_id: Reserved(line.quantity, NOTHING) for line in lines}
    _reserve_services([line for line in lines if not line.is_stocked])
    short, candidates = _take_from_first([line for line in lines if line.is_stocked])
    if short:
        takes = allocate((Want(line.line_id, group_of(line), line.quantity) for line in short), candidates)
        take_reserved(takes, {line.line_id: line for line in short}, statement=TAKE)
        answers |= _answers(short, takes)
        _wait(short, answers)
    return answers


def group_of(line: DemandLine) -> Group:
    """Return the group whose lines compete: one product within one legal entity."""
    return line.legal_entity_id, line.product_id


def take_reserved(takes: Sequence[Take], lines: Mapping[UUID, DemandLine], *, statement: str) -> None:
    """Write decided takes from locked stock rows: balances first, then the reservations that reference them."""
    rows = [
        (
            line.order_id,
            line.line_id,
            line.product_id,
            take.stock_id,
            take.warehouse_id,
            take.quantity,
            line.occurred_at,
        )
        for take in takes
        for line in (lines[take.line_id],)
    ]
    if rows and run(statement, columns_of(rows, 7)) != len(rows):
        raise StockMoved()


def _take_from_first(goods: Sequence[DemandLine]) -> tuple[list[DemandLine], list[Candidate]]:
    """Reserve every group that its first warehouse can serve; return the other lines and who else might serve them."""
    if not goods:
        return [], []
    rows = [
        (line.order_id, line.line_id, line.legal_entity_id, line.product_id, line.quantity, line.occurred_at)
        for line in goods
    ]
    found = fetch(RESERVE, columns_of(rows, 6))
    taken = {(entity_id, product_id) for entity_id, product_id, *_, is_taken in found if is_taken}
    short = [line for line in goods if group_of(line) not in taken]
    return short, [
        Candidate(stock_id, warehouse_id, (entity, product), free)
        for entity, product, stock_id, warehouse_id, free, _ in found
    ]


def _reserve_services(services: Sequence[DemandLine]) -> None:
    """Reserve what is never scarce from the first warehouse of each legal entity."""
    if not services:
        return
    first: dict[UUID, UUID] = dict(fetch(FIRST_WAREHOUSES, [[line.legal_entity_id for line in services]]))
    if missing := {line.legal_entity_id for line in services} - first.keys():
        raise NoWarehouse(f"Legal entities without an active warehouse: {', '.join(map(str, sorted(missing)))}.")
    rows = [
        (
            new_id(),
            line.order_id,
            line.line_id,
            line.product_id,
            first[line.legal_entity_id],
            line.quantity,
            line.occurred_at,
        )
        for line in services
    ]
    insert_rows("inventory_reservation", SERVICE_COLUMNS, rows)


def _answers(lines: Sequence[DemandLine], takes: Sequence[Take]) -> dict[UUID, Reserved]:
    given: dict[UUID, Decimal] = {}
    for take in takes:
        given[take.line_id] = given.get(take.line_id, NOTHING) + take.quantity
    parts = ((line, given.get(line.line_id, NOTHING)) for line in lines)
    return {line.line_id: Reserved(part, line.quantity - part) for line, part in parts}


def _wait(lines: Sequence[DemandLine], answers: Mapping[UUID, Reserved]) -> None:
    rows = [
        (
            line.line_id,
            line.order_id,
            line.legal_entity_id,
            line.product_id,
            answers[line.line_id].backordered,
            line.occurred_at,
        )
        for line in lines
        if answers[line.line_id].backordered
    ]
    insert_rows("inventory_backorder", BACKORDER_COLUMNS, rows)
