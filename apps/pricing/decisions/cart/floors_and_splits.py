"""What comes last on a line: whether it fell below a floor, and how a bundle's net is split on its parts."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from apps.pricing.decisions.cart.accesses import PRICE_STEP, PriceFinder, split_by_alone
from apps.pricing.decisions.cart.eligible import NO_COST, NO_RATE, FloorRow, LiveFloor
from apps.pricing.decisions.cart.facts import BelowFloor, PartShare
from apps.pricing.decisions.cart.gains import NO_CURRENCY
from apps.pricing.decisions.cart.running_line import RunningLine
from apps.pricing.decisions.document.asking import has_failed
from apps.pricing.decisions.document.numbers import plain
from ordercash.kernel.money import AmountOutOfRange, to_major, to_minor

HUNDRED: Final = Decimal(100)


# The strictest floor that the line fell below, and every floor that was held against it.
FloorChecked = tuple[BelowFloor | None, tuple[FloorRow, ...]]


def check_floors(line: RunningLine, rate: Decimal | None) -> FloorChecked:
    """Hold the line's net against every floor that concerns it; `rate` turns its cost's currency into the cart's."""
    below: BelowFloor | None = None
    trace: list[FloorRow] = []
    net = line.net = to_major(line.minor, line.currency)
    fitting = line.fitting or line.fit()
    if line.failed:
        floors = {floor.name for floor in line.context.plan.floors}
        trace += [(rule, None, why) for rule, why in line.failed if rule in floors]
    for floor in fitting.floors:
        if floor.late and floor.test and (why := floor.test.why_not(line)):
            if has_failed(why) and line.context.tells_failures:
                trace.append((floor.name, None, why))
            continue
        least = _least(floor, line, rate)
        if isinstance(least, str):
            trace.append(floor.missed[least])
            if floor.holds_unknown and below is None:
                below = BelowFloor(floor.name, None)
            continue
        trace.append(floor.priced or (floor.name, plain(least)))
        whole = least * line.own
        # What is not below the exact amount is not below the rounded one: rounding is left to the few that are.
        if net < whole and _is_below(line, whole) and _is_stricter(least, below):
            below = BelowFloor(floor.name, least)
    return below, tuple(trace)


def _is_stricter(least: Decimal, below: BelowFloor | None) -> bool:
    return below is None or below.least is None or least > below.least


def _is_below(line: RunningLine, whole: Decimal) -> bool:
    try:
        return line.minor < to_minor(whole, line.currency)
    except AmountOutOfRange:
        return True


def _least(floor: LiveFloor, line: RunningLine, rate: Decimal | None) -> Decimal | str:
    """Return the least price of one own unit, or why it cannot be told."""
    if floor.margin is None:
        return floor.price if floor.price is not None else NO_CURRENCY
    cost = line.facts.cost
    if cost is None:
        return NO_COST
    if rate is None:
        return NO_RATE
    least = cost.amount * rate * HUNDRED / (HUNDRED - floor.margin)
    return least.quantize(PRICE_STEP, rounding=ROUND_HALF_UP)


def split_on_parts(line: RunningLine, finder: PriceFinder) -> tuple[tuple[PartShare, ...], list[dict[str, Any]]]:
    """Split a bundle's net by what its parts cost alone (ASC 606-10-32-31), by quantity when none has a price; (shares, trace)."""
    parts, own = line.facts.parts, line.own
    quantities = [part.quantity * own for part in parts]
    alone = [finder.alone(part, own) for part in parts]
    shares = split_by_alone(line.minor, alone, quantities)
    trace = [
        {"alone": None if price is None else plain(price.normalize()), "minor": share, "sku": part.sku}
        for part, price, share in zip(parts, alone, shares, strict=True)
    ]
    made = (
        PartShare(part.product, part.sku, quantity, share)
        for part, quantity, share in zip(parts, quantities, shares, strict=True)
    )
    return tuple(made), trace
