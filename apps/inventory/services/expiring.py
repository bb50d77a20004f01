"""Lots that nobody can have any more: out of what can be sold, promised otherwise, and a case until they are gone."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from apps.audit.contract import JobContext, record_events
from apps.exceptions.contract import CaseDraft, ReasonDraft, ReasonKind, open_cases, register_reasons
from apps.inventory.decisions.document import AVAILABILITY
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.lots import can_leave
from apps.inventory.events import LOTS_EXPIRED, stock_moved
from apps.inventory.ports import line_tags
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.capacity import Planned, give_back_picks
from apps.inventory.services.locking import lock_stock
from apps.inventory.services.lots import least_lives
from apps.inventory.services.pegging import repeg
from apps.inventory.services.promising import promise_waiting
from apps.inventory.services.reserving import reserve_less
from apps.inventory.services.sharing import share_out
from apps.inventory.services.turns import demand_of, of_tag
from apps.inventory.services.waiting import wait_again
from apps.masterdata.contract import entities_by_id
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.clock import business_date
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import writes

SUBJECT: Final = "lot"

# With the queue that works on it and the hours to settle it within.
LOT_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "lot_expired": ("Goods of a lot cannot be sold any more", "warehouse", 48),
}

# What lies there free or promised, and may have expired; the day of each legal entity is looked at afterwards.
NEAR: Final = """
SELECT l.id, l.stock_id, s.product_id, s.warehouse_id, w.legal_entity_id, l.code, l.expires_on, p.sku, w.code,
       l.on_hand - l.reserved - l.blocked
  FROM inventory_lot l JOIN inventory_stock s ON s.id = l.stock_id JOIN inventory_warehouse w ON w.id = s.warehouse_id
  JOIN masterdata_product p ON p.id = s.product_id
 WHERE l.on_hand > l.blocked AND l.expires_on <= %s {which} ORDER BY l.expires_on, l.id {limit}
"""
NEXT: Final = NEAR.format(which="", limit="LIMIT %s OFFSET %s")
THESE_LOTS: Final = NEAR.format(which="AND l.id = ANY(%s::uuid[])", limit="")
OF_PRODUCTS: Final = "SELECT id FROM inventory_stock WHERE product_id = ANY(%s::uuid[])"
PROMISED: Final = """
SELECT r.id, r.quantity, r.state, r.order_id, r.line_id, w.legal_entity_id, r.product_id, r.occurred_at
  FROM inventory_reservation r JOIN inventory_warehouse w ON w.id = r.warehouse_id WHERE r.lot_id = ANY(%s::uuid[]) ORDER BY r.id
"""
WAITING: Final = "SELECT FROM inventory_backorder WHERE line_id = ANY(%s::uuid[]) ORDER BY line_id FOR UPDATE"
HOLD: Final = """
WITH gone AS (
    SELECT new_id() AS id, l.stock_id, l.id AS lot_id, l.on_hand - l.reserved - l.blocked AS quantity FROM inventory_lot l
     WHERE l.id = ANY(%s::uuid[]) AND l.on_hand > l.reserved + l.blocked
), told AS (
    INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, damaged_change, held_change, value_minor, lot_id, source_ref, note,
                                         occurred_at)
    SELECT id, stock_id, 'bin', 0, 0, quantity, 0, lot_id, 'lot_expired:' || id, 'Cannot be sold any more', %s FROM gone
)
UPDATE inventory_stock s SET on_hold = s.on_hold + g.quantity, version = s.version + 1
  FROM (SELECT stock_id, sum(quantity) AS quantity FROM gone GROUP BY stock_id) g WHERE s.id = g.stock_id
