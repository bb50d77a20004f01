"""What a system before this one counted day by day, as movements: a day on which nothing moved needs none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.facts import Refusal


@dataclass(frozen=True, slots=True)
class DayMoved:
    """What came and went on a day, and what lay there at its end (None: the file does not say)."""

    day: date
    came: Decimal
    went: Decimal
    balance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class HistoryDraft:
    """The days of one product in one warehouse, in their order; what is left at the end is worth `unit_cost` each, in major units."""

    warehouse_id: UUID
    product_id: UUID
    days: Sequence[DayMoved]
    unit_cost: Decimal
    source_ref: str


@dataclass(frozen=True, slots=True)
class HistoryMove:
    """A quantity that came (above zero) or went (below) on a day; `part` is opening, in or out."""

    day: date
    part: str
    quantity: Decimal


def moves_of(draft: HistoryDraft) -> list[HistoryMove] | Refusal:
    """Return the movements of a history: what lay there before its first day, then what came and what went.

    Refused: `days_out_of_order`, `quantity_negative`, `balance_broken` (a day is not the day before, plus in, less out), `below_zero` (what
    is left at the end). On the way a balance may be below zero: it is what was counted, and binds nobody.
    """
    if not draft.days:
        return []
    first = draft.days[0]
    opening = Decimal(0) if first.balance is None else first.balance - first.came + first.went
    moves = [HistoryMove(first.day, "opening", opening)] if opening else []
    balance, before = opening, None
    for each in draft.days:
        if before is not None and each.day <= before:
            return _refused(draft, "days_out_of_order", f"{each.day} does not follow {before}.")
        if each.came < 0 or each.went < 0:
            return _refused(draft, "quantity_negative", f"On {each.day} less than nothing moved.")
        balance, before = balance + each.came - each.went, each.day
        if each.balance is not None and each.balance != balance:
            detail = f"On {each.day} the file says {each.balance}; what moved makes {balance}."
            return _refused(draft, "balance_broken", detail)
        moves += [
            HistoryMove(each.day, part, count) for part, count in (("in", each.came), ("out", -each.went)) if count
        ]
    return moves if balance >= 0 else _refused(draft, "below_zero", f"{balance} would be left.")


def _refused(draft: HistoryDraft, code: str, detail: str) -> Refusal:
    return Refusal(draft.source_ref, code, detail)
