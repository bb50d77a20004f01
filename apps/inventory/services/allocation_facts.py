"""What a run is decided from: who waits, who has, what is free and what is kept for channels, with a stamp of all of it."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Candidate
from apps.inventory.decisions.document import ALLOCATION
from apps.inventory.decisions.sharing.by_hand import HandGiven, Quantities, give_by_hand
from apps.inventory.decisions.sharing.facts import Shelf, from_parts, to_parts
from apps.inventory.decisions.sharing.figures import Stand
from apps.inventory.decisions.sharing.record import NOTHING, RunFacts, canonical, decide_run, facts_told
from apps.inventory.decisions.sharing.runs import Held, Outcome
from apps.inventory.decisions.sharing.turns import Rules, Waiting
from apps.inventory.ports import line_tags
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.locking import THESE, lock_stock
from apps.inventory.services.lots import spoiled
from apps.inventory.services.selling import MAY_SELL
from apps.inventory.services.sourcing_waiting import ruled_waiting
from apps.inventory.services.turns import goods_of, lock_waiting, of_tag, quotas_left, rules_for, waiting_in
from apps.masterdata.contract import entities_by_id
from apps.rulebooks.contract import InForce
from ordercash.kernel.clock import business_date
from ordercash.kernel.sql import fetch

GROUPS = """
SELECT DISTINCT product_id FROM inventory_backorder
 WHERE legal_entity_id = %s AND reason <> 'later' AND (%s OR product_id = ANY(%s::uuid[]))
"""
WAITED_FOR = "SELECT DISTINCT product_id FROM inventory_backorder WHERE line_id = ANY(%s::uuid[]) ORDER BY 1"
STOCK = f"""
SELECT s.id, s.warehouse_id, s.product_id, greatest({MAY_SELL}, 0), s.has_lots
  FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
 WHERE w.legal_entity_id = %s AND w.is_active AND s.product_id = ANY(%s::uuid[]) ORDER BY w.priority, w.code, s.id
"""  # noqa: S608 - what may be sold is a constant of ours
# What may change hands: not what lies in a lot or slot, was taken out of a quota, or stands in for another product.
RESERVED = """
SELECT r.id, r.line_id, r.product_id, r.stock_id, r.warehouse_id, r.quantity
  FROM inventory_reservation r JOIN inventory_warehouse w ON w.id = r.warehouse_id
 WHERE r.stock_id = ANY(%s::uuid[]) AND r.state = 'firm' AND r.lot_id IS NULL AND r.slot_no IS NULL AND r.quota_id IS NULL
   AND r.instead_of IS NULL
 ORDER BY w.priority, w.code, r.id
"""
# What is to come and nobody is promised, the earliest first.
UNPEGGED = """
SELECT s.product_id, s.due_at, s.open_quantity - coalesce(p.quantity, 0)
  FROM inventory_supply s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.legal_entity_id = %s
  LEFT JOIN (SELECT supply_id, sum(quantity) AS quantity FROM inventory_peg GROUP BY supply_id) p ON p.supply_id = s.id
 WHERE s.product_id = ANY(%s::uuid[]) AND s.open_quantity > coalesce(p.quantity, 0) AND s.status IN ('confirmed', 'in_transit')
 ORDER BY s.due_at, s.id
"""


class Scope(NamedTuple):
    """Whose goods a run is about: all that is waited for of a legal entity, or some products."""

    legal_entity_id: UUID
    product_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that a run looks at; `reserved` names the reservation of a line in a stock row."""

    scope: Scope
    rules: Rules
    version: InForce | None
    lines: Mapping[UUID, Waiting]
    reserved: Mapping[tuple[UUID, UUID], UUID]
    run: RunFacts

    @property
    def today(self) -> date:
        """The business day of the legal entity."""
        return self.run.today

    @property
    def held(self) -> Mapping[UUID, tuple[Held, ...]]:
        """What each line has that may change hands."""
        return self.run.held

    @property
    def sha256(self) -> bytes | None:
        """The hash of the rules, None where nobody wrote any."""
        return self.version.sha256 if self.version else None

    @cached_property
    def stamp(self) -> str:
        """A hash of all that decides: another one says that the run would not do what it did when it was tried."""
        seen = (self.sha256 or b"") + canonical(facts_told(self.run)).encode()
        return hashlib.sha256(seen).hexdigest()

    def decide(self, strategy: str, by_hand: Quantities = NOTHING) -> Outcome:
        """Return what a strategy would do; "" is the one that the rules name for each product."""
        return decide_run(self.rules.of_entity.get(self.scope.legal_entity_id), self.run, strategy, by_hand)

    def by_hand(self, quantities: Quantities) -> HandGiven:
        """Return what lines get by hand, and why some cannot."""
        return give_by_hand(
            self.run.lines, self.run.shelves, self.run.quotas, self.run.goods, quantities, self.run.barred
        )

    def stands(self, outcome: Outcome, dates: Mapping[UUID, date]) -> list[Stand]:
        """Return every line before and after; who loses waits until the day given, as far as one is known."""
        change: dict[UUID, int] = {}
        for given in outcome.given:
            change[given.line_id] = change.get(given.line_id, 0) + given.quantity
        for taken in outcome.taken:
            change[taken.to_line] = change.get(taken.to_line, 0) + taken.quantity
            change[taken.from_line] = change.get(taken.from_line, 0) - taken.quantity
        return [self._stand(line, change.get(line.line_id, 0), dates) for line in self.lines.values()]

    def tier_name(self, line: Waiting) -> str:
        """Return the tier of a line, "" without rules."""
        tier = self.rules.tier_of(line)
        return tier.name if tier else ""

    def _stand(self, line: Waiting, change: int, dates: Mapping[UUID, date]) -> Stand:
        has = sum(held.quantity for held in self.held.get(line.line_id, ()))
        day = dates.get(line.line_id)
        days = (day - self.today).days if day else None
        wants = has + to_parts(line.quantity)
        whole = to_parts(line.line_quantity)
        return Stand(self.tier_name(line), wants, has, has + change, line.net_minor, whole, line.currency, days)


