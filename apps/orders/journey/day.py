"""One business day: the goods move, what left is invoiced and collected, what came back is credited.

Every step is a verb with its own transaction and looks at the facts, so a run that was stopped simply goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from apps.orders.services.bill import ALL_MODES, PER_SHIPMENT, bill_orders, close_settled_orders, collect_payments
from apps.orders.services.returns import process_returns
from apps.orders.services.supply import fill_waiting, receive_goods, ship_ready
from ordercash.kernel.actor import Actor

BATCH = 500


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
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


def run_day(from_at: datetime, until: datetime, *, collect: bool, actor: Actor, now: datetime) -> DayDone:
    """Carry everything through that is due in [from_at, until): receive, fill, ship, invoice, credit, collect, close."""
    done = move_goods(from_at, until, actor=actor)
    done.add(finish_day(until, collect=collect, actor=actor, now=now))
    return done


def finish_day(until: datetime, *, collect: bool, actor: Actor, now: datetime) -> DayDone:
    """Invoice, credit and collect what is due before `until`."""
    done = invoice_deliveries(until, actor=actor, now=now)
    done.add(take_returns(until, actor=actor, now=now))
    if collect:
        done.add(collect_money(until, actor=actor))
    return done


def move_goods(
    from_at: datetime, until: datetime, *, actor: Actor, after_batch: Callable[[], None] | None = None
) -> DayDone:
    """Receive what is planned before `until`, give it to those who wait, ship all that is reserved.

    `after_batch` hears of each full batch, after which there is probably another.
    """
    done = DayDone()
    done.receipts, done.filled = receive_and_fill(until, limit=10 * BATCH, actor=actor)
    while shipped := ship_ready(from_at=from_at, until=until, limit=BATCH, actor=actor).shipments:
        done.shipments += len(shipped)
        if after_batch and len(shipped) >= BATCH:
            after_batch()
    return done


def invoice_deliveries(until: datetime, *, actor: Actor, now: datetime) -> DayDone:
    """Invoice everything that was delivered before `until`, at the time of its delivery."""
    done = DayDone()
    while issued := bill_orders(until=until, modes=ALL_MODES, dated="supply", actor=actor, now=now):
        done.invoices += len(issued)
    return done


def invoice_shipments(until: datetime, *, actor: Actor, now: datetime) -> DayDone:
    """Invoice one batch of shipments from before `until`; customers who want one invoice a day wait until it is over."""
    return DayDone(invoices=len(bill_orders(until=until, modes=PER_SHIPMENT, dated="supply", actor=actor, now=now)))


def collect_money(until: datetime, *, actor: Actor) -> DayDone:
    """Let the sandbox collector pay what falls due before `until`, and close the orders that are settled with it."""
    done = DayDone()
    while (collected := collect_payments(until=until, actor=actor)).payments:
        done.payments += collected.payments
        done.closed += close_settled_orders(collected.order_ids, actor=actor, now=until)
    return done


def take_returns(until: datetime, *, actor: Actor, now: datetime) -> DayDone:
    """Credit or hold what came back before `until`, and promise the goods to those who wait: they leave on another day."""
    done = DayDone()
    while returned := process_returns(until=until, limit=BATCH, actor=actor, now=now):
        done.returns += returned
    if done.returns:
        done.filled = fill_all(until, None, limit=10 * BATCH, actor=actor)
    return done


def receive_and_fill(until: datetime, *, limit: int, actor: Actor) -> tuple[int, int]:
    """Take in every planned receipt due before `until` and give the goods to all who wait; returns (receipts, orders filled)."""
    receipts, products = 0, set[UUID]()
    while (received := receive_goods(until=until, limit=limit, actor=actor)).count:
        receipts += received.count
        products |= received.product_ids
    return receipts, fill_all(until, sorted(products), limit=limit, actor=actor) if products else 0


def fill_all(now: datetime, product_ids: Sequence[UUID] | None, *, limit: int, actor: Actor) -> int:
    """Give free stock to everybody who waits; returns the number of orders that got something."""
    orders: set[UUID] = set()
    while filled := fill_waiting(now=now, limit=limit, product_ids=product_ids, actor=actor):
        orders.update(filled)
    return len(orders)
