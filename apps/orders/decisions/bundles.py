"""Bundles: priced as one, stocked, shipped and invoiced as their parts; what is asked of a bundle is asked of its parts."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from ordercash.kernel.money import split, to_major

BUNDLE, PART, FREE, CHARGE = "bundle", "part", "free", "charge"
# Lines that rules added to what was asked for.
ADDED = frozenset({FREE, CHARGE})
NOTHING = Decimal(0)
_STEP = Decimal("0.0001")


class BundleLine(Protocol):
    """What is needed of a line to ask something of it."""

    @property
    def id(self) -> UUID: ...
    @property
    def line_no(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def part_of(self) -> int | None: ...
    @property
    def quantity(self) -> Decimal: ...


class PartShare(NamedTuple):
    """What a part takes of its bundle: its share before discounts, priced as that amount for the whole quantity."""

    unit_price: Decimal
    discount_minor: int
    net_minor: int


def part_shares(net_minors: Sequence[int], discount_minor: int, currency: str) -> list[PartShare]:
    """Split a bundle's discount on its parts by their nets; net, discount and list of the parts sum to the bundle's."""
    taken = split(discount_minor, net_minors)
    return [
        PartShare(to_major(net + discount, currency), discount, net)
        for net, discount in zip(net_minors, taken, strict=True)
    ]


def net_of_parts(net_minor: int, alone: Sequence[Decimal | None], quantities: Sequence[Decimal]) -> list[int]:
    """Split a bundle's net by what its parts cost alone (ASC 606-10-32-31), by quantity when none has a price."""
    weights = [int((price or NOTHING) * quantity / _STEP) for price, quantity in zip(alone, quantities, strict=True)]
    return split(net_minor, weights if any(weights) else [int(quantity / _STEP) for quantity in quantities])


def on_parts(wanted: Mapping[UUID, Decimal], lines: Iterable[BundleLine]) -> dict[UUID, Decimal]:
    """Return what is wanted by line, where a bundle's quantity stands for that of its parts; unknown lines stay as they are."""
    known = {line.id: line for line in lines}
    bundles = {known[id].line_no: known[id] for id in wanted if id in known and known[id].kind == BUNDLE}
    found = {id: quantity for id, quantity in wanted.items() if id not in known or known[id].kind != BUNDLE}
    for part in known.values():
        bundle = bundles.get(part.part_of) if part.part_of is not None else None
        if bundle is not None:
            share = (part.quantity * wanted[bundle.id] / bundle.quantity).quantize(_STEP)
            found[part.id] = found.get(part.id, NOTHING) + share
    return found


def whole_bundles(quantity: Decimal, parts: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Return how many whole bundles of `quantity` are in parts given as (so much of it, its whole quantity).

    >>> whole_bundles(Decimal(3), [(Decimal(6), Decimal(6)), (Decimal(5), Decimal(12))])
    Decimal('1')
    """
    return min((quantity * done / whole // 1 for done, whole in parts), default=NOTHING)