def read_facts(scope: Scope, *, now: datetime, locked: bool) -> Facts:
    """Read what a run is decided from; locked, nothing of it changes until the transaction ends. Seventeen statements at most."""
    entity = scope.legal_entity_id
    found = fetch(GROUPS, [entity, not scope.product_ids, list(scope.product_ids)])
    groups = {(entity, row[0]) for row in found}
    products = sorted(product for _, product in groups)
    if locked:
        lock_stock(THESE, [[row[0] for row in fetch(STOCK, [entity, products])]])
    shelves = fetch(STOCK, [entity, products])
    gone = spoiled([row[0] for row in shelves if row[4]], now=now)
    stock = [
        Candidate(row[0], row[1], (entity, row[2]), max(row[3] - gone.get(row[0], Decimal(0)), Decimal(0)))
        for row in shelves
    ]
    quotas = quotas_left(groups, now=now)
    waiting = waiting_in(groups)
    if locked:
        ids = {line.line_id for line in waiting}
        waiting = [line for line in lock_waiting(ids) if line.group in groups]
    rules = rules_for(groups, now=now)
    version = rules_in_force(ALLOCATION, at=now, legal_entity_id=entity)
    takes = any(sharing.document.take_from for sharing in rules.of_entity.values())
    rows = fetch(RESERVED, [[row.stock_id for row in stock]]) if takes else []
    lines = {line.line_id: line for line in waiting}
    tags = line_tags({row[1] for row in rows} - lines.keys())
    for _, line_id, product, *_ in rows:
        if line_id not in lines and line_id in tags:
            lines[line_id] = of_tag(tags[line_id], entity, product)
    held: dict[UUID, tuple[Held, ...]] = {}
    for _, line_id, _, stock_id, place, quantity in rows:
        held[line_id] = (*held.get(line_id, ()), Held(stock_id, place, to_parts(quantity)))
    reserved = {(row[1], row[3]): row[0] for row in rows}
    ruled = ruled_waiting([line for line in lines.values() if line.quantity > 0], now=now)
    run = RunFacts(
        entity,
        business_date(now, entities_by_id()[entity].time_zone),
        [lines[id] for id in sorted(lines)],
        held,
        [Shelf(row.stock_id, row.warehouse_id, row.group, to_parts(row.free)) for row in stock],
        quotas,
        goods_of({line.product_id for line in lines.values()}),
        ruled.barred() if ruled else {},
    )
    return Facts(scope, rules, version, lines, reserved, run)


def products_waited_for(line_ids: Collection[UUID]) -> tuple[UUID, ...]:
    """Return the products of lines that wait, each once."""
    return tuple(row[0] for row in fetch(WAITED_FOR, [list(line_ids)]))


def new_dates(
    scope: Scope, lost: Mapping[UUID, int], lines: Mapping[UUID, Waiting], *, today: date
) -> dict[UUID, date]:
    """Return when the losers can have what they lose, of supplies that nobody is promised; who finds none has no entry."""
    products = {lines[line_id].product_id for line_id in lost}
    zone = entities_by_id()[scope.legal_entity_id].time_zone
    coming: dict[UUID, list[_Coming]] = {}
    for product, due_at, quantity in fetch(UNPEGGED, [scope.legal_entity_id, sorted(products)]) if products else ():
        coming.setdefault(product, []).append(_Coming(max(business_date(due_at, zone), today), quantity))
    dates: dict[UUID, date] = {}
    for line_id, parts in sorted(lost.items(), key=lambda pair: (lines[pair[0]].occurred_at, pair[0])):
        if day := _wait_for(from_parts(parts), coming.get(lines[line_id].product_id, [])):
            dates[line_id] = max(day, lines[line_id].wanted_on or day)
    return dates


@dataclass(slots=True)
class _Coming:
    """What comes on a day and is not spoken for."""

    day: date
    left: Decimal


def _wait_for(rest: Decimal, coming: Sequence[_Coming]) -> date | None:
    """Take from what comes, and return the day of the last of it; None where it does not suffice."""
    for each in coming:
        part = min(rest, each.left)
        each.left -= part
        rest -= part
        if rest <= 0:
            return each.day
    return None
