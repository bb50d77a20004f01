"""The way through the others: what helps a held order or return, and the steps that carry orders from one day to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.audit.contract import JobContext
from apps.exceptions.contract import Resolution
from apps.orders.permissions import CANCEL_ORDERS, RELEASE_ORDERS, RETURN_GOODS
from apps.orders.services.bill import ALL_MODES, bill_orders, close_settled_orders, collect_payments
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.orders.services.reconsider import dismiss_returns, retry_returns
from apps.orders.services.release import release_orders
from apps.orders.services.returns import process_returns
from apps.orders.services.supply import fill_waiting, receive_goods, ship_ready
from ordercash.kernel.actor import SYSTEM, Actor

# Reasons with their title, the queue that works on them and the hours within which they should be settled.
ORDER_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "customer_unknown": ("The customer is not known", "order_desk", 8),
    "customer_blocked": ("The customer is blocked", "credit", 8),
    "credit_limit_exceeded": ("The credit limit is exceeded", "credit", 8),
    "address_incomplete": ("The delivery address is incomplete", "order_desk", 8),
    "product_unknown": ("The product is not known", "order_desk", 8),
    "product_not_sellable": ("The product is not sold any more", "order_desk", 8),
    "quantity_not_positive": ("The quantity is not above zero", "order_desk", 24),
    "price_missing": ("No price was found", "pricing", 8),
    "price_not_positive": ("The price is not above zero", "pricing", 8),
    "tax_undetermined": ("No tax rate is known", "compliance", 8),
    "row_unusable": ("A row of the file cannot be used", "order_desk", 24),
    "stock_write_off": ("Stock was written off, not sold", "warehouse", 48),
    "bad_debt_adjustment": ("Bad debt belongs to the ledger", "finance", 48),
    "fee_not_a_sale": ("A fee is a cost, not a sale", "finance", 48),
    "donation_not_a_sale": ("A donation is not a sale", "finance", 48),
    "discount_without_sale": ("A discount names no sale", "pricing", 48),
    "samples_not_a_sale": ("Samples are not sold", "pricing", 48),
}
RETURN_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "never_sold_to_customer": ("It was never sold to this customer", "returns", 48),
    "already_credited": ("More came back than was sold", "returns", 48),
    "price_above_sold": ("It is credited above its price", "returns", 48),
}


def _release(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    outcome = release_orders(subject_ids, reason=note, actor=actor, now=now)
    done = dict.fromkeys(outcome.order_ids, "Released.")
    return done | {item.order_id: item.detail for item in outcome.refused}


def _cancel(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    outcome = cancel_orders([CancelOrder(subject_id) for subject_id in subject_ids], reason=note, actor=actor, now=now)
    done = dict.fromkeys(outcome.states, "Cancelled.")
    return done | {item.order_id: item.detail for item in outcome.refused}


ORDER_RESOLUTIONS: Final = {
    "release": Resolution("Release", RELEASE_ORDERS, _release, needs_note=True),
    "cancel": Resolution("Cancel the order", CANCEL_ORDERS, _cancel, needs_note=True),
}
RETURN_RESOLUTIONS: Final = {
    "retry": Resolution("Match again", RETURN_GOODS, retry_returns),
    "dismiss": Resolution("Dismiss", RETURN_GOODS, dismiss_returns, needs_note=True),
}


@dataclass(slots=True)
class DayDone:
    """What one business day did; counts of documents."""

    receipts: int = 0
    filled: int = 0
    shipments: int = 0
    invoices: int = 0
    returns: int = 0
    payments: int = 0
    closed: int = 0

    def add(self, other: "DayDone") -> None:
        """Count another day in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def run_day(
    from_at: datetime, until: datetime, *, collect: bool, actor: Actor, now: datetime, limit: int = 500
) -> DayDone:
    """Carry everything through that is due in [from_at, until): receive, fill, ship, invoice, credit, collect, close.

    Every step is a verb with its own transaction and looks at the facts, so a run that was stopped simply goes on.
    """
    done = DayDone()
    done.receipts, done.filled = receive_and_fill(until, limit=10 * limit, actor=actor)
    while shipped := ship_ready(from_at=from_at, until=until, limit=limit, actor=actor).shipments:
        done.shipments += len(shipped)
    while issued := bill_orders(until=until, modes=ALL_MODES, dated="supply", actor=actor, now=now):
        done.invoices += len(issued)
    while returned := process_returns(until=until, limit=limit, actor=actor, now=now):
        done.returns += returned
    if done.returns:
        done.filled += _fill(until, None, limit=10 * limit, actor=actor)
    if collect:
        _collect(until, done, actor=actor)
    return done


def receive_and_fill(until: datetime, *, limit: int, actor: Actor) -> tuple[int, int]:
    """Take in every planned receipt due before `until` and give the goods to all who wait; returns (receipts, orders filled)."""
    receipts, products = 0, set[UUID]()
    while (received := receive_goods(until=until, limit=limit, actor=actor)).count:
        receipts += received.count
        products |= received.product_ids
    return receipts, _fill(until, sorted(products), limit=limit, actor=actor) if products else 0


def _fill(now: datetime, product_ids: Sequence[UUID] | None, *, limit: int, actor: Actor) -> int:
    """Give free stock to everybody who waits; returns the number of orders that got something."""
    orders: set[UUID] = set()
    while filled := fill_waiting(now=now, limit=limit, product_ids=product_ids, actor=actor):
        orders.update(filled)
    return len(orders)


def _collect(until: datetime, done: DayDone, *, actor: Actor) -> None:
    """Let the sandbox collector pay what is due, and close the orders that are settled with it."""
    while True:
        collected = collect_payments(until=until, actor=actor)
        if not collected.payments:
            return
        done.payments += collected.payments
        done.closed += close_settled_orders(collected.order_ids, actor=actor, now=until)


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
    filled += _fill(context.now, None, limit=5_000, actor=SYSTEM)
    return {"receipts": receipts, "orders_filled": filled}


# Scheduled work with its first schedule in seconds; the jobs page may change it.
JOBS: Final = {
    "orders.bill_due": (bill_due, 300),
    "orders.receive_planned": (receive_planned, 60),
}
