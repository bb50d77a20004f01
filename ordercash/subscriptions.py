"""Which fact wakes which verb: events of one domain translated into plain arguments of another's.

Every handler is safe to repeat: it names the orders to look at, and the verb does only what is missing.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from apps.audit.contract import DeliveredEvent, Subscription
from apps.inventory.contract import fill_backorders
from apps.orders.contract import bill_in, close_in, move_invoiced
from apps.pricing.contract import accrue_rebates, has_rebates
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.rebates import invoiced_lines

LINES_AT_ONCE = 5_000


def bill_shipped(events: list[DeliveredEvent]) -> None:
    """What was shipped is invoiced at once, unless the customer's deliveries are collected by day."""
    now = clock.now()
    bill_in(
        until=now, order_ids=_distinct(event.aggregate_id for event in events), dated="supply", actor=SYSTEM, now=now
    )


def move_orders_on(events: list[DeliveredEvent]) -> None:
    """Orders whose last delivery was invoiced move on, also when it was invoiced by the clerk and not through the order."""
    at = {UUID(order_id): event.occurred_at for event in events for order_id in event.payload.get("order_ids", ())}
    move_invoiced(_distinct(at), occurred_at=at, actor=SYSTEM)


def close_settled(events: list[DeliveredEvent]) -> None:
    """Orders whose last invoice was settled are closed."""
    named = (UUID(order_id) for event in events for order_id in event.payload.get("order_ids", ()))
    close_in(_distinct(named), actor=SYSTEM, now=clock.now())


def fill_waiting(events: list[DeliveredEvent]) -> None:
    """Goods that came in or became free go to the orders that wait for them, oldest first."""
    products = _distinct(UUID(product_id) for event in events for product_id in event.payload.get("product_ids", ()))
    fill_backorders(now=clock.now(), limit=LINES_AT_ONCE, product_ids=products, actor=SYSTEM)


def accrue_invoiced(events: list[DeliveredEvent]) -> None:
    """What was invoiced or credited counts under the customers' rebate agreements; an approval counts what came before it."""
    if not has_rebates():
        return
    lines = invoiced_lines(_distinct(event.aggregate_id for event in events))
    accrue_rebates(lines, actor=SYSTEM, now=clock.now())


def _distinct(ids: Iterable[UUID]) -> list[UUID]:
    return sorted(set(ids))


SUBSCRIPTIONS: Final[Sequence[Subscription]] = (
    Subscription("orders.bill_shipped", frozenset({"orders.order_shipped"}), bill_shipped),
    Subscription("orders.move_invoiced", frozenset({"billing.invoice_issued"}), move_orders_on),
    Subscription("orders.close_settled", frozenset({"billing.invoice_settled"}), close_settled),
    Subscription(
        "pricing.accrue_rebates", frozenset({"billing.invoice_issued", "billing.credit_note_issued"}), accrue_invoiced
    ),
    Subscription(
        "orders.fill_waiting",
        frozenset(
            {
                "inventory.stock_received",
                "inventory.goods_returned",
                "inventory.stock_adjusted",
                "orders.order_cancelled",
                "orders.line_cancelled",
            }
        ),
        fill_waiting,
    ),
)
