"""Settling what was accepted at once: in turn, under the locks of the stock rows, as if everybody had waited for them.

What fits is reserved like everything else. What was promised twice is compensated: it waits (reason `oversold`) and is promised a day by
the rules in force; the policy of its order says what may leave meanwhile and when the rest is cancelled (`services/policies.py`,
`orders.cancel_overdue`). The order's timeline says so, and its customer is told once.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from apps.audit.contract import JobContext, record_events
from apps.inventory.decisions.allocation import Candidate, Take
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.events import goods_taken
from apps.inventory.models import WaitReason
from apps.inventory.ports import line_tags
from apps.inventory.services.locking import OF_PLACES, LockedStock, lock_stock
from apps.inventory.services.promising import promise_waiting
from apps.inventory.services.reserving import TOP_UP, route, take_reserved
from apps.inventory.services.selling import may_sell
from apps.inventory.services.turns import demand_of, of_tag
from apps.inventory.services.waiting import wait_again
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.events import Event
from ordercash.kernel.sql import columns_of, fetch
from ordercash.kernel.transactions import writes

AT_ONCE: Final = 2_000
DEMAND_SETTLED: Final = "inventory.demand_settled"
OVERSOLD: Final = WaitReason.OVERSOLD.value

# By their own index: the oldest of each row first.
ACCEPTED: Final = """
SELECT r.id, r.product_id, w.legal_entity_id FROM inventory_reservation r JOIN inventory_warehouse w ON w.id = r.warehouse_id
 WHERE r.state = 'accepted' ORDER BY r.stock_id, r.occurred_at, r.id LIMIT %s
"""
PLACES: Final = """
SELECT id, legal_entity_id FROM inventory_warehouse WHERE is_active AND legal_entity_id = ANY(%s::uuid[]) ORDER BY priority, code
"""
# Under the lock of its row nobody else touches a reservation; what was released meanwhile is not there any more.
TAKE_BACK: Final = """
WITH gone AS (
    DELETE FROM inventory_reservation WHERE id = ANY(%s::uuid[]) AND stock_id = ANY(%s::uuid[]) AND state = 'accepted' RETURNING *
)
SELECT g.order_id, g.line_id, w.legal_entity_id, g.product_id, g.quantity, g.occurred_at
  FROM gone g JOIN inventory_warehouse w ON w.id = g.warehouse_id ORDER BY g.occurred_at, g.id
"""
# A warehouse that was closed meanwhile serves nobody: what was accepted there is for the others.
ALL_OF: Final = f"{OF_PLACES} UNION ALL SELECT stock_id FROM inventory_reservation WHERE id = ANY(%s::uuid[])"  # noqa: S608


class Settled(NamedTuple):
    """What became of accepted lines: how many there were, and the units that had been promised twice."""

    lines: int
    compensated: Decimal


@writes
def settle_accepted(*, now: datetime, limit: int) -> Settled:
    """Settle at most `limit` accepted lines, the oldest of each stock row first; call again while some come back."""
    found = fetch(ACCEPTED, [limit])
    if not found:
        return Settled(0, Decimal(0))
    ids = [row[0] for row in found]
    groups = {(entity, product) for _, product, entity in found}
    places: dict[UUID, UUID] = dict(fetch(PLACES, [sorted({entity for entity, _ in groups})]))  # type: ignore[arg-type]
    pairs = sorted((product, place) for entity, product in groups for place, owner in places.items() if owner == entity)
    stock = lock_stock(ALL_OF, [*columns_of(pairs, 2), ids])
    lines = [
        DemandLine(order_id, line_id, entity, product, True, quantity, at)
        for order_id, line_id, entity, product, quantity, at in fetch(TAKE_BACK, [ids, sorted(stock)])
    ]
    candidates = _candidates([row for row in stock.values() if row.warehouse_id in places], places, now)
    takes = route(lines, candidates)
    take_reserved(takes, {line.line_id: line for line in lines}, statement=TOP_UP)
    missing = _missing(lines, takes)
    days = _wait(lines, missing, now) if missing else {}
    _tell(lines, missing, days, now)
    return Settled(len(lines), sum(missing.values(), Decimal(0)))


def _candidates(stock: Collection[LockedStock], places: Mapping[UUID, UUID], now: datetime) -> list[Candidate]:
    rank = {place: number for number, place in enumerate(places)}
    return [
        Candidate(row.id, row.warehouse_id, (places[row.warehouse_id], row.product_id), may_sell(row, now=now))
        for row in sorted(stock, key=lambda row: rank[row.warehouse_id])
    ]


def _missing(lines: Sequence[DemandLine], takes: Sequence[Take]) -> dict[UUID, Decimal]:
    rest = {line.line_id: line.quantity for line in lines}
    for take in takes:
        rest[take.line_id] -= take.quantity
    return {line_id: quantity for line_id, quantity in rest.items() if quantity}


def _wait(lines: Sequence[DemandLine], missing: Mapping[UUID, Decimal], now: datetime) -> dict[UUID, date]:
    """Let wait what had been promised twice, as the lines that they are; returns the new days that are known."""
    tags = line_tags(missing)
    short = [line for line in lines if line.line_id in missing]
    demands = [
        demand_of(of_tag(tags[line.line_id], line.legal_entity_id, line.product_id)) if line.line_id in tags else line
        for line in short
    ]
    wait_again([(line, missing[line.line_id]) for line in demands], reason=OVERSOLD)
    return promise_waiting(demands, now=now)


def _tell(
    lines: Sequence[DemandLine], missing: Mapping[UUID, Decimal], days: Mapping[UUID, date], now: datetime
) -> None:
    """Tell each order that its lines are settled, and of those that were promised too much what went to others and until when."""
    orders: dict[UUID, list[DemandLine]] = {}
    for line in lines:
        orders.setdefault(line.order_id, []).append(line)
    events = []
    for order_id, of_order in orders.items():
        lost = {line.line_id: missing[line.line_id] for line in of_order if line.line_id in missing}
        entity = of_order[0].legal_entity_id
        events.append(demand_settled(order_id, entity, now))
        if lost:
            events.append(goods_taken(order_id, lost, days, "", entity, now, SYSTEM))
    record_events(events)


def demand_settled(order_id: UUID, legal_entity_id: UUID, now: datetime) -> Event:
    """What was accepted of an order at once is settled: it is reserved, or waits."""
    return Event(
        name=DEMAND_SETTLED,
        version=1,
        aggregate="backorder",
        aggregate_id=order_id,
        payload={},
        occurred_at=now,
        legal_entity_id=legal_entity_id,
        related={"order": order_id},
    )


def settle_all(context: JobContext) -> Mapping[str, int]:
    """Job: settle what was accepted at once."""
    lines, units = 0, Decimal(0)
    while (settled := settle_accepted(now=context.now, limit=AT_ONCE)).lines:
        lines += settled.lines
        units += settled.compensated
    return {"lines": lines, "units_compensated": int(units)}


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {"inventory.settle_accepted": (settle_all, 5, "Settle what was accepted at once")}
