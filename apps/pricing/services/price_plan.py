"""What rows of prices come to on a list: pure, so that the preview and what is carried out later are the same reckoning.

A price that was in force is never rewritten: it ends when the new one begins, which is not before now. A price that waits for its
day may still be replaced. Times are half-open.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

# Product, unit ("" its own) and least quantity: of each there is one price at a time.
Key = tuple[UUID, str, Decimal]
# Every line of a cart chooses among all scales of its product, and every decision keeps what it chose from.
MOST_SCALES: Final = 200


class Wanted(NamedTuple):
    """A row that could be read. `unit_price` None ends the present price at `until`; `begins` None is the moment of writing."""

    row: int
    sku: str
    unit: str
    key: Key
    unit_price: Decimal | None
    per: Decimal
    begins: datetime | None
    until: datetime | None


class Refused(NamedTuple):
    """A row that cannot be used: in which column, and why."""

    row: int
    sku: str
    column: str
    code: str
    detail: str


@dataclass(slots=True)
class Present:
    """A price on the list; without an id it is to be made. `row` is the file's row behind it, `action` what it comes to."""

    id: UUID | None
    key: Key
    sku: str
    unit_price: Decimal
    per: Decimal
    begins: datetime
    until: datetime | None
    kept_until: datetime | None = None
    row: int = 0

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        return self.begins <= at and (self.until is None or at < self.until)


class Planned(NamedTuple):
    """What one row comes to: new, changed, ended or unchanged; `before` is the price that it follows."""

    row: int
    action: str
    sku: str
    key: Key
    before: Decimal | None
    after: Decimal | None
    per: Decimal
    begins: datetime | None
    until: datetime | None


@dataclass(slots=True)
class Plan:
    """What is told of the rows, and what is to be done: prices that end (with the new end), go, and come."""

    told: list[Planned] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    ends: list[Present] = field(default_factory=list)
    gone: list[Present] = field(default_factory=list)
    new: list[Present] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows come to what."""
        found = Counter(each.action for each in self.told)
        return {name: found[name] for name in ("new", "changed", "ended", "unchanged")} | {"refused": len(self.refused)}

    @property
    def fingerprint(self) -> str:
        """Return what tells this plan from another, whenever it is carried out."""
        lines = [f"{each.row} {each.action} {each.key} {each.before} {each.after} {each.per}" for each in self.told]
        return sha256("\n".join([*lines, *map(str, self.refused)]).encode()).hexdigest()


class _Cannot(Exception):
    """A row cannot be used."""

    def __init__(self, column: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.column, self.code, self.detail = column, code, detail


def plan_prices(
    rows: Iterable[Wanted | Refused], present: Sequence[Present], *, now: datetime, is_whole: bool = False
) -> Plan:
    """Return what the rows come to; with `is_whole` the prices in force or waiting that no row names end now, too."""
    plan = Plan()
    timelines = _timelines(present)
    begun: dict[tuple[Key, datetime], int] = {}
    scales = _scales([] if is_whole else present, now)
    wanted: list[tuple[datetime, Wanted]] = []
    for row in rows:
        if isinstance(row, Refused):
            plan.refused.append(row)
        else:
            wanted.append((row.begins or now, row))
    for begins, row in sorted(wanted, key=lambda each: (each[0], each[1].row)):
        try:
            first = begun.setdefault((row.key, begins), row.row)
            if first != row.row:
                raise _Cannot("sku", "twice", f"Row {first} has a price for the same product, quantity and time.")
            _count_scale(row, scales[row.key[:2]])
            plan.told.append(_lay(row, begins, timelines[row.key], plan, now))
        except _Cannot as why:
            plan.refused.append(Refused(row.row, row.sku, why.column, why.code, why.detail))
    if is_whole:
        named = {row.key for _, row in wanted}
        for key, timeline in timelines.items():
            if key not in named:
                plan.told.extend(_end_all(timeline, plan, now))
    _settle(plan, timelines)
    return plan


def _timelines(present: Sequence[Present]) -> dict[Key, list[Present]]:
    found: dict[Key, list[Present]] = defaultdict(list)
    for each in present:
        each.kept_until = each.until
        found[each.key].append(each)
    for timeline in found.values():
        timeline.sort(key=lambda each: each.begins)
    return found


def _scales(present: Sequence[Present], now: datetime) -> dict[tuple[UUID, str], set[Decimal]]:
    """Return the least quantities of each product and unit that have a price now or later."""
    found: dict[tuple[UUID, str], set[Decimal]] = defaultdict(set)
    for each in present:
        if each.until is None or each.until > now:
            found[each.key[:2]].add(each.key[2])
    return found


def _count_scale(row: Wanted, scales: set[Decimal]) -> None:
    """Count the row's scale among those of its product, and refuse one too many."""
    if row.unit_price is None or row.key[2] in scales:
        return
    if len(scales) >= MOST_SCALES:
        raise _Cannot("min_quantity", "too_many_scales", f"A product has at most {MOST_SCALES} scales in a unit.")
    scales.add(row.key[2])


