"""Sharing out what became free, in the transaction that freed it: when it commits, no line waits beside goods that it could have.

Without rules of allocation the oldest line is served first. With them the strategy of the product decides (`decisions/sharing`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.allocation import Candidate, Group, Take
from apps.inventory.decisions.document import SOURCING
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.sharing.engine import share_free, share_whole
from apps.inventory.decisions.sharing.facts import Given, Line, Shelf, Strategy, from_parts, to_parts
from apps.inventory.decisions.sharing.turns import Rules, Waiting
from apps.inventory.events import Substituted, backorders_filled, goods_substituted
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.locking import OF_PLACES, THESE, LockedStock, lock_stock
from apps.inventory.services.lots import spoiled
from apps.inventory.services.pegging import repeg
from apps.inventory.services.reserving import TOP_UP, name_ordered, route, take_reserved
from apps.inventory.services.selling import MAY_SELL, may_sell
from apps.inventory.services.sourcing import NO_SOURCES, SourcingPlan, keep_sources
from apps.inventory.services.sourcing_waiting import ruled_waiting
from apps.inventory.services.turns import (
    NOWHERE,
    lock_waiting,
    parts_elsewhere,
    quotas_left,
    rules_for,
    waiting_in,
)
from apps.inventory.services.waiting import lower_waiting, note_kept_back
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.sql import columns_of, fetch
from ordercash.kernel.transactions import joins

# So many lines are served in the transaction that frees the goods; the others by the next look (`fill_backorders`).
MOST_LINES: Final = 2_000
# Strategies by which what one line gets does not depend on those who come after it in turn.
ONE_BY_ONE: Final = frozenset({"first_come", "priority", "manual"})

# What is kept for other channels is not beside a line.
HAS_ROOM = "(NOT s.has_quotas OR inventory_quota_room(b.legal_entity_id, b.product_id, b.channel, %s) > 0)"

# Those who wait for something that lies free in these stock rows, the oldest first, and those who may get it instead of all that they
# ordered. A line that is wanted later waits by choice.
BESIDE = f"""
(SELECT DISTINCT b.occurred_at, b.line_id, b.legal_entity_id, b.product_id, false
   FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
   JOIN inventory_backorder b ON b.product_id = s.product_id AND b.legal_entity_id = w.legal_entity_id AND b.reason <> 'later'
  WHERE s.id = ANY(%s::uuid[]) AND {MAY_SELL} > 0 AND {HAS_ROOM} ORDER BY b.occurred_at, b.line_id LIMIT %s)
UNION ALL
(SELECT DISTINCT b.occurred_at, b.line_id, b.legal_entity_id, b.stand_in_id, true
   FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
   JOIN inventory_backorder b ON b.stand_in_id = s.product_id AND b.legal_entity_id = w.legal_entity_id AND b.reason <> 'later'
    AND b.quantity = b.line_quantity
  WHERE s.id = ANY(%s::uuid[]) AND {MAY_SELL} > 0 AND NOT s.has_quotas ORDER BY b.occurred_at, b.line_id LIMIT %s)
"""  # noqa: S608 - what may be sold is a constant of ours

# The oldest lines that some warehouse of their legal entity could give something to now. Whom rules kept back is for `serve_kept_back`.
FILLABLE = """
SELECT b.occurred_at, b.line_id, b.legal_entity_id, b.product_id, b.kit_no FROM inventory_backorder b
 WHERE {which} EXISTS (
       SELECT FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
        WHERE s.product_id = b.product_id AND {may_sell} > 0 AND w.legal_entity_id = b.legal_entity_id AND w.is_active
          AND {has_room})
 ORDER BY b.occurred_at, b.line_id LIMIT %s
"""
OF_ALL = FILLABLE.format(which="b.reason NOT IN ('later', 'rules') AND", may_sell=MAY_SELL, has_room=HAS_ROOM)
OF_PRODUCTS = FILLABLE.format(
    which="b.product_id = ANY(%s::uuid[]) AND b.reason NOT IN ('later', 'rules') AND",
    may_sell=MAY_SELL,
    has_room=HAS_ROOM,
)
# Page by page, whatever becomes of them.
OF_KEPT_BACK = """
SELECT b.occurred_at, b.line_id, b.legal_entity_id, b.product_id, b.kit_no FROM inventory_backorder b
 WHERE b.reason = 'rules' AND b.line_id > %s ORDER BY b.line_id LIMIT %s
"""

# The other parts of the kits of these lines that wait: a kit is served as a whole, or not at all.
SIBLINGS = """
SELECT DISTINCT o.occurred_at, o.line_id, o.legal_entity_id, o.product_id
  FROM inventory_backorder b JOIN inventory_backorder o ON o.order_id = b.order_id AND o.kit_no = b.kit_no
 WHERE b.line_id = ANY(%s::uuid[])
