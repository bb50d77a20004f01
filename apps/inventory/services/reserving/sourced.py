"""Orders that a sourcing rulebook decides for: chosen before any lock, taken under it, and kept with what was rejected.

What was chosen without a lock may be gone when it is locked: then it is chosen again, under the locks that are held already.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Take, given_to
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.locking import LockedStock, lock_stock
from apps.inventory.services.reserving.taking import TAKE, group_of, take_reserved
from apps.inventory.services.selling import may_sell
from apps.inventory.services.sourcing import NOTHING, Shelf, Sources, SourcingPlan, plan_sources
from apps.inventory.services.turns import quotas_left

# Every row that may serve any of the goods, also those that no rulebook decides for: rows are locked once, in the order of their ids.
OF_GOODS: Final = """SELECT s.id FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
 JOIN unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
   ON w.legal_entity_id = g.legal_entity_id AND s.product_id = g.product_id"""
MOST_NEW_CHOICES: Final = 2


class Chosen(NamedTuple):
    """The lines that rules decided for, what they got of where, the plans, and who waits although goods are there."""

    lines: Sequence[DemandLine]
    takes: Sequence[Take]
    plans: Sequence[SourcingPlan]
    kept_back: frozenset[UUID]


UNRULED: Final = Chosen((), (), (), frozenset())


def take_sourced(goods: Sequence[DemandLine]) -> Chosen:
    """Take what the rulebook chooses for orders of which it is known where they go; the others are nobody's yet.

    Nothing is asked where no rulebook of the kind is in force. Who is outrun twice under his own locks, by the clock that makes a shelf
    stale, is left to priorities. What a plan leaves unserved waits.
    """
    sources = plan_sources(goods)
    if not sources.plans:
        return UNRULED
    groups = sorted({group_of(line) for line in goods})
    stock = lock_stock(OF_GOODS, [[entity for entity, _ in groups], [product for _, product in groups]], gathered=False)
    for _ in range(MOST_NEW_CHOICES):
        if _fits(sources, goods, stock):
            break
        sources = plan_sources(goods)
    if not sources.plans or not _fits(sources, goods, stock):
        return UNRULED
    apart = _kept_for_channels(goods, stock)
    plans = [plan for plan in sources.plans if plan.order_id not in apart]
    ruled = {plan.order_id for plan in plans}
    lines = [line for line in goods if line.order_id in ruled]
    by_id = {line.line_id: line for line in lines}
    takes = [take for take in sources.takes if take.line_id in by_id]
    take_reserved(takes, by_id, statement=TAKE)
    return Chosen(lines, takes, plans, _kept_back(lines, takes, sources.left, stock))


def _kept_for_channels(goods: Sequence[DemandLine], stock: Mapping[UUID, LockedStock]) -> set[UUID]:
    """Return the orders that want something of which a part is kept for a channel: they are served as the quotas let them."""
    products = {row.product_id for row in stock.values() if row.has_quotas}
    asked = [line for line in goods if line.product_id in products]
    if not asked:
        return set()
    quotas = quotas_left({group_of(line) for line in asked}, now=max(line.occurred_at for line in asked))
    kept = {quota.group for quota in quotas}
    return {line.order_id for line in asked if group_of(line) in kept}


def _fits(sources: Sources, goods: Sequence[DemandLine], stock: Mapping[UUID, LockedStock]) -> bool:
    """Say whether the locked rows still have what the plans take, and those of which too little was found no more than then."""
    taken: dict[UUID, Decimal] = {}
    for take in sources.takes:
        taken[take.stock_id] = taken.get(take.stock_id, NOTHING) + take.quantity
    free = {stock_id: may_sell(row, now=goods[0].occurred_at) for stock_id, row in stock.items()}
    if any(free.get(stock_id, NOTHING) < quantity for stock_id, quantity in taken.items()):
        return False
    short = {UUID(product) for plan in sources.plans for product in plan.sourced.unserved}
    return all(
        free[row.id] - taken.get(row.id, NOTHING) <= sources.left.get((row.product_id, row.warehouse_id), NOTHING)
        for row in stock.values()
        if row.product_id in short
    )


def _kept_back(
    lines: Sequence[DemandLine],
    takes: Sequence[Take],
    left: Mapping[Shelf, Decimal],
    stock: Mapping[UUID, LockedStock],
) -> frozenset[UUID]:
    """Return the lines that miss something of which something is left: rules keep them from it."""
    given = given_to(takes)
    there = {row.product_id for row in stock.values() if left.get((row.product_id, row.warehouse_id), NOTHING) > 0}
    return frozenset(
        line.line_id for line in lines if line.product_id in there and given.get(line.line_id, NOTHING) < line.quantity
    )
