"""Which fact wakes which verb: events of one domain translated into plain arguments of another's.

Every handler but `count_volumes` is safe to repeat: it names the orders to look at, and the verb does only what is missing. An event
is handed over in the transaction that moves its reader on, so that what is added up counts once.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.audit.contract import DeliveredEvent, Subscription
from apps.integrations.contract import tell_inspected, tell_warehouses
from apps.inventory.contract import NoticeFact, fill_backorders, make_notices
from apps.orders.contract import bill_in, close_in, customers_of_orders, move_invoiced, ordered_volumes
from apps.pricing.contract import accrue_rebates, add_volumes, has_rebates
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.rebates import invoiced_lines

LINES_AT_ONCE = 5_000
_CONFIRMED: Final = frozenset({"orders.order_confirmed", "orders.order_released"})


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
    """Goods that became free while those who wait for them were being written down go to them now, oldest first."""
    products = _distinct(UUID(product_id) for event in events for product_id in event.payload.get("product_ids", ()))
    fill_backorders(now=clock.now(), limit=LINES_AT_ONCE, product_ids=products, actor=SYSTEM)


def tell_of_orders(events: list[DeliveredEvent]) -> None:
    """Warehouse systems are told what orders want of them now, whatever it was that changed it."""
    orders = _distinct(event.thread_id or event.aggregate_id for event in events)
    tell_warehouses(orders, now=clock.now())


def tell_of_inspections(events: list[DeliveredEvent]) -> None:
    """The warehouse system that told of a return is told what somebody here found of it."""
    tell_inspected([UUID(event.payload["finding_id"]) for event in events], now=clock.now())


_NOTICED: Final = {
    "inventory.shipment_shipped": "part_shipped",
    "inventory.substituted": "substituted",
    "orders.order_cancelled": "cancelled",
    "orders.line_cancelled": "cancelled",
}


def tell_customers(events: list[DeliveredEvent]) -> None:
    """Customers are told once of each fact: what is promised, what left in part, what was cancelled."""
    facts = [
        NoticeFact(
            event.thread_id or event.aggregate_id,
            event.legal_entity_id,
            _NOTICED[event.name],
            f"event:{event.id}",
            {},
            event.occurred_at,
        )
        for event in events
        if event.name in _NOTICED and event.legal_entity_id
    ]
    promised = {event.thread_id or event.aggregate_id for event in events if event.name not in _NOTICED}
    customers = customers_of_orders({*promised, *(fact.order_id for fact in facts)})
    make_notices(facts, promised=promised, customers=customers, now=clock.now())


def accrue_invoiced(events: list[DeliveredEvent]) -> None:
    """What was invoiced or credited counts under the customers' rebate agreements; an approval counts what came before it."""
    if not has_rebates():
        return
    lines = invoiced_lines(_distinct(event.aggregate_id for event in events))
    accrue_rebates(lines, actor=SYSTEM, now=clock.now())


def count_volumes(events: list[DeliveredEvent]) -> None:
    """What customers ordered counts for scales over a period, and counts no more when it is cancelled."""
    confirmed = [event.aggregate_id for event in events if event.name in _CONFIRMED]
    cancelled = [(event.aggregate_id, _cancelled(event)) for event in events if event.name not in _CONFIRMED]
    add_volumes(ordered_volumes(confirmed, cancelled))


def _cancelled(event: DeliveredEvent) -> dict[int, tuple[Decimal, int]]:
    minors = event.payload.get("net_minors", {})
    lines = event.payload.get("lines", {})
    return {int(number): (Decimal(quantity), minors.get(number, 0)) for number, quantity in lines.items()}


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
        "pricing.count_volumes", _CONFIRMED | {"orders.order_cancelled", "orders.line_cancelled"}, count_volumes
    ),
    Subscription(
        "inventory.make_notices",
        frozenset({*_NOTICED, "inventory.goods_taken", "inventory.promised", "inventory.promise_moved"}),
        tell_customers,
    ),
    Subscription(
        "integrations.tell_warehouses",
        _CONFIRMED
        | {
            "orders.order_cancelled",
            "orders.line_cancelled",
            "inventory.backorders_filled",
            "inventory.demand_settled",
            "inventory.goods_taken",
            "inventory.shipment_shipped",
        },
        tell_of_orders,
    ),
    Subscription("integrations.tell_inspected", frozenset({"inventory.return_inspected"}), tell_of_inspections),
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
