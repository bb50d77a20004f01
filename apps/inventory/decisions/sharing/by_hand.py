"""Goods given by hand: a person says how much of what lies free each waiting line gets; nothing is taken from anybody."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.inventory.decisions.sharing.facts import Given, Line, QuotaLeft, Shelf, from_parts, to_parts
from apps.inventory.decisions.sharing.pools import pools_of
from apps.inventory.decisions.sharing.runs import Outcome
from apps.inventory.decisions.sharing.turns import Goods, Waiting

# Whose quantities a person says, in units.
Quantities = Mapping[UUID, Decimal]


class HandFault(NamedTuple):
    """Why a line cannot get what a person gives it."""

    line_id: UUID
    code: str
    detail: str


class HandGiven(NamedTuple):
    """What lines get by hand, and why some cannot."""

    outcome: Outcome
    faults: list[HandFault]


def give_by_hand(
    lines: Sequence[Waiting],
    shelves: Sequence[Shelf],
    quotas: Sequence[QuotaLeft],
    goods: Mapping[UUID, Goods],
    quantities: Quantities,
    barred: Mapping[UUID, frozenset[UUID]],
) -> HandGiven:
    """Give lines exactly what a person says, in the order in which he says it, and nothing else to anybody."""
    waiting = {line.line_id: line for line in lines if line.quantity > 0}
    pools = pools_of(shelves, quotas)
    given: list[Given] = []
    faults: list[HandFault] = []
    for line_id, quantity in quantities.items():
        line = waiting.get(line_id)
        if line is None:
            faults.append(HandFault(line_id, "not_waiting", "The line does not wait for goods here."))
            continue
        own = goods[line.product_id]
        if fault := _fault(line, own, quantity):
            faults.append(HandFault(line_id, *fault))
            continue
        pool, parts = pools.get(line.group), to_parts(quantity)
        room = pool.room(line.channel, barred.get(line_id, frozenset())) if pool else 0
        if pool is None or room < parts:
            detail = (
                f"Only {_text(from_parts(room))} more of {own.sku} can be given to this line, not {_text(quantity)}."
            )
            faults.append(HandFault(line_id, "not_free", detail))
            continue
        given += pool.give(_asks(line, barred.get(line_id, frozenset())), parts)
    return HandGiven(Outcome(given, []), faults)


def _fault(line: Waiting, own: Goods, quantity: Decimal) -> tuple[str, str] | None:
    if line.kits_whole and line.kit_no is not None:
        return "whole_kit", "The line is a part of a kit that is only served whole; try a run of another strategy."
    if quantity <= 0:
        return "not_positive", "Give more than nothing, or leave the line out."
    if quantity % (Decimal(1) / 10**own.decimals):
        decimals = f"at most {own.decimals} decimals" if own.decimals else "whole units"
        return "too_fine", f"{own.sku} is counted in {decimals}."
    if quantity > line.quantity:
        return "more_than_waits", f"The line waits for {_text(line.quantity)} of {own.sku}, not {_text(quantity)}."
    return None


def _asks(line: Waiting, barred: frozenset[UUID]) -> Line:
    return Line(line.line_id, line.group, to_parts(line.quantity), (), line.channel, barred=barred)


def _text(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}" if quantity else "0"