"""

PLACES = "SELECT id, legal_entity_id FROM inventory_warehouse WHERE is_active ORDER BY priority, code"


class Served(NamedTuple):
    """Whose orders got something, and from where rules said that it comes: kept last, because it counts what warehouses have to do."""

    orders: Sequence[UUID]
    plans: Sequence[SourcingPlan] = ()

    def and_then(self, other: "Served") -> "Served":
        return Served([*self.orders, *other.orders], [*self.plans, *other.plans])

    def kept(self) -> list[UUID]:
        """Keep the plans; returns each order once."""
        keep_sources(self.plans)
        return list(dict.fromkeys(self.orders))


NOBODY: Final = Served(())


@joins
def share_out(stock_ids: Collection[UUID], *, now: datetime, actor: Actor = SYSTEM) -> list[UUID]:
    """Give what is free in these stock rows, which the caller has locked, to those who wait for it, by the rules in force.

    Called last by every verb that frees goods; returns the ids of the orders that got something. One statement when nobody waits.
    Kits that need goods of other stock rows as well are left for `fill_backorders`: locks are taken in one order only.
    """
    ids = sorted(stock_ids)
    found = fetch(BESIDE, [ids, now, MOST_LINES, ids, MOST_LINES]) if ids else []
    waiting = [row[1:4] for row in found if not row[4]]
    others = {row[1]: (row[2], row[3]) for row in found if row[4]}
    served = _serve(waiting, lock_stock(THESE, [ids]).values(), now, actor) if waiting else NOBODY
    if others:
        served = served.and_then(_stand_in(others, lock_stock(THESE, [ids]).values(), now, actor))
    return served.kept()


def _stand_in(instead: Mapping[UUID, Group], stock: Collection[LockedStock], now: datetime, actor: Actor) -> Served:
    """Give what nobody waits for who ordered it to lines that may get it instead of all that they ordered, in their turn.

    They wait for goods of rows that are not locked here: one that somebody else is busy with is left to him.
    """
    idle = lock_waiting(instead, if_idle=True)
    ordered = {line.line_id: line for line in idle if line.quantity == line.line_quantity}
    lines = {id: line._replace(product_id=instead[id][1]) for id, line in ordered.items()}
    candidates = _candidates([row for row in stock if not row.has_quotas], now)
    groups = {line.group for line in lines.values()}
    rules = rules_for(groups, now=now)
    strategies = rules.strategies(groups)
    asked = [
        rules.line(line, strategies.get(line.group))._replace(kit=(line.line_id, 0))
        for line in lines.values()
        if line.kit_no is None
    ]
    shelves = [Shelf(row.stock_id, row.warehouse_id, row.group, to_parts(row.free)) for row in candidates]
    given, sources = share_whole(asked, shelves), NO_SOURCES
    if ruled := ruled_waiting(list(lines.values()), now=now):
        given, sources, _ = ruled.share(asked, lambda wanted: share_whole(wanted, shelves), candidates)
    if not given:
        return NOBODY
    served = hand_out(given, lines, candidates, (), sources.takes, now=now, actor=actor)
    got = {each.line_id for each in given}
    repeg({ordered[line_id].group for line_id in got}, now=now)
    name_ordered([(line_id, ordered[line_id].product_id) for line_id in got])
    told = [
        Substituted(was.order_id, was.legal_entity_id, id, was.product_id, lines[id].product_id, was.quantity)
        for id, was in ordered.items()
        if id in got
    ]
    record_events(goods_substituted(told, now, actor))
    return Served(served, [plan for plan in sources.plans if plan.takes])


@joins
def fill_backorders(
    *, now: datetime, limit: int, product_ids: Collection[UUID] | None = None, actor: Actor = SYSTEM
) -> list[UUID]:
    """Reserve free stock for at most `limit` waiting lines, oldest first; returns the ids of the orders that got something.

    The net behind `share_out`: for goods that became free while those who wait for them were being written down, for quotas that are
    released, and for kits.
    """
    found = fetch(OF_ALL, [now, limit]) if product_ids is None else fetch(OF_PRODUCTS, [list(product_ids), now, limit])
    return _fill(found, now, actor).kept()


@joins
def serve_kept_back(*, after: UUID, now: datetime, limit: int, actor: Actor = SYSTEM) -> UUID | None:
    """Let rules choose again for lines that they kept back from goods that are there: their day was full, or their rules were others.

    Returns the last line that was looked at, for the next page; None where there is no other page.
    """
    found = fetch(OF_KEPT_BACK, [after, limit])
    _fill(found, now, actor).kept()
    if free := [row[1] for row in found if not rules_in_force(SOURCING, at=now, legal_entity_id=row[2])]:
        note_kept_back((), free)
    return found[-1][1] if len(found) == limit else None


# Parts of a kit begin to wait for goods together.
WAKE = """
UPDATE inventory_backorder b SET reason = 'short' WHERE b.reason = 'later' AND b.line_id = ANY(%s::uuid[])
RETURNING b.occurred_at, b.line_id, b.legal_entity_id, b.product_id, b.kit_no, b.stand_in_id
"""
SHELVES = """
SELECT DISTINCT s.id FROM inventory_backorder b JOIN inventory_warehouse w ON w.legal_entity_id = b.legal_entity_id AND w.is_active
  JOIN inventory_stock s ON s.warehouse_id = w.id AND s.product_id IN (b.product_id, b.stand_in_id) WHERE b.line_id = ANY(%s::uuid[])
