"""Whatever was discounted, bundled and shared: goods that come back in any parts and order sum to what was paid, line by line.

Through the real way: an order priced by rules, shipped, invoiced, paid and credited, in currencies of 0, 2 and 3 decimals.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Sum

from apps.billing.contract import PaymentDraft
from apps.billing.models import Invoice, InvoiceLine
from apps.billing.services import record_payments
from apps.masterdata.models import Currency, ExchangeRate, Product
from apps.operations.selectors.prove import prove
from apps.orders.models import Order, OrderLine
from apps.orders.services.give_back import GiveBack, give_back
from apps.pricing.models import PriceList
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.money import exponent
from ordercash.kernel.remembered import forget_everything
from tests.factories.orders import LATER, bill, place, ship
from tests.factories.pricing import a_price
from tests.factories.pricing_orders import a_discount, rules
from tests.journeys.running import FULL

pytestmark = pytest.mark.usefixtures("company")
RATES = {"JPY": "0.0052", "EUR": "0.86", "KWD": "2.41"}
SKUS = ("MUG-BLUE", "MUG-RED", "TEAPOT-1L", "CANDLE-VAN", "TEA-FOR-TWO", "RIBBON-SATIN")
PRICES = {
    "JPY": dict(zip(SKUS, ("1301", "1299", "4801", "333.33", "6661", "97"), strict=True)),
    "EUR": dict(zip(SKUS, ("7.77", "7.49", "27.99", "3.3333", "37.77", "0.97"), strict=True)),
    "KWD": dict(zip(SKUS, ("2.333", "2.111", "8.887", "0.9999", "11.117", "0.307"), strict=True)),
}
ROUNDS = 25 if FULL else 3


def put_in(currency: str) -> None:
    """Sell in a currency, with discounts that stack on lines and on the order, and a gift."""
    Currency.objects.get_or_create(code=currency, defaults={"name": currency, "decimals": exponent(currency)})
    for functional in ("GBP", "EUR"):
        if functional != currency:
            ExchangeRate.objects.get_or_create(
                base_id=currency,
                quote_id=functional,
                rate_date="2026-01-01",
                defaults={"rate": Decimal(RATES[currency])},
            )
    base = PriceList.objects.create(
        code=f"{currency}-REFUNDS",
        name="Base",
        currency_id=currency,
        valid_from_at=datetime(2020, 1, 1, tzinfo=UTC),
        priority=99,
    )
    for sku, price in PRICES[currency].items():
        a_price(base, Product.objects.get(sku=sku), price)
    least = {currency: str(Decimal(7).scaleb(-exponent(currency)))}
    rules(
        discounts=[
            a_discount("third", {"percent": "3.333"}),
            a_discount("seventh", {"percent": "14.2857"}, "volume", when="quantity >= 2"),
            a_discount("few", {"amount": least}, "volume", when='sku != "TEAPOT-1L"'),
            a_discount("whole", {"percent": "1.7"}, "whole", priority=2),
            a_discount("rest", {"amount": {currency: PRICES[currency]["RIBBON-SATIN"]}}, "whole", priority=1),
            a_discount("gift", {"free_goods": [{"sku": "RIBBON-SATIN", "quantity": "2"}]}, "whole"),
        ]
    )
    forget_everything()


def paid_order(currency: str, draw: Random) -> Order:
    """Place an order of bundles and goods, ship it in one or two parts, invoice and pay all of it."""
    chosen = draw.sample(["MUG-BLUE", "TEAPOT-1L", "CANDLE-VAN", "MUG-RED"], draw.randint(1, 3))
    lines = [("TEA-FOR-TWO", str(draw.randint(1, 4))), *((sku, str(draw.randint(1, 7))) for sku in chosen)]
    draw.shuffle(lines)
    order = place(customer="C-1004", currency=currency, lines=lines)
    assert order.state == "confirmed"
    if draw.random() < 0.5:
        first = order.lines.filter(kind="product").order_by("line_no").first()
        assert first is not None
        ship(order, {first.pk: Decimal(1)})
    ship(order)
    bill(order)
    for invoice in Invoice.objects.filter(order_id=order.pk, kind="invoice"):
        money = PaymentDraft(
            source_ref=f"bank:{invoice.pk}", legal_entity_id=invoice.legal_entity_id, currency=currency,
            amount_minor=invoice.gross_minor, method="transfer", received_at=LATER, customer_id=invoice.customer_id,
            invoice_ids=[invoice.pk],
        )  # fmt: skip
        record_payments(drafts=[money], actor=SYSTEM)
    return order


def give_all_back(order: Order, draw: Random) -> int:
    """Give everything back in parts; after each the credits are shares of their own lines alone. Returns the steps."""
    left = {
        line.pk: line.quantity
        for line in OrderLine.objects.filter(order=order).exclude(kind="part").order_by("line_no")
    }
    frozen = figures(order)
    steps = 0
    while left:
        steps += 1
        wanted: dict[UUID, Decimal] = {}
        for line_id in draw.sample(sorted(left), draw.randint(1, len(left))):
            wanted[line_id] = Decimal(draw.randint(1, int(left[line_id])))
            left[line_id] -= wanted[line_id]
        left = {line_id: quantity for line_id, quantity in left.items() if quantity}
        at = LATER + timedelta(hours=steps)
        assert give_back(GiveBack(order.pk, f"back:{new_id()}", wanted, True, "No"), actor=SYSTEM, now=at) == ()
        assert figures(order) == frozen
        for line in InvoiceLine.objects.filter(invoice__order_id=order.pk, invoice__kind="invoice"):
            assert 0 <= line.credited_minor <= line.net_minor
    return steps


def figures(order: Order) -> list[tuple[Any, ...]]:
    return list(order.lines.order_by("line_no").values_list("line_no", "net_minor", "discount_minor", "tax_minor"))


@pytest.mark.parametrize("currency", sorted(RATES))
def test_any_parts_in_any_order_sum_to_what_was_paid(currency: str) -> None:
    put_in(currency)
    draw = Random(currency)
    for _ in range(ROUNDS):
        order = paid_order(currency, draw)
        assert order.lines.aggregate(Sum("discount_minor"))["discount_minor__sum"] > 0
        give_all_back(order, draw)
        documents = Invoice.objects.filter(order_id=order.pk)
        invoiced, credited = (
            documents.filter(kind=kind).aggregate(net=Sum("net_minor"), tax=Sum("tax_minor"), gross=Sum("gross_minor"))
            for kind in ("invoice", "credit_note")
        )
        assert invoiced == credited
        assert invoiced["net"] == order.net_minor
        # Line by line, too: every line is credited to its last minor unit, and none beyond it.
        for line in InvoiceLine.objects.filter(invoice__order_id=order.pk, invoice__kind="invoice"):
            back = InvoiceLine.objects.filter(credits_line_id=line.pk).aggregate(
                quantity=Sum("quantity"), net=Sum("net_minor"), tax=Sum("tax_minor"), discount=Sum("discount_minor")
            )
            if line.net_minor or back["quantity"]:
                assert (back["net"], back["tax"]) == (line.net_minor, line.tax_minor)
                assert (back["quantity"], back["discount"]) == (line.quantity, line.discount_minor)
    assert prove().holds, [each for each in prove().equalities if not each.holds]
