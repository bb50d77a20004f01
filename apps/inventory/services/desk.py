"""The verbs of the warehouse desk, its API and its commands: each is one transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from apps.audit.contract import set_change_actor
from apps.inventory.decisions.facts import (
    AdjustmentDraft,
    MovementResult,
    ReceiptDraft,
    ReceivedDue,
    Refusal,
)
from apps.inventory.decisions.facts.bins import BinMove, SafetyStock
from apps.inventory.decisions.facts.quotas import QuotaDraft
from apps.inventory.decisions.facts.revaluing import Revaluation
from apps.inventory.decisions.facts.supplies import (
    SupplyArrival,
    SupplyChange,
    SupplyClosing,
    SupplyDraft,
    SupplyResult,
)
from apps.inventory.services import bins, quotas, receiving, revaluing, supplies, supply_arrivals, supplying
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import writes


@writes
def record_receipts(*, receipts: Sequence[ReceiptDraft], actor: Actor) -> MovementResult:
    """Put goods on the shelf at their cost."""
    set_change_actor(actor)
    return receiving.receive_stock(receipts, actor=actor)


@writes
def announce_receipts(*, receipts: Sequence[ReceiptDraft], actor: Actor, now: datetime) -> MovementResult:
    """Plan goods that come in later."""
    set_change_actor(actor)
    return supplies.plan_receipts(receipts, now=now)


@writes
def receive_planned(*, now: datetime, limit: int, actor: Actor) -> ReceivedDue:
    """Receive announced goods whose time has come."""
    return supplies.receive_due(now=now, limit=limit, actor=actor)


@writes
def adjust_stock(*, adjustments: Sequence[AdjustmentDraft], actor: Actor) -> MovementResult:
    """Record what a count found missing or extra."""
    set_change_actor(actor)
    return receiving.adjust_counted(adjustments, actor=actor)


@writes
def announce_goods(*, drafts: Sequence[SupplyDraft], actor: Actor, now: datetime) -> SupplyResult:
    """Announce supplies."""
    return supplying.announce_supplies(drafts, now=now, actor=actor)


@writes
def change_goods(*, changes: Sequence[SupplyChange], actor: Actor, now: datetime) -> SupplyResult:
    """Write down what is known better of supplies."""
    return supplying.change_supplies(changes, now=now, actor=actor)


@writes
def receive_goods(*, arrivals: Sequence[SupplyArrival], actor: Actor, now: datetime) -> SupplyResult:
    """Receive what came of supplies."""
    return supply_arrivals.receive_supplies(arrivals, now=now, actor=actor)


@writes
def close_goods(*, closings: Sequence[SupplyClosing], actor: Actor, now: datetime) -> SupplyResult:
    """Give up what is still to come of supplies."""
    return supplying.close_supplies(closings, now=now, actor=actor)


@writes
def move_stock(*, moves: Sequence[BinMove], actor: Actor, now: datetime) -> MovementResult:
    """Move goods between the shelf and the bins, or out of stock."""
    return bins.move_goods(moves, now=now, actor=actor)


@writes
def value_anew(*, drafts: Sequence[Revaluation], actor: Actor) -> MovementResult:
    """Change what goods in stock are worth."""
    set_change_actor(actor)
    return revaluing.revalue_stock(drafts, actor=actor)


@writes
def keep_back(*, wanted: Sequence[SafetyStock], actor: Actor, now: datetime) -> list[Refusal]:
    """Set the safety stock of products."""
    return bins.set_safety_stock(wanted, now=now, actor=actor)


@writes
def keep_for_channels(*, drafts: Sequence[QuotaDraft], actor: Actor, now: datetime) -> dict[int, UUID]:
    """Set or change all of these quotas, and return their ids by place; raises QuotaRefused when one cannot be."""
    result = quotas.set_quotas(drafts, now=now, actor=actor)
    if result.refused:
        raise quotas.QuotaRefused(result.refused)
    return result.ids


@writes
def withdraw_quota(*, quota_id: UUID, actor: Actor, now: datetime) -> None:
    """Keep no more of a quota than was taken of it."""
    quotas.withdraw_quotas([quota_id], now=now, actor=actor)
