"""Finding the price of one line, and telling where it was looked for."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from apps.pricing.decisions.access import Access, AccessSequence
from ordercash.kernel.money import AmountOutOfRange, line_net_minor

Trace = list[dict[str, Any]]

# The price is there but quantity x price is more than can be booked.
TOO_LARGE: Final = AmountOutOfRange.code


class Candidate(NamedTuple):
    """A price record valid at the instant, on a list in the currency; ids are text so that facts are JSON as they stand."""

    price_list: str
    record: str
    group: str | None
    entity: str | None
    priority: int
    from_quantity: Decimal
    unit_price: Decimal


class Priced(NamedTuple):
    """The answer for one line: `unit_price` None when no access found a price; `source` is the name of the access that did."""

    unit_price: Decimal | None
    net_minor: int
    source: str
    trace: Trace

    @property
    def is_too_large(self) -> bool:
        """Whether a price was found whose product with the quantity cannot be booked."""
        return self.unit_price is None and bool(self.trace) and self.trace[-1].get("missed") == TOO_LARGE


def decide_price(
    sequence: AccessSequence,
    currency: str,
    group: str | None,
    entity: str,
    quantity: Decimal,
    agreed: Decimal | None,
    candidates: Sequence[Candidate],
) -> Priced:
    """Return the price that the first successful access gives; the trace names every access tried and why it missed.

    Parts of traces that are equal are one object, so that a large order costs little memory; callers do not change them.
    """
    if agreed is not None and sequence.accesses[0].source == "agreed_price":
        return _priced(agreed, quantity, currency, sequence.accesses[0].name, _found_agreed(sequence.accesses[0].name))
    trace: Trace = []
    for access in sequence.accesses:
        if access.source == "agreed_price":
            if agreed is not None:
                return _priced(agreed, quantity, currency, access.name, trace + _found_agreed(access.name))
            trace.append(_missed(access.name, "no_agreed_price"))
            continue
        found = _look_up(access, group, entity, quantity, candidates)
        if isinstance(found, Candidate):
            trace.append(_hit(access.name, found))
            return _priced(found.unit_price, quantity, currency, access.name, trace)
        trace.append(found)
    return Priced(None, 0, "", trace)


def _look_up(
    access: Access, group: str | None, entity: str, quantity: Decimal, candidates: Sequence[Candidate]
) -> Candidate | dict[str, Any]:
    wanted = group if access.customer_group == "own" else None
    if access.customer_group == "own" and group is None:
        return _missed(access.name, "no_customer_group")
    fitting = [found for found in candidates if found.group == wanted and found.entity in (None, entity)]
    if not fitting:
        return _missed(access.name, "no_price_in_force")
    reached = [found for found in fitting if found.from_quantity <= quantity]
    if not reached:
        least = min(found.from_quantity for found in fitting)
        return {"access": access.name, "missed": "below_least_quantity", "least": format(least, "f")}
    return min(reached, key=_rank)


def _rank(candidate: Candidate) -> tuple[int, bool, str, Decimal, str]:
    """Order candidates: higher priority, then the legal entity's own list, then the list's code, then the larger scale."""
    return (
        -candidate.priority,
        candidate.entity is None,
        candidate.price_list,
        -candidate.from_quantity,
        candidate.record,
    )


def _priced(price: Decimal, quantity: Decimal, currency: str, source: str, trace: Trace) -> Priced:
    try:
        return Priced(price, line_net_minor(quantity, price, currency), source, trace)
    except AmountOutOfRange:
        return Priced(None, 0, "", [*trace[:-1], _missed(source, TOO_LARGE)])


def _hit(name: str, found: Candidate) -> dict[str, Any]:
    return {
        "access": name,
        "from_quantity": format(found.from_quantity, "f"),
        "found": format(found.unit_price, "f"),
        "list": found.price_list,
        "record": found.record,
    }


@cache
def _found_agreed(name: str) -> Trace:
    return [{"access": name, "found": "agreed"}]


@cache
def _missed(name: str, why: str) -> dict[str, Any]:
    return {"access": name, "missed": why}
