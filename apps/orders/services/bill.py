"""Billing and closing: what was shipped is invoiced, and an order whose invoices are settled is closed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.contract import (
    Collected,
    IssuedInvoice,
    collect_due,
    invoice_obligations,
    orders_with_open_invoices,
    orders_with_owed,
)
from apps.orders.events import ORDER_CLOSED, ORDER_INVOICED, order_event
from apps.orders.services.locked import LockedOrder, lock_orders, move_orders
from apps.orders.states import CLOSED, INVOICED, ORDER, SHIPPED
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import joins, writes

PER_SHIPMENT = ("per_shipment",)
ALL_MODES = ("per_shipment", "per_day")


@writes
def bill_orders(
    *,
    until: datetime,
    actor: Actor,
    order_ids: Sequence[UUID] | None = None,
    modes: Sequence[str] = PER_SHIPMENT,
    dated: Literal["now", "supply"] = "now",
    limit: int = 5_000,
    now: datetime,
) -> list[IssuedInvoice]:
    """Invoice what is owed in a transaction of its own; see `bill_in`."""
    return bill_in(until=until, actor=actor, order_ids=order_ids, modes=modes, dated=dated, limit=limit, now=now)


@joins
def bill_in(
    *,
    until: datetime,
    actor: Actor,
    order_ids: Sequence[UUID] | None = None,
    modes: Sequence[str] = PER_SHIPMENT,
    dated: Literal["now", "supply"] = "now",
    limit: int = 5_000,
    now: datetime,
) -> list[IssuedInvoice]:
    """Invoice what is owed for these orders (all when None) and was delivered before `until`; safe to repeat.

    The orders are locked before the credit that their invoices move, as every verb does: the other way round, an invoice and a
    cancellation of the same order would wait for each other.
    "per_day" collects what was delivered on business days that have ended. `dated` "supply" issues each invoice at the time of
    its delivery (imports), "now" at `now`. At most `limit` obligations are billed; call
    again while something comes back.
    """
    issued = invoice_obligations(
        until=until,
        order_ids=order_ids,
        modes=modes,
        dated=dated,
        now=now,
        actor=actor,
        limit=limit,
        hold_orders=lock_orders,
    )
    touched = sorted({order_id for invoice in issued for order_id in invoice.order_ids})
    move_invoiced(touched, occurred_at={order_id: i.issued_at for i in issued for order_id in i.order_ids}, actor=actor)
    return issued


@joins
def move_invoiced(order_ids: Sequence[UUID], *, occurred_at: Mapping[UUID, datetime], actor: Actor) -> None:
    """Move orders on from "shipped" when nothing of them is owed any more, and close those that are settled already."""
    if not order_ids:
        return
    orders = lock_orders(order_ids)
    owed = orders_with_owed(order_ids)
    ready = [order for order in orders.values() if order.state == SHIPPED and order.id not in owed]
    settled = {order.id for order in ready} - orders_with_open_invoices([order.id for order in ready])
    move_orders({order.id: CLOSED if order.id in settled else ORDER.after(order.state, "bill") for order in ready})
    _tell(ORDER_INVOICED, ready, occurred_at, actor)
    _tell(ORDER_CLOSED, [order for order in ready if order.id in settled], occurred_at, actor)


@writes
def close_settled_orders(order_ids: Collection[UUID], *, actor: Actor, now: datetime) -> int:
    """Close settled orders in a transaction of its own; see `close_in`."""
    return close_in(order_ids, actor=actor, now=now)


@joins
def close_in(order_ids: Collection[UUID], *, actor: Actor, now: datetime) -> int:
    """Close the orders among these whose invoices are all settled; returns how many. Safe to repeat."""
    orders = lock_orders(order_ids)
    invoiced = [order for order in orders.values() if order.state == INVOICED]
    still_open = orders_with_open_invoices([order.id for order in invoiced])
    done = [order for order in invoiced if order.id not in still_open]
    move_orders({order.id: ORDER.after(order.state, "close") for order in done})
    _tell(ORDER_CLOSED, done, {order.id: now for order in done}, actor)
    return len(done)


@writes
def collect_payments(*, until: datetime, actor: Actor, limit: int = 1_000) -> Collected:
    """Let the sandbox collector pay invoices that fall due before `until`; call again while payments come back."""
    return collect_due(until=until, actor=actor, limit=limit)


def _tell(name: str, orders: Sequence[LockedOrder], occurred_at: Mapping[UUID, datetime], actor: Actor) -> None:
    record_events(
        [
            order_event(
                name,
                order.id,
                {"number": order.number},
                occurred_at=occurred_at[order.id],
                actor_id=actor.id,
                legal_entity_id=order.legal_entity_id,
            )
            for order in orders
        ]
    )
