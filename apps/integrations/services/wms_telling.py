"""Telling warehouse systems what orders want of them: the state that should be compared with the state that was told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson

from apps.integrations.decisions.wms.telling import Lines, Wanted, wanted_lines
from apps.integrations.selectors.connections import Connection, active_connections
from apps.inventory.contract import WorkLine, held_back, work_of
from apps.masterdata.contract import product_skus
from apps.orders.contract import ship_to_of
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, insert_rows, run
from ordercash.kernel.transactions import joins, writes

TOLD = """
SELECT id, connection_id, order_id, seq, told FROM integrations_warehouseorder WHERE order_id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE
"""
MAKE = """
INSERT INTO integrations_warehouseorder (id, connection_id, order_id, told, confirmed)
SELECT id, connection_id, order_id, '{}', '{}' FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS o (id, connection_id, order_id)
 ORDER BY connection_id, order_id ON CONFLICT (connection_id, order_id) DO NOTHING
"""
NOTE = """
UPDATE integrations_warehouseorder o SET seq = n.seq, told = n.told
  FROM unnest(%s::uuid[], %s::bigint[], %s::jsonb[]) AS n (id, seq, told) WHERE o.id = n.id
"""
# A state that was not sent yet is of no interest once there is a newer one.
SUPERSEDE = """
UPDATE integrations_warehousemessage m SET state = 'superseded', next_try_at = NULL
  FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS n (connection_id, order_id, seq)
 WHERE m.order_id = n.order_id AND m.connection_id = n.connection_id AND m.direction = 'out' AND m.state = 'waiting' AND m.order_seq < n.seq
"""
MESSAGE_COLUMNS: Final = {
    "id": "uuid",
    "connection_id": "uuid",
    "direction": "varchar",
    "kind": "varchar",
    "source_ref": "varchar",
    "order_id": "uuid",
    "order_seq": "bigint",
    "payload": "jsonb",
    "state": "varchar",
    "next_try_at": "timestamptz",
    "created_at": "timestamptz",
}
Key = tuple[UUID, UUID]  # connection, order


@dataclass(frozen=True, slots=True)
class _Told:
    """What a connection was told of an order; the row is locked."""

    id: UUID
    seq: int
    told: Lines


@writes
def tell_orders(order_ids: Collection[UUID], *, now: datetime) -> int:
    """Tell warehouse systems of these orders in a transaction of its own; see `tell_warehouses`."""
    return tell_warehouses(order_ids, now=now)


@joins
def tell_warehouses(order_ids: Collection[UUID], *, now: datetime) -> int:
    """Write a message for every warehouse system that should know something else of these orders than it was told.

    What should be known is the whole state: what of each line is to leave from there, counting what left through that system before.
    An order that its policy lets wait wants nothing yet. Returns the number of messages; safe to repeat. Locks what was told, so that
    of two who tell of one order the later sees what the earlier told.
    """
    connections = {connection.id: connection for connection in active_connections()}
    if not connections or not order_ids:
        return 0
    _make_rows(order_ids, connections.values())
    known = {
        (connection_id, order_id): _Told(row_id, seq, orjson.loads(told).get("lines", []))
        for row_id, connection_id, order_id, seq, told in fetch(TOLD, [sorted(order_ids)])
    }
    wanted = _wanted(order_ids, connections.values())
    changed = {
        key: wanted.get(key, [])
        for key, told in known.items()
        if key[0] in connections and wanted.get(key, []) != told.told
    }
    _write(changed, known, now)
    return len(changed)


def _work(order_ids: Collection[UUID], connections: Collection[Connection]) -> list[WorkLine]:
    return work_of(order_ids, {each.warehouse_id: each.shipment_prefix for each in connections})


def _make_rows(order_ids: Collection[UUID], connections: Collection[Connection]) -> None:
    """Let every warehouse system that has to do with an order have its row, before any of them is locked."""
    by_warehouse = {each.warehouse_id: each.id for each in connections}
    pairs = {(by_warehouse[line.warehouse_id], line.order_id) for line in _work(order_ids, connections)}
    if pairs:
        run(MAKE, columns_of([(new_id(), *pair) for pair in sorted(pairs)], 3))


def _wanted(order_ids: Collection[UUID], connections: Collection[Connection]) -> dict[Key, Lines]:
    by_warehouse = {each.warehouse_id: each.id for each in connections}
    work, waits = _work(order_ids, connections), held_back(order_ids)
    skus = product_skus({line.product_id for line in work})
    found: dict[Key, dict[UUID, Wanted]] = {}
    for line in work:
        total = line.left + (Decimal(0) if line.order_id in waits else line.reserved)
        lots = {} if line.order_id in waits else line.lots
        told = found.setdefault((by_warehouse[line.warehouse_id], line.order_id), {})
        told[line.line_id] = Wanted(line.product_id, total, lots)
    return {key: wanted_lines(lines, skus) for key, lines in found.items()}


def _write(changed: Mapping[Key, Lines], known: Mapping[Key, _Told], now: datetime) -> None:
    if not changed:
        return
    places = ship_to_of({order_id for _, order_id in changed})
    states = [(known[key].id, known[key].seq + 1, _json({"lines": lines})) for key, lines in changed.items()]
    run(NOTE, columns_of(states, 3))
    run(SUPERSEDE, columns_of([(*key, known[key].seq + 1) for key in changed], 3))
    add_messages(
        [
            _row(key, known[key].seq + 1, {"lines": lines, "ship_to": places.get(key[1])}, now)
            for key, lines in changed.items()
        ]
    )


def _row(key: Key, seq: int, payload: Mapping[str, Any], now: datetime) -> tuple[Any, ...]:
    connection_id, order_id = key
    ref = f"order:{order_id}:{seq}"
    return new_id(), connection_id, "out", "order", ref, order_id, seq, _json(payload), "waiting", now, now


def add_messages(rows: Sequence[tuple[Any, ...]]) -> None:
    """Add messages to be sent, given in the order of MESSAGE_COLUMNS."""
    insert_rows("integrations_warehousemessage", MESSAGE_COLUMNS, rows)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
