"""Allowing lines below a floor: a fact with its reason and its end, never by whoever asked for the price."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.compliance.contract import FailedCheck
from apps.orders.events import FLOOR_ALLOWED, order_event
from apps.orders.services.cancel import ReasonMissing
from apps.orders.services.decide import COST_UNKNOWN, PRICE_BELOW_FLOOR, Decision, decide_orders
from apps.orders.services.drafts import OrderDraft
from apps.orders.services.held import load_held
from apps.orders.services.outcomes import NotDone
from apps.orders.services.refresh import refresh_held
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError, Fault
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins, writes

_COLUMNS: Final = {
    "id": "uuid", "order_id": "uuid", "line_no": "int4", "floor": "varchar", "net_minor": "int8", "reason": "varchar",
    "requested_by": "uuid", "approved_by": "uuid", "recorded_at": "timestamptz", "expires_at": "timestamptz",
}  # fmt: skip
_IN_FORCE: Final = """
SELECT order_id, line_no, floor, min(net_minor) FROM orders_flooroverride
 WHERE order_id = ANY(%s::uuid[]) AND expires_at > %s GROUP BY order_id, line_no, floor
"""

# A line below a floor, and one whose floor nobody knows.
FLOOR_CODES: Final = frozenset({PRICE_BELOW_FLOOR, COST_UNKNOWN})

Allowed = Mapping[tuple[UUID, int, str], int]


class EndsTooEarly(DomainError):
    """What is allowed would be over before it begins."""

    code, title = "expires_too_early", "That lies in the past"


@writes
def allow_below_floor(
    order_id: UUID, *, reason: str, expires_at: datetime, actor: Actor, now: datetime
) -> tuple[NotDone, ...]:
    """Allow every line of a held order that is below a floor, at what it costs now; answers why not.

    Until `expires_at` the order may be released at these prices or better ones. Whoever placed the order, or set the price of
    one of these lines by hand, may not. Raises ReasonMissing, EndsTooEarly.
    """
    if not reason.strip():
        raise ReasonMissing("Say why the price may be below its floor; it is kept for good.")
    if expires_at <= now:
        raise EndsTooEarly(faults=[Fault("/expires_at", EndsTooEarly.code, "Later than now.")])
    drafts, numbers, refused = load_held([order_id])
    if not drafts:
        return tuple(refused)
    (decision,) = decide_orders(drafts, are_held=True)
    rows = _rows(drafts[0], decision, reason=reason, expires_at=expires_at, actor=actor, now=now)
    if not rows:
        return (NotDone(order_id, "not_below_floor", "No line of the order is below a floor."),)
    if actor.id == drafts[0].placed_by or any(row[6] == actor.id for row in rows):
        detail = "Whoever placed the order or set the price does not allow it; ask a colleague."
        return (NotDone(order_id, "own_order", detail),)
    sql.insert_rows("orders_flooroverride", _COLUMNS, rows)
    payload = {"reason": reason, "expires_at": expires_at.isoformat(), "lines": {str(row[2]): row[3] for row in rows}}
    record_events(
        [
            order_event(
                FLOOR_ALLOWED, order_id, payload, occurred_at=now, actor_id=actor.id,
                legal_entity_id=drafts[0].legal_entity.id,
            )
        ]
    )  # fmt: skip
    drop_allowed(drafts, [decision], now=now)
    refresh_held(drafts[0], decision, numbers[order_id], actor=actor, now=now)
    return ()


@joins
def drop_allowed(drafts: Sequence[OrderDraft], decisions: Sequence[Decision], *, now: datetime) -> None:
    """Take off the failures of lines that may be below their floor at this moment; one statement, none when none is below."""
    below = [
        draft.id for draft, decision in zip(drafts, decisions, strict=True) if any(map(_is_floor, decision.failures))
    ]
    if not below:
        return
    allowed: Allowed = {(order, line, floor): net for order, line, floor, net in sql.fetch(_IN_FORCE, [below, now])}
    for draft, decision in zip(drafts, decisions, strict=True):
        nets = {line.line.line_no: line.net_minor for line in decision.lines}
        decision.failures = [
            failure
            for failure in decision.failures
            if not _is_floor(failure) or not _is_allowed(draft.id, failure, nets, allowed)
        ]


def _is_floor(failure: FailedCheck) -> bool:
    return failure.code in FLOOR_CODES


def _is_allowed(order_id: UUID, failure: FailedCheck, nets: Mapping[int, int], allowed: Allowed) -> bool:
    if failure.line_no is None:
        return False
    least = allowed.get((order_id, failure.line_no, failure.detail["floor"]))
    return least is not None and nets[failure.line_no] >= least


def _rows(
    draft: OrderDraft, decision: Decision, *, reason: str, expires_at: datetime, actor: Actor, now: datetime
) -> list[tuple[object, ...]]:
    lines = {line.line.line_no: line for line in decision.lines}
    rows: list[tuple[object, ...]] = []
    for failure in decision.failures:
        if _is_floor(failure) and failure.line_no is not None:
            line = lines[failure.line_no]
            asked_by = UUID(line.line.manual.by) if line.line.manual else draft.placed_by
            rows.append(
                (
                    new_id(), draft.id, failure.line_no, failure.detail["floor"], line.net_minor, reason[:300], asked_by,
                    actor.id, now, expires_at,
                )
            )  # fmt: skip
    return rows
