"""Scheduled work on orders."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from apps.audit.contract import JobContext
from apps.orders.journey.day import fill_all, receive_and_fill
from apps.orders.services import orphans
from apps.orders.services.bill import ALL_MODES, bill_orders
from apps.orders.services.supply import cancel_overdue
from ordercash.kernel.actor import SYSTEM


def bill_due(context: JobContext) -> Mapping[str, int]:
    """Job: invoice whatever is owed, also what was missed when it was delivered; days are collected once they are over."""
    invoices = 0
    while issued := bill_orders(until=context.now, modes=ALL_MODES, dated="supply", actor=SYSTEM, now=context.now):
        invoices += len(issued)
        context.progress(invoices, invoices)
    return {"invoices": invoices}


def receive_planned(context: JobContext) -> Mapping[str, int]:
    """Job: take in planned goods whose time has come, and give free stock to the orders that wait."""
    receipts, filled = receive_and_fill(context.now, limit=5_000, actor=SYSTEM)
    context.progress(receipts, receipts)
    filled += fill_all(context.now, None, limit=5_000, actor=SYSTEM)
    return {"receipts": receipts, "orders_filled": filled}


def cancel_what_waits_too_long(context: JobContext) -> Mapping[str, int]:
    """Job: cancel what still waits of orders that agreed to wait no longer."""
    done, refused = 0, list[UUID]()
    while True:
        cancelled, not_done = cancel_overdue(now=context.now, limit=500, actor=SYSTEM, without=refused)
        refused += [item.order_id for item in not_done]
        done += len(cancelled)
        if not cancelled:
            return {"orders": done, "refused": len(refused)}


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {
    "orders.bill_due": (bill_due, 300, "Invoice what is owed"),
    "orders.cancel_overdue": (cancel_what_waits_too_long, 600, "Cancel what waits longer than was agreed"),
    "orders.receive_planned": (receive_planned, 60, "Receive planned goods, fill waiting orders"),
    "orders.release_orphans": (orphans.free_recent, 15, "Free goods of orders that want none"),
    "orders.release_old_orphans": (orphans.free_all, 600, "Look for such goods among all"),
}
