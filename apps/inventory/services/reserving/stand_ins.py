"""Products that are delivered instead of what was ordered and is short, where the policy of the order names them.

A line is delivered as one product: its substitute serves all of it, or none. It is looked at under the locks of all rows that could serve
the batch, before anything of it is taken; what follows takes the substitute as it would take any product.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.events import Substituted, goods_substituted
from apps.inventory.services.locking import lock_stock
from apps.inventory.services.reserving.sourced import OF_GOODS
from apps.inventory.services.reserving.taking import group_of
from apps.masterdata.contract import ProductFacts, products_by_sku
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.sql import columns_of, fetch, run

# Which product is ordered by the line whose reservation names another one.
NAME_ORDERED: Final = """
UPDATE inventory_reservation r SET instead_of = s.product_id FROM unnest(%s::uuid[], %s::uuid[]) AS s (line_id, product_id)
 WHERE r.line_id = s.line_id AND r.product_id <> s.product_id
"""
KINDS: Final = """
SELECT s.id, w.legal_entity_id, s.product_id, s.handling IN ('conditional', 'row_lock') AND NOT s.has_lots AND NOT s.has_quotas,
       s.handling = 'eventual'
  FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id WHERE s.id = ANY(%s::uuid[])
"""

NOTHING: Final = Decimal(0)
ENOUGH: Final = Decimal(10) ** 15

Allowed = Mapping[UUID, Mapping[str, str]]  # order: SKU that is ordered: SKU that may be delivered


class Swapped(NamedTuple):
    """The goods as they are to be taken, by line what was ordered where another product is taken, and what each line may get instead."""

    goods: Sequence[DemandLine]
    ordered: Mapping[UUID, DemandLine]
    allowed: Mapping[UUID, UUID]


def swap_short(lines: Sequence[DemandLine], allowed: Allowed, later: Collection[UUID] = ()) -> Swapped:
    """Return what of these lines is wanted now, with substitutes for those that are short, whole; three statements, or none.

    `later` names the lines that are not wanted yet.
    """
    substitutes = _substitutes(lines, allowed) if allowed else {}
    goods = [line for line in lines if line.line_id not in later] if later else lines
    if not any(line.line_id in substitutes for line in goods):
        return Swapped(goods, {}, {line_id: product.id for line_id, product in substitutes.items()})
    groups = {group_of(line) for line in goods}
    groups |= {(line.legal_entity_id, substitutes[line.line_id].id) for line in goods if line.line_id in substitutes}
    there, spare = _free(sorted(groups))
    swapped: list[DemandLine] = []
    ordered: dict[UUID, DemandLine] = {}
    for line in goods:
        product, group = substitutes.get(line.line_id), group_of(line)
        if product and there.get(group, NOTHING) < line.quantity <= spare.get(
            (line.legal_entity_id, product.id), NOTHING
        ):
            ordered[line.line_id] = line
            line = _instead(line, product)
            group = group_of(line)
        there[group] = max(there.get(group, NOTHING) - line.quantity, NOTHING)
        spare[group] = max(spare.get(group, NOTHING) - line.quantity, NOTHING)
        swapped.append(line)
    return Swapped(swapped, ordered, {line_id: product.id for line_id, product in substitutes.items()})


def _instead(line: DemandLine, product: ProductFacts) -> DemandLine:
    return replace(line, product_id=product.id, sku=product.sku, category=product.category, weight_kg=product.weight_kg)


def tell_swapped(ordered: Mapping[UUID, DemandLine], goods: Sequence[DemandLine]) -> None:
    """Write on reservations what was ordered instead of what they hold, and tell it: one event for each order."""
    if not ordered:
        return
    name_ordered([(line.line_id, line.product_id) for line in ordered.values()])
    told = [
        Substituted(line.order_id, line.legal_entity_id, line.line_id, was.product_id, line.product_id, line.quantity)
        for line in goods
        if (was := ordered.get(line.line_id))
    ]
    record_events(goods_substituted(told, next(iter(ordered.values())).occurred_at, SYSTEM))


def name_ordered(lines: Sequence[tuple[UUID, UUID]]) -> None:
    """Write on the reservations of lines (id, product that was ordered) what they stand for; one statement."""
    run(NAME_ORDERED, columns_of(list(lines), 2))


def _substitutes(goods: Sequence[DemandLine], allowed: Allowed) -> dict[UUID, ProductFacts]:
    """Return what may be delivered instead, by line: a product of the same unit that is kept in stock. No parts of kits, no held goods."""
    named = {
        line.line_id: sku
        for line in goods
        if line.kit_no is None and line.hold_id is None and (sku := allowed.get(line.order_id, {}).get(line.sku))
    }
    if not named:
        return {}
    known = products_by_sku({*named.values(), *(line.sku for line in goods if line.line_id in named)})
    return {
        line.line_id: product
        for line in goods
        if (product := known.get(named.get(line.line_id, "")))
        and product.is_stocked
        and line.sku in known
        and product.unit == known[line.sku].unit
    }


def _free(groups: Sequence[Group]) -> tuple[dict[Group, Decimal], dict[Group, Decimal]]:
    """Lock all rows that may serve these groups; return what is free of each, and what of it may be delivered instead of another product.

    That is what lies in rows without slots, lots and quotas. What is accepted at once is never short.
    """
    stock = lock_stock(OF_GOODS, [[entity for entity, _ in groups], [product for _, product in groups]], gathered=False)
    there: dict[Group, Decimal] = {}
    spare: dict[Group, Decimal] = {}
    for stock_id, entity, product, is_usual, is_accepted in fetch(KINDS, [sorted(stock)]):
        row, group = stock[stock_id], (entity, product)
        free = max(row.free, NOTHING)
        there[group] = there.get(group, NOTHING) + (ENOUGH if is_accepted else free + row.escrowed)
        spare[group] = spare.get(group, NOTHING) + (free if is_usual else 0)
    return there, spare