def _lay(row: Wanted, begins: datetime, timeline: list[Present], plan: Plan, now: datetime) -> Planned:
    """Lay one row on the timeline of its key."""
    current = next((each for each in timeline if each.holds(begins)), None)
    if row.unit_price is None:
        return _end(row, current, now)
    if row.until is not None and row.until <= begins:
        raise _Cannot("valid_until", "ends_first", "The price ends before it begins.")
    if current is not None and (current.unit_price, current.per) == (row.unit_price, row.per):
        same = row.begins is None or current.begins == begins or row.until in (None, current.until)
        if same and row.until in (None, current.until):
            return _told(row, "unchanged", current, current.begins, current.until)
        if same and row.until is not None and (current.until is None or row.until < current.until):
            return _end(row, current, now)
    until = _until(row, begins, timeline)
    if current is not None and current.begins == begins:
        _replace(current, timeline, plan, now)
    elif current is not None:
        if begins < now and current.id is not None:
            raise _Cannot(
                "valid_from", "in_the_past", "Another price was in force then; the new one begins now or later."
            )
        current.until = begins
    timeline.append(Present(None, row.key, row.sku, row.unit_price, row.per, begins, until, until, row.row))
    return _told(row, "changed" if current else "new", current, begins, until)


def _replace(current: Present, timeline: list[Present], plan: Plan, now: datetime) -> None:
    """Take away a price that begins at the same instant, when nobody has paid it yet."""
    if current.begins <= now:
        detail = "This price is in force and is not rewritten; begin the new one later, or leave its beginning out."
        raise _Cannot("valid_from", "in_force", detail)
    timeline.remove(current)
    if current.id is not None:
        plan.gone.append(current)


def _until(row: Wanted, begins: datetime, timeline: list[Present]) -> datetime | None:
    """Return when the price ends: as the row says, or when the next one begins."""
    later = min((each.begins for each in timeline if each.begins > begins), default=None)
    if later is None or (row.until is not None and row.until <= later):
        return row.until
    if row.until is not None:
        raise _Cannot("valid_until", "overlap", f"Another price begins at {later.isoformat()}.")
    return later


def _end(row: Wanted, current: Present | None, now: datetime) -> Planned:
    if row.until is None:
        raise _Cannot("unit_price", "required", "A price, or when the present one ends.")
    if current is None or not current.begins < row.until:
        raise _Cannot("valid_until", "nothing_to_end", "No price is in force that could end then.")
    if row.until < now:
        raise _Cannot("valid_until", "in_the_past", "A price that was in force ends now or later.")
    if current.until is not None and current.until <= row.until:
        return _told(row, "unchanged", current, current.begins, current.until)
    current.until = row.until
    return _told(row, "ended", current, current.begins, row.until)


def _end_all(timeline: list[Present], plan: Plan, now: datetime) -> Iterable[Planned]:
    for each in list(timeline):
        if each.until is not None and each.until <= now:
            continue
        if each.begins >= now:
            timeline.remove(each)
            plan.gone.append(each)
        each.until = now
        yield Planned(0, "ended", each.sku, each.key, each.unit_price, None, each.per, each.begins, now)


def _told(row: Wanted, action: str, current: Present | None, begins: datetime, until: datetime | None) -> Planned:
    before = current.unit_price if current is not None else None
    after = None if action == "ended" else row.unit_price
    return Planned(row.row, action, row.sku, row.key, before, after, row.per, begins, until)


def _settle(plan: Plan, timelines: Mapping[Key, list[Present]]) -> None:
    """Gather what is to be written; a price that a later row ended stands in the preview with that end."""
    ends = {}
    for timeline in timelines.values():
        for each in timeline:
            if each.id is None:
                plan.new.append(each)
                ends[each.row] = each.until
            elif each.until != each.kept_until:
                plan.ends.append(each)
    plan.told = [
        each._replace(until=ends[each.row]) if each.row in ends and each.action in {"new", "changed"} else each
        for each in plan.told
    ]
    plan.told.sort(key=lambda each: each.row)
    plan.refused.sort(key=lambda each: each.row)
