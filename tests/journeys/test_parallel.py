"""Many at once: one request sent two hundred times, and every verb on the same orders from all sides."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import orjson
import pytest
from django.db.models import Sum

from apps.audit.models import EventRecord
from apps.billing.contract import PaymentDraft
from apps.billing.models import Invoice
from apps.billing.services import record_payments
from apps.inventory.models import Reservation, ShipmentLine, Stock
from apps.orders.models import Order, OrderLine
from apps.orders.services.bill import ALL_MODES, bill_orders, close_settled_orders
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.orders.services.give_back import GiveBack, ReturnRefused, give_back
from apps.orders.services.ship import ShipOrder, ship_orders
from apps.orders.services.supply import fill_waiting
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.orders import document, place
from tests.journeys.running import FULL, ask, together, web_server
from tests.journeys.site import Site

SENT = 200


@pytest.mark.parametrize("gather", ["true", "false"])
def test_one_request_sent_200_times_at_once_makes_one_order(site: Site, gather: str) -> None:
    secret = site.integration_engineer.secret
    with web_server(ORDERCASH_GATHER_ORDERS=gather) as port:

        def send(_: int) -> tuple[int, bytes]:
            return ask(port, "POST", "/api/v1/orders", document(), secret=secret, key="the-one")

        answers = together(SENT, send)
    statuses = Counter(status for status, _ in answers)
    assert statuses.keys() <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    assert {orjson.loads(body)["code"] for status, body in answers if status == 409} <= {"idempotency_key_in_flight"}
    order = Order.objects.get()
    assert Reservation.objects.filter(order_id=order.pk).count() == order.lines.count() == 3
    assert EventRecord.objects.filter(aggregate_id=order.pk).count() == 1
    site.holds()


def test_every_verb_at_once_on_the_same_orders_leaves_true_books(site: Site) -> None:
    rounds = 400 if FULL else 48
    orders = [place(customer="C-1004", lines=[("CLOCK-WALL", "2"), ("MUG-BLUE", "3")]) for _ in range(8)]

    def do_something(number: int) -> None:
        order = orders[number % len(orders)]
        verbs = (_place, _ship_one, _cancel_one, _bill, _pay, _take_back, _fill, _ship_all)
        verbs[(number // len(orders)) % len(verbs)](order)

    together(rounds * 2, do_something, threads=8)
    site.holds()
    assert Stock.objects.filter(on_hand__lt=0).count() == 0
    shipped = ShipmentLine.objects.aggregate(Sum("quantity"))["quantity__sum"]
    assert shipped and shipped > Decimal(0)
    # What is left goes its way, and nothing is owed or open at the end.
    for order in Order.objects.all():
        cancel_orders([CancelOrder(order.pk)], reason="The day is over", actor=SYSTEM, now=clock.now())
    later = clock.now() + timedelta(days=2)
    bill_orders(until=later, modes=ALL_MODES, actor=SYSTEM, now=clock.now())
    for invoice in Invoice.objects.filter(kind="invoice", open_minor__gt=0):
        _pay_invoice(invoice)
    close_settled_orders(list(Order.objects.values_list("pk", flat=True)), actor=SYSTEM, now=clock.now())
    assert set(Order.objects.values_list("state", flat=True)) <= {"closed", "cancelled"}
    site.holds()


def _place(order: Order) -> None:
    place(customer="C-1004", lines=[("MUG-BLUE", "3"), ("CLOCK-WALL", "1"), ("CARRIAGE", "1")])


def _ship_one(order: Order) -> None:
    line = OrderLine.objects.filter(order=order).earliest("line_no")
    ship_orders([ShipOrder(order.pk, f"one:{order.pk}", clock.now(), {line.pk: Decimal(1)})], actor=SYSTEM)


def _ship_all(order: Order) -> None:
    ids = Order.objects.order_by("?").values_list("pk", flat=True)[:4]
    ship_orders([ShipOrder(pk, f"all:{new_id()}", clock.now()) for pk in ids], actor=SYSTEM)


def _cancel_one(order: Order) -> None:
    line = OrderLine.objects.filter(order=order).latest("line_no")
    cancel_orders([CancelOrder(order.pk, {line.pk: Decimal(1)})], reason="Less", actor=SYSTEM, now=clock.now())


def _bill(order: Order) -> None:
    bill_orders(until=clock.now(), modes=ALL_MODES, actor=SYSTEM, now=clock.now(), limit=7)


def _pay(order: Order) -> None:
    invoice = Invoice.objects.filter(kind="invoice", open_minor__gt=0).exclude(state="draft").first()
    if invoice:
        _pay_invoice(invoice)
        ids = list(Order.objects.values_list("pk", flat=True))
        close_settled_orders(ids, actor=SYSTEM, now=clock.now())


def _pay_invoice(invoice: Invoice) -> None:
    money = PaymentDraft(
        source_ref=f"paid:{new_id()}",
        legal_entity_id=invoice.legal_entity_id,
        currency=invoice.currency,
        amount_minor=invoice.open_minor,
        method="transfer",
        received_at=clock.now(),
        customer_id=invoice.customer_id,
        invoice_ids=[invoice.pk],
    )
    record_payments(drafts=[money], actor=SYSTEM)


def _take_back(order: Order) -> None:
    line = OrderLine.objects.filter(order=order).earliest("line_no")
    wanted = GiveBack(order.pk, f"back:{new_id()}", {line.pk: Decimal(1)}, True, "Broken")
    try:
        give_back(wanted, actor=SYSTEM, now=clock.now())
    except ReturnRefused:
        return


def _fill(order: Order) -> None:
    fill_waiting(now=clock.now(), limit=100, actor=SYSTEM)
