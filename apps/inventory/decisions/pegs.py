"""Supplies and promises in turn: each promise takes from what comes first and is not taken yet."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Group


class Need(NamedTuple):
    """A promise to a waiting line, given in the order in which promises are served."""

    line_id: UUID
    group: Group
    quantity: Decimal


class Source(NamedTuple):
    """What is to come of a supply and when it can leave, given in the order in which it comes."""

    supply_id: UUID
    warehouse_id: UUID
    group: Group
    quantity: Decimal
    ship_on: date


class Pegged(NamedTuple):
    """A quantity of a line that a supply serves."""

    line_id: UUID
    supply_id: UUID | None
    warehouse_id: UUID
    quantity: Decimal
    ship_on: date


def peg_in_turn(needs: Iterable[Need], sources: Iterable[Source]) -> list[Pegged]:
    """Serve the needs in the order given from the sources of their group in the order given; what is short has no peg."""
    by_group: dict[Group, list[Source]] = {}
    for source in reversed(list(sources)):
        by_group.setdefault(source.group, []).append(source)
    pegs: list[Pegged] = []
    for need in needs:
        rest, queue = need.quantity, by_group.get(need.group, [])
        while rest > 0 and queue:
            source = queue.pop()
            part = min(rest, source.quantity)
            rest -= part
            pegs.append(Pegged(need.line_id, source.supply_id, source.warehouse_id, part, source.ship_on))
            if part < source.quantity:
                queue.append(source._replace(quantity=source.quantity - part))
    return pegs
