"""Money that does not match at once: too much, too little, unknown, for several invoices, given up, in other currencies."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.masterdata.models import Currency, ExchangeRate
from ordercash.kernel import clock
from ordercash.kernel.money import exponent
from ordercash.kernel.remembered import forget_everything
from tests.journeys.site import JSON, Site, parts


def an_invoice(site: Site, *lines: tuple[str, str], **order: str) -> tuple[JSON, JSON]:
    """Return an order that was shipped, with its invoice."""
    placed = site.order_desk.places(*lines, **order)
    site.warehouse.do(f"orders/{placed['id']}/ship")
    site.works_by_itself()
    (invoice,) = site.ar_clerk.invoices(placed)
    return placed, invoice


def test_what_is_paid_too_much_stays_visible_and_pays_the_next_invoice(site: Site) -> None:
    order, invoice = an_invoice(site)
    payment = site.ar_clerk.receives_money(invoice["gross_minor"] + 1_000, invoice)
    assert payment["unapplied_minor"] == 1_000
    assert len(site.ar_clerk.get("payments", unapplied="true")["items"]) == 1
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()

    second, invoice = an_invoice(site)
    used = site.ar_clerk.do(f"payments/{payment['id']}/apply", {"invoice_id": invoice["id"]})
    assert used["amount_minor"] == 1_000
    site.ar_clerk.receives_money(invoice["gross_minor"] - 1_000, invoice)
    site.works_by_itself()
    assert site.order_desk.order(second)["state"] == "closed"
    assert site.ar_clerk.get("payments", unapplied="true")["items"] == []
    site.holds()


def test_what_is_paid_too_little_leaves_the_order_open_until_the_rest_is_paid_or_given_up(site: Site) -> None:
    order, invoice = an_invoice(site)
    site.ar_clerk.receives_money(invoice["gross_minor"] - 7, invoice)
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "invoiced"
    assert site.ar_clerk.invoices(order)[0]["open_minor"] == 7
    site.holds()
    # Seven pence are not worth a letter; the clerk may not give them up, the controller may, and says why.
    give_up = (f"invoices/{invoice['id']}/write-off", {"reason": "Bank fees"})
    site.ar_clerk.refused(*give_up, status=403)
    site.finance_controller.do(*give_up)
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()


def test_money_of_which_nobody_knows_the_invoice_is_kept_and_applied_later(site: Site) -> None:
    payment = site.ar_clerk.receives_money(10_000, customer="C-1001", reference="thank you")
    assert (payment["applied_minor"], payment["unapplied_minor"]) == (0, 10_000)
    site.holds()
    orders = [an_invoice(site) for _ in range(2)]
    for _, invoice in orders:
        site.ar_clerk.do(f"payments/{payment['id']}/apply", {"invoice_id": invoice["id"]})
    assert [site.ar_clerk.invoices(order)[0]["open_minor"] for order, _ in orders] == [0, 68]
    site.ar_clerk.refused(f"payments/{payment['id']}/apply", {"invoice_id": orders[1][1]["id"]})
    site.works_by_itself()
    assert [site.order_desk.order(order)["state"] for order, _ in orders] == ["closed", "invoiced"]
    site.holds()


def test_the_deliveries_of_a_day_are_one_invoice_once_the_day_is_over(site: Site) -> None:
    # This wholesaler is invoiced once a day. Two deliveries left yesterday, one leaves today.
    yesterday = (clock.now() - timedelta(days=1)).replace(hour=12)
    orders = [
        site.order_desk.places(("MUG-BLUE", "3"), customer="C-1003", ordered_at=(yesterday - timedelta(days=1)))
        for _ in range(3)
    ]
    for order, shipped_at in zip(orders, (yesterday, yesterday + timedelta(hours=1), clock.now()), strict=True):
        site.warehouse.do(f"orders/{order['id']}/ship", {"shipped_at": shipped_at})
    site.works_by_itself()
    assert [site.order_desk.order(order)["state"] for order in orders] == ["shipped"] * 3
    site.holds()
    (issued,) = site.ar_clerk.do("invoices:issue", {})["invoices"]
    site.works_by_itself()
    assert [site.order_desk.order(order)["state"] for order in orders] == ["invoiced", "invoiced", "shipped"]
    assert [row["id"] for row in site.ar_clerk.invoices(orders[0])] == [issued["id"]]
    assert [row["id"] for row in site.ar_clerk.invoices(orders[1])] == [issued["id"]]
    site.ar_clerk.receives_money(issued["gross_minor"], issued)
    site.works_by_itself()
    assert [site.order_desk.order(order)["state"] for order in orders] == ["closed", "closed", "shipped"]
    site.holds()


@pytest.mark.parametrize(("currency", "price"), [("JPY", "1234"), ("USD", "12.345"), ("KWD", "3.9995")])
def test_a_currency_with_0_2_or_3_decimals_goes_the_whole_way(site: Site, currency: str, price: str) -> None:
    trade_in(currency)
    lines = [
        {"sku": "MUG-BLUE", "quantity": "7", "unit_price": price},
        {"sku": "CARRIAGE", "quantity": "1", "unit_price": price},
    ]
    order = site.integration_engineer.places(customer="C-1004", channel="marketplace", currency=currency, lines=lines)
    assert order["state"] == "confirmed"
    decimals = exponent(currency)
    assert all(len(order[part].partition(".")[2]) == decimals for part in ("net", "tax", "gross"))

    # It leaves in three parts and is invoiced in three; together they are the order.
    for quantity in ("2", "4"):
        site.warehouse.do(f"orders/{order['id']}/ship", {"lines": parts(order, MUG_BLUE=quantity)})
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    invoices = site.ar_clerk.invoices(order)
    assert len(invoices) == 3
    assert sum(row["net_minor"] for row in invoices) == int(Decimal(order["net"]).scaleb(decimals))

    # Some comes back, the rest is paid, one minor unit too much.
    returned = {"reason": "Broken", "lines": parts(order, MUG_BLUE="3")}
    site.warehouse.do(f"orders/{order['id']}/return", returned)
    due = sum(row["open_minor"] for row in site.ar_clerk.invoices(order))
    payment = site.ar_clerk.receives_money(due + 1, *invoices, currency=currency)
    assert payment["unapplied_minor"] == 1
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()


def trade_in(currency: str) -> None:
    """Let the British company sell in a currency; its books are kept in pounds, at the rate of the day."""
    Currency.objects.get_or_create(code=currency, defaults={"name": currency, "decimals": exponent(currency)})
    pounds = Currency.objects.get(code="GBP")
    if not ExchangeRate.objects.filter(base_id=currency, quote=pounds).exists():
        ExchangeRate.objects.create(base_id=currency, quote=pounds, rate_date="2009-01-01", rate=Decimal("0.5317"))
    forget_everything()
