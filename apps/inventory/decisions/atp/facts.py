"""What is known of a product of a legal entity before any rule counts it, and what of it counts by the terms of a rule."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from apps.inventory.decisions.atp.nouns import Need, Source
from apps.inventory.decisions.document.availability import PastDue, Terms

# Quantities have four decimals at most; plans count in these parts.
PARTS: Final = 10_000


class Shelf(NamedTuple):
    """What lies free in a warehouse: all of it, or a lot with its last day (until); from a later `day` where it is kept until then."""

    key: str
    warehouse: str
    place: int
    quantity: int
    until: int | None = None
    day: int = 0


class Kept(NamedTuple):
    """What is kept for a channel until `day` in a warehouse, or wherever it lies (None)."""

    channel: str
    warehouse: str | None
    quantity: int
    day: int


class Coming(NamedTuple):
    """What is still to come of a supply, on which day from today; `until` is the last day of goods that expire."""

    key: str
    warehouse: str
    place: int
    kind: str
    status: str
    confidence: Decimal
    due: int
    quantity: int
    until: int | None = None


class Waiting(NamedTuple):
    """A waiting line: the day that it is promised for and wants (None: none), since which day it waits, and its rank among others."""

    key: str
    promised: int | None
    wanted: int | None
    since: int
    quantity: int
    rank: tuple[str, ...] = ()


class Group(NamedTuple):
    """A product of a legal entity, of which conditions read the names, and everything that lies, comes and waits."""

    sku: str
    category: str
    legal_entity: str
    shelves: tuple[Shelf, ...] = ()
    coming: tuple[Coming, ...] = ()
    waiting: tuple[Waiting, ...] = ()


def parts_of(quantity: Decimal) -> int:
    """Return a quantity as a whole number of parts."""
    return int(quantity * PARTS)


def quantity_of(parts: int) -> Decimal:
    """Return the quantity that a number of parts is, without zeros at its end."""
    number = Decimal(parts) / PARTS
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def without_kept(shelves: Sequence[Shelf], kept: Sequence[Kept]) -> tuple[Shelf, ...]:
    """Return what lies free for anybody now, and from the days on which what is kept is released.

    What is kept in one warehouse lies there; what is kept wherever it lies is that of the last one. The same as
    decisions/sharing/pools.py works out.
    """
    left = [shelf.quantity for shelf in shelves]
    later: dict[tuple[int, int], int] = {}
    for each in sorted(kept, key=lambda each: (each.warehouse is None, each.day)):
        rest = each.quantity
        for number in reversed(range(len(shelves))):
            if each.warehouse in (None, shelves[number].warehouse) and (part := min(rest, left[number])) > 0:
                left[number] -= part
                rest -= part
                later[number, each.day] = later.get((number, each.day), 0) + part
    return (
        *(shelf._replace(quantity=quantity) for shelf, quantity in zip(shelves, left, strict=True)),
        *(
            shelves[number]._replace(key=f"{shelves[number].key}:from:{day}", quantity=quantity, day=day)
            for (number, day), quantity in later.items()
        ),
    )


def sources_of(group: Group, terms: Terms) -> list[Source]:
    """Return what counts as a source: what lies there, and the supplies that the rule counts, on the day on which they can leave."""
    rule = terms.rule
    found = []
    for shelf in group.shelves:
        day = shelf.day + rule.issue_margin_days
        until = _until(day, shelf.until, terms)
        if shelf.quantity > 0 and (until is None or until >= day):
            found.append(Source(shelf.key, shelf.warehouse, None, day, shelf.quantity, until, shelf.place))
    for supply in group.coming:
        due = _counted_day(supply.due, rule.past_due_supply)
        if due is None or not _counts(supply, terms):
            continue
        day = due + rule.receipt_margin_days + rule.issue_margin_days
        until = _until(day, supply.until, terms)
        if day <= rule.horizon_days and supply.quantity > 0 and (until is None or until >= day):
            found.append(Source(supply.key, supply.warehouse, supply.key, day, supply.quantity, until, supply.place))
    return found


def needs_of(group: Group, terms: Terms) -> list[Need]:
    """Return what counts as demand: promised lines on their days before those that still wait for one."""
    found = []
    for line in group.waiting:
        asked = line.since if line.wanted is None else max(line.wanted, line.since)
        day = _counted_day(asked if line.promised is None else line.promised, terms.rule.past_due_demand)
        if day is not None:
            found.append(Need(line.key, day, line.quantity, (int(line.promised is None), day, *line.rank)))
    return found


def _counts(supply: Coming, terms: Terms) -> bool:
    counted = terms.rule.supplies
    return (
        supply.kind in counted.kinds
        and supply.status in counted.statuses
        and supply.confidence >= counted.least_confidence
    )


def _counted_day(day: int, rule: PastDue) -> int | None:
    """Return the day on which something counts; None: it is overdue for too long."""
    if day >= 0:
        return day
    return None if rule.count_days is not None and -day > rule.count_days else rule.delay_days


def _until(day: int, until: int | None, terms: Terms) -> int | None:
    """Return the last day on which goods can leave: they must last, and leave in the time in which they accumulate."""
    rule = terms.rule
    ends = [] if until is None else [until - rule.least_shelf_life_days]
    if rule.accumulate_days is not None:
        ends.append(day + rule.accumulate_days)
    return min(ends) if ends else None