"""


@joins
def serve_woken(line_ids: Collection[UUID], *, now: datetime, actor: Actor = SYSTEM) -> list[UUID]:
    """Let lines that were wanted later wait for goods from now on, and give them what is free; returns the orders that got something.

    Substitutes serve those of which nothing is there.
    """
    if not line_ids:
        return []
    ids = sorted(line_ids)
    lock_stock(SHELVES, [ids])
    woken = fetch(WAKE, [ids])
    served = _fill([row[:5] for row in woken], now, actor)
    instead = {row[1]: (row[2], row[5]) for row in woken if row[5]}
    if instead:
        served = served.and_then(_stand_in(instead, lock_stock(SHELVES, [sorted(instead)]).values(), now, actor))
    return served.kept()


def _fill(found: Sequence[tuple[Any, ...]], now: datetime, actor: Actor) -> Served:
    if not found:
        return NOBODY
    lines = {row[1]: row[1:4] for row in found}
    if kits := [row[1] for row in found if row[4] is not None]:
        lines |= {row[1]: row[1:4] for row in fetch(SIBLINGS, [kits])}
    places = fetch(PLACES)
    pairs = {(product, place) for _, entity, product in lines.values() for place, owner in places if owner == entity}
    stock = lock_stock(OF_PLACES, columns_of(list(pairs), 2))
    return _serve(list(lines.values()), stock.values(), now, actor)


def _serve(found: Sequence[tuple[Any, ...]], stock: Collection[LockedStock], now: datetime, actor: Actor) -> Served:
    """Serve these lines (line, legal entity, product), or where there are rules those of their groups whose turn it is."""
    candidates = _candidates(stock, now)
    rules = rules_for({(entity, product) for _, entity, product in found}, now=now)
    strategies = rules.strategies({(entity, product) for _, entity, product in found})
    plain = [line_id for line_id, entity, product in found if (entity, product) not in strategies]
    quotas = quotas_left({row.group for row in candidates}, now=now) if any(row.has_quotas for row in stock) else []
    kept = {quota.group for quota in quotas}
    lines = lock_waiting([*plain, *_whose_turn(rules, strategies, candidates, kept)])
    if not lines:
        return NOBODY
    asked = [rules.line(line, strategies.get(line.group)) for line in lines]
    asked += [rules.line(line, None)._replace(group=NOWHERE) for line in parts_elsewhere(lines)]
    shelves = [Shelf(row.stock_id, row.warehouse_id, row.group, to_parts(row.free)) for row in candidates]
    by_id = {line.line_id: line for line in lines}
    ruled = ruled_waiting([line for line in lines if line.group not in kept], now=now)
    if ruled is None:
        given = share_free(asked, shelves, strategies, quotas)
        return Served(hand_out(given, by_id, candidates, kept, now=now, actor=actor))
    shared = ruled.share(asked, lambda wanted: share_free(wanted, shelves, strategies, quotas), candidates)
    orders = hand_out(shared.given, by_id, candidates, kept, shared.sources.takes, now=now, actor=actor)
    note_kept_back(shared.kept_back, ruled.lines)
    return Served(orders, [plan for plan in shared.sources.plans if plan.takes])


def _whose_turn(
    rules: Rules, strategies: Mapping[Group, Strategy], candidates: Sequence[Candidate], kept: Collection[Group]
) -> list[UUID]:
    """Return the lines of these groups that can be served, looked at without a lock: what they are is read again under it.

    Where goods are kept for channels, who comes first may have to leave them to who comes after him.
    """
    lines = waiting_in(strategies.keys())
    free: dict[Group, int] = {}
    for row in candidates:
        free[row.group] = free.get(row.group, 0) + max(to_parts(row.free), 0)
    apart = {line.group for line in lines if line.kits_whole or strategies[line.group].name not in ONE_BY_ONE} | {*kept}
    chosen: list[UUID] = []
    for line in sorted((rules.line(line, strategies[line.group]) for line in lines), key=_turn):
        left = free.get(line.group, 0)
        if left > 0 and (line.group in apart or len(chosen) < MOST_LINES):
            chosen.append(line.line_id)
            free[line.group] = left if line.group in apart else left - line.quantity
    return chosen


def _turn(line: Line) -> tuple[Any, ...]:
    return (*line.turn, line.line_id)


def hand_out(
    given: Sequence[Given],
    lines: Mapping[UUID, Waiting],
    candidates: Sequence[Candidate],
    kept: Collection[Group],
    chosen: Sequence[Take] = (),
    *,
    now: datetime,
    actor: Actor,
) -> list[UUID]:
    """Write what lines that are locked get of stock rows that are locked, and tell it; returns the ids of their orders.

    From which warehouse a line is served is chosen as for every other line (`route`), but where rules chose or channels keep goods.
    """
    demands = {each.line_id: _demand(lines[each.line_id], now) for each in given}
    ruled = {take.line_id for take in chosen}
    parts = [each for each in given if lines[each.line_id].group not in kept and each.line_id not in ruled]
    wanted = _sum((each.line_id, from_parts(each.quantity)) for each in parts)
    takes = [*chosen, *route([_with(demands[id], part) for id, part in wanted.items()], _left(candidates, chosen))]
    takes += [
        Take(each.line_id, each.stock_id, each.warehouse_id, from_parts(each.quantity), each.quota_id)
        for each in given
        if lines[each.line_id].group in kept
    ]
    return write_takes(takes, lines, now=now, actor=actor)


def _left(candidates: Sequence[Candidate], chosen: Sequence[Take]) -> list[Candidate]:
    """Return the candidates with what was chosen taken off."""
    gone = _sum((take.stock_id, take.quantity) for take in chosen)
    return [replace(row, free=row.free - gone.get(row.stock_id, Decimal(0))) for row in candidates]


def write_takes(
    takes: Sequence[Take],
    lines: Mapping[UUID, Waiting],
    *,
    now: datetime,
    actor: Actor,
) -> list[UUID]:
    """Write what waiting lines take of stock rows and quotas, all of them locked, and tell it."""
    demands = {take.line_id: _demand(lines[take.line_id], now) for take in takes}
    take_reserved(takes, demands, statement=TOP_UP, now=now)
    got = _sum((take.line_id, take.quantity) for take in takes)
    lower_waiting(list(got.items()))
    repeg({lines[line_id].group for line_id in got}, now=now)
    return _tell(got, demands, actor)


def _demand(line: Waiting, now: datetime) -> DemandLine:
    at = max(now, line.occurred_at)
    return DemandLine(line.order_id, line.line_id, line.legal_entity_id, line.product_id, True, line.quantity, at)


def _with(line: DemandLine, quantity: Decimal) -> DemandLine:
    return DemandLine(
        line.order_id, line.line_id, line.legal_entity_id, line.product_id, True, quantity, line.occurred_at
    )


def _candidates(stock: Collection[LockedStock], now: datetime) -> list[Candidate]:
    """Return the locked rows in the order in which warehouses are asked."""
    places: dict[UUID, Any] = dict(fetch(PLACES))  # type: ignore[arg-type]
    rank = {place: index for index, place in enumerate(places)}
    gone = spoiled([row.id for row in stock if row.has_lots], now=now)
    return [
        Candidate(
            row.id,
            row.warehouse_id,
            (places[row.warehouse_id], row.product_id),
            max(may_sell(row, now=now) - gone.get(row.id, Decimal(0)), Decimal(0)),
        )
        for row in sorted((row for row in stock if row.warehouse_id in rank), key=lambda row: rank[row.warehouse_id])
    ]


def _sum(parts: Any) -> dict[UUID, Decimal]:
    sums: dict[UUID, Decimal] = {}
    for line_id, quantity in parts:
        sums[line_id] = sums.get(line_id, Decimal(0)) + quantity
    return sums


def _tell(given: dict[UUID, Decimal], lines: Mapping[UUID, DemandLine], actor: Actor) -> list[UUID]:
    by_order: dict[UUID, dict[UUID, Decimal]] = {}
    for line_id, quantity in given.items():
        by_order.setdefault(lines[line_id].order_id, {})[line_id] = quantity
    first = {lines[line_id].order_id: lines[line_id] for line_id in given}
    record_events(
        [
            backorders_filled(order, part, first[order].occurred_at, first[order].legal_entity_id, actor)
            for order, part in by_order.items()
        ]
    )
    return list(by_order)
