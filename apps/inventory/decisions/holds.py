"""Which goods that were set aside go to which line of the order that claims them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Group


class HeldPart(NamedTuple):
    """A quantity that is set aside for an order, in one place."""

    reservation_id: UUID
    order_id: UUID
    group: Group
    quantity: Decimal


class Claim(NamedTuple):
    """What a line gets of a held part."""

    reservation_id: UUID
    line_id: UUID
    quantity: Decimal


def share_held(lines: Iterable[tuple[UUID, UUID, Group, Decimal]], held: Iterable[HeldPart]) -> list[Claim]:
    """Give held parts to the lines of their order, (order, line, group, quantity), each in the order given; what is too much stays."""
    left: dict[tuple[UUID, Group], list[HeldPart]] = {}
    for part in reversed(list(held)):
        left.setdefault((part.order_id, part.group), []).append(part)
    claims = []
    for order_id, line_id, group, quantity in lines:
        rest, queue = quantity, left.get((order_id, group), [])
        while rest > 0 and queue:
            part = queue.pop()
            given = min(rest, part.quantity)
            rest -= given
            claims.append(Claim(part.reservation_id, line_id, given))
            if given < part.quantity:
                queue.append(part._replace(quantity=part.quantity - given))
    return claims
