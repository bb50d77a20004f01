"""Which facts are told: by the thresholds of the rules, and by what the customer wants to hear."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.inventory.decisions.backorders.document import Thresholds

# What a customer hears who wants to hear only of what is important.
IMPORTANT: Final = frozenset({"promise_moved", "cancelled"})


class NoticeFact(NamedTuple):
    """A fact that a customer may be told; `fact_key` names it for ever, within its order and kind."""

    order_id: UUID
    legal_entity_id: UUID
    kind: str
    fact_key: str
    payload: Mapping[str, Any]
    occurred_at: datetime


class PromiseTold(NamedTuple):
    """A day that a line was promised, and the day before it."""

    line_id: UUID
    promise_no: int
    was_on: date | None
    promised_on: date | None
    quantity: str


def kind_of_promise(changes: Sequence[PromiseTold], told: Mapping[str, str]) -> tuple[str, int]:
    """Return what changes of one moment are, and by how many days the most moved one moved from what its customer knows.

    `told` is the day that was last told of each line, by line id; without one, the promise before this one counts.
    """
    moved = 0
    for change in changes:
        known = date.fromisoformat(told[str(change.line_id)]) if str(change.line_id) in told else change.was_on
        if known and change.promised_on:
            moved = max(moved, abs((change.promised_on - known).days))
    first = all(change.promise_no == 1 for change in changes)
    return ("first_promise", 0) if first else ("promise_moved", moved)


def is_told(thresholds: Thresholds, kind: str, moved_days: int = 0) -> bool:
    """Say whether the rules let a fact of this kind be told."""
    if kind == "promise_moved":
        return thresholds.moved_by_days is not None and moved_days > thresholds.moved_by_days
    return bool(getattr(thresholds, kind))


def state_for(wants: str, kind: str) -> tuple[str, str]:
    """Return the state of a notice and why, by what the customer wants to hear: all, important or none."""
    if wants == "none" or (wants == "important" and kind not in IMPORTANT):
        return "suppressed", "customer_wants_none" if wants == "none" else "not_important"
    return "waiting", ""
