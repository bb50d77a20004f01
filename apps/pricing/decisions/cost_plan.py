"""What a file of costs comes to: a cost that is in force ends when the new one begins; what was reckoned with is never rewritten."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

# Product, legal entity (None: all that have no own), currency.
Key = tuple[UUID, UUID | None, str]
ACTIONS = ("new", "changed", "unchanged", "refused")


class CostRow(NamedTuple):
    """A row of a file. `key` None: `column`, `code` and `detail` say why it cannot be used."""

    row: int
    sku: str
    currency: str
    legal_entity: str
    key: Key | None
    unit_cost: Decimal | None
    begins: datetime | None
    until: datetime | None
    column: str = ""
    code: str = ""
    detail: str = ""


class PresentCost(NamedTuple):
    """A cost that is kept already; `id` None: it comes with the same file."""

    id: UUID | None
    unit_cost: Decimal
    begins: datetime
    until: datetime | None


class CostTold(NamedTuple):
    """What a row comes to: one of ACTIONS, and of a refused one where and why."""

    row: int
    action: str
    sku: str
    currency: str
    legal_entity: str
    before: Decimal | None
    after: Decimal | None
    begins: datetime | None
    until: datetime | None
    column: str = ""
    code: str = ""
    detail: str = ""


class NewCost(NamedTuple):
    """A cost to be added."""

    key: Key
    unit_cost: Decimal
    begins: datetime
    until: datetime | None


@dataclass(slots=True)
class CostPlan:
    """What every row comes to, which costs end when, and which come."""

    told: list[CostTold] = field(default_factory=list)
    ends: dict[UUID, datetime] = field(default_factory=dict)
    new: list[NewCost] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows come to what."""
        found = dict.fromkeys(ACTIONS, 0)
        for each in self.told:
            found[each.action] += 1
        return found

    @property
    def fingerprint(self) -> str:
        """The same for plans that come to the same, whenever they are reckoned."""
        rows = [(each.row, each.action, each.sku, str(each.before), str(each.after)) for each in self.told]
        return sha256(repr(rows).encode()).hexdigest()


def plan_costs(rows: Iterable[CostRow], present: Mapping[Key, Sequence[PresentCost]], *, now: datetime) -> CostPlan:
    """Return what the rows come to; a row without a beginning begins now."""
    plan = CostPlan()
    known: dict[Key, list[PresentCost]] = defaultdict(list, {key: list(found) for key, found in present.items()})
    for row in rows:
        plan.told.append(_planned(row, known, plan, now))
    return plan


def _planned(row: CostRow, known: dict[Key, list[PresentCost]], plan: CostPlan, now: datetime) -> CostTold:
    if row.key is None or row.unit_cost is None:
        return _refused(row, row.column, row.code, row.detail)
    begins, own = row.begins or now, known[row.key]
    met = next((each for each in own if _holds(each, begins)), None)
    later = min((each.begins for each in own if each.begins > begins), default=None)
    if met and met.unit_cost == row.unit_cost and row.until in (None, met.until):
        return _told(row, "unchanged", met.unit_cost, met.begins, met.until)
    until = row.until or later or (met.until if met else None)
    if wrong := _wrong(begins, until, later, met, now):
        return _refused(row, *wrong)
    if met and met.id:
        plan.ends[met.id] = begins
        own.remove(met)
    own.append(PresentCost(None, row.unit_cost, begins, until))
    plan.new.append(NewCost(row.key, row.unit_cost, begins, until))
    return _told(row, "changed" if met else "new", met.unit_cost if met else None, begins, until)


def _wrong(
    begins: datetime, until: datetime | None, later: datetime | None, met: PresentCost | None, now: datetime
) -> tuple[str, str, str] | None:
    """Return why a cost cannot be kept for a time: column, code and detail."""
    if until is not None and until <= begins:
        return "valid_until", "ends_before_it_begins", "The validity ends before it begins."
    if later is not None and until is not None and later < until:
        return "valid_until", "cost_overlap", f"Another cost begins on {later:%Y-%m-%d %H:%M} UTC."
    if met and (met.id is None or met.begins == begins):
        return "valid_from", "cost_overlap", "Another cost begins at this very time."
    if met and begins < now:
        detail = "A cost is in force there: what was reckoned with is not rewritten. Begin now or later."
        return "valid_from", "in_the_past", detail
    return None


def _holds(each: PresentCost, at: datetime) -> bool:
    return each.begins <= at and (each.until is None or at < each.until)


def _told(row: CostRow, action: str, before: Decimal | None, begins: datetime, until: datetime | None) -> CostTold:
    return CostTold(row.row, action, row.sku, row.currency, row.legal_entity, before, row.unit_cost, begins, until)


def _refused(row: CostRow, column: str, code: str, detail: str) -> CostTold:
    where = (row.row, "refused", row.sku, row.currency, row.legal_entity)
    return CostTold(*where, None, None, None, None, column, code, detail)


def shown_first(told: Iterable[CostTold]) -> Iterator[CostTold]:
    """Yield what rows come to as people look at them: what is refused before what changes before what stays."""
    places = {action: place for place, action in enumerate(("refused", "changed", "new", "unchanged"))}
    yield from sorted(told, key=lambda each: (places[each.action], each.row))