"""


class Lot(NamedTuple):
    """A lot that may have expired."""

    id: UUID
    stock_id: UUID
    product_id: UUID
    warehouse_id: UUID
    legal_entity_id: UUID
    code: str
    expires_on: date
    sku: str
    warehouse: str
    free: Decimal


def expire_lots(*, now: datetime, limit: int) -> int:
    """Take lots that cannot leave any more out of what can be sold, the first to expire first; returns how many."""
    found: list[Lot] = []
    most, place = _last_day(now), 0
    while len(found) < limit and (rows := fetch(NEXT, [most, limit, place])):
        found += _spoiled([Lot(*row) for row in rows], now)
        place += limit
    return put_out(found[:limit], now=now) if found else 0


@writes
def put_out(lots: Sequence[Lot], *, now: datetime) -> int:
    """Put what lies of these lots on hold; what was promised of those that have expired is promised otherwise, or waits.

    What is promised of a lot that only lasts too short for new promises stays promised. Everything is looked at again under the locks
    of all stock rows of their products.
    """
    lock_stock(OF_PRODUCTS, [sorted({lot.product_id for lot in lots})], gathered=False)
    lots = _spoiled([Lot(*row) for row in fetch(THESE_LOTS, [_last_day(now), [lot.id for lot in lots]])], now)
    over = [lot for lot in lots if not _lasts(lot, now)]
    groups, work = _take_back(over, now)
    run(HOLD, [[lot.id for lot in lots], now])
    open_cases([_case(lot, now) for lot in lots])
    _tell(lots, now)
    repeg(groups | {(lot.legal_entity_id, lot.product_id) for lot in lots}, now=now)
    if groups:
        stock = lock_stock(OF_PRODUCTS, [sorted({product for _, product in groups})])
        share_out(stock, now=now)
    give_back_picks(work)
    return len(lots)


def _spoiled(lots: Sequence[Lot], now: datetime) -> list[Lot]:
    """Return those that cannot be promised any more, by the day of their legal entity and the rules in force."""
    least = least_lives({(lot.legal_entity_id, lot.product_id) for lot in lots}, now=now)
    return [
        lot
        for lot in lots
        if not can_leave(lot.expires_on, _today(lot, now), least[lot.legal_entity_id, lot.product_id])
        and (lot.free > 0 or not _lasts(lot, now))
    ]


def _lasts(lot: Lot, now: datetime) -> bool:
    return can_leave(lot.expires_on, _today(lot, now))


def _last_day(now: datetime) -> date:
    """Return the last day of expiry that can matter anywhere: days begin half a day earlier in the east."""
    lives = [
        terms.rule.least_shelf_life_days
        for entity in entities_by_id()
        if (version := rules_in_force(AVAILABILITY, at=now, legal_entity_id=entity))
        for _, terms in version.compiled.tried
    ]
    return (now + timedelta(days=1 + max(lives, default=0))).date()


def _today(lot: Lot, now: datetime) -> date:
    return business_date(now, entities_by_id()[lot.legal_entity_id].time_zone)


def _take_back(lots: Sequence[Lot], now: datetime) -> tuple[set[tuple[UUID, UUID]], list[Planned]]:
    """Take back what is promised of these lots: the lines wait again. What was set aside is less than it was.

    Returns their groups, and the work that is no more.
    """
    rows = fetch(PROMISED, [[lot.id for lot in lots]]) if lots else []
    if not rows:
        return set(), []
    work = reserve_less([(row[0], row[1]) for row in rows])
    lost: dict[UUID, tuple[DemandLine, Decimal]] = {}
    for _, quantity, state, order_id, line_id, entity, product, at in rows:
        if state == "firm":
            before = lost[line_id][1] if line_id in lost else Decimal(0)
            whole = before + quantity
            lost[line_id] = DemandLine(order_id, line_id, entity, product, True, whole, at), whole
    return _wait(lost, now), work


def _wait(lost: Mapping[UUID, tuple[DemandLine, Decimal]], now: datetime) -> set[tuple[UUID, UUID]]:
    """Let the lines wait again, with what orders know of them; returns their groups."""
    tags = line_tags(lost.keys())
    demands = [
        (demand_of(of_tag(tags[line_id], line.legal_entity_id, line.product_id)) if line_id in tags else line, quantity)
        for line_id, (line, quantity) in sorted(lost.items())
    ]
    run(WAITING, [[line.line_id for line, _ in demands]])
    wait_again(demands)
    if demands:
        promise_waiting([line for line, _ in demands], now=now)
    return {(line.legal_entity_id, line.product_id) for line, _ in demands}


def _case(lot: Lot, now: datetime) -> CaseDraft:
    return CaseDraft(
        subject_kind=SUBJECT,
        subject_id=lot.id,
        title=f"{lot.sku}: lot {lot.code} in {lot.warehouse} cannot be sold any more"[:200],
        legal_entity_id=lot.legal_entity_id,
        currency="",
        money_at_risk_minor=0,
        reasons=[ReasonDraft("lot_expired", {"lot": lot.code, "expires_on": lot.expires_on.isoformat()})],
        opened_at=now,
    )


def _tell(lots: Sequence[Lot], now: datetime) -> None:
    """Tell it once per warehouse."""
    products: dict[tuple[UUID, UUID], set[UUID]] = {}
    for lot in lots:
        products.setdefault((lot.warehouse_id, lot.legal_entity_id), set()).add(lot.product_id)
    record_events(
        [
            stock_moved(LOTS_EXPIRED, house, sorted(moved), now, entity, SYSTEM)
            for (house, entity), moved in products.items()
        ]
    )


def look_for_expired(context: JobContext) -> Mapping[str, int]:
    """Job: take lots that have expired, or last too short to be promised, out of what can be sold."""
    return {"lots": expire_lots(now=context.now, limit=500)}


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {"inventory.expire_lots": (look_for_expired, 60, "Put lots that cannot be sold any more on hold")}


def register_lots() -> None:
    """Make known why lots become cases; called once when apps are loaded."""
    register_reasons({code: ReasonKind(*kind) for code, kind in LOT_REASONS.items()})
