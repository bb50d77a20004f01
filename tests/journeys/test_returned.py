"""Goods that come back: credited against the invoice that they were sold on, whether it is paid or not, and never more than was sold."""

import pytest

from tests.journeys.site import JSON, Site, parts, quantities


@pytest.fixture
def sold(site: Site) -> JSON:
    """Seven candles and a teapot, shipped and invoiced."""
    order = site.order_desk.places(("CANDLE-VAN", "7"), ("TEAPOT-1L", "1"))
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    return site.order_desk.order(order)


def give_back(order: JSON, *, restock: bool = True, **by_sku: str) -> tuple[str, JSON]:
    """Return the request that takes quantities back."""
    return f"orders/{order['id']}/return", {"reason": "Broken", "restock": restock, "lines": parts(order, **by_sku)}


def test_a_return_lowers_the_open_invoice(site: Site, sold: JSON) -> None:
    (invoice,) = site.ar_clerk.invoices(sold)
    sold = site.warehouse.do(*give_back(sold, TEAPOT_1L="1"))
    assert quantities(sold, "returned") == {"CANDLE-VAN": "0", "TEAPOT-1L": "1"}
    (note,) = site.ar_clerk.credit_notes(sold)
    assert (note["gross_minor"], note["open_minor"]) == (2880, 0)
    (invoice,) = site.ar_clerk.invoices(sold)
    assert invoice["open_minor"] == invoice["gross_minor"] - 2880
    # The rest is paid, and nothing more is asked for.
    site.ar_clerk.receives_money(invoice["open_minor"], invoice)
    site.works_by_itself()
    assert site.order_desk.order(sold)["state"] == "closed"
    site.holds()


def test_a_return_of_everything_closes_the_order_without_money(site: Site, sold: JSON) -> None:
    site.warehouse.do(*give_back(sold, TEAPOT_1L="1", CANDLE_VAN="7"))
    site.works_by_itself()
    (invoice,) = site.ar_clerk.invoices(sold)
    assert (invoice["open_minor"], invoice["state"]) == (0, "settled")
    assert site.order_desk.order(sold)["state"] == "closed"
    site.holds()


def test_a_return_after_payment_is_the_customers_credit_for_the_next_invoice(site: Site, sold: JSON) -> None:
    (invoice,) = site.ar_clerk.invoices(sold)
    site.ar_clerk.receives_money(invoice["gross_minor"], invoice)
    site.works_by_itself()
    assert site.order_desk.order(sold)["state"] == "closed"
    site.ar_clerk.do(*give_back(sold, TEAPOT_1L="1", restock=False))
    (note,) = site.ar_clerk.credit_notes(sold)
    assert note["open_minor"] == note["gross_minor"] == 2880
    site.holds()

    # The customer orders again, and the clerk uses the credit for the new invoice.
    order = site.order_desk.places(("TEAPOT-1L", "2"))
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    (invoice,) = site.ar_clerk.invoices(order)
    site.ar_clerk.do(f"credit-notes/{note['id']}/apply", {"invoice_id": invoice["id"]})
    assert site.ar_clerk.invoices(order)[0]["open_minor"] == invoice["gross_minor"] - 2880
    site.ar_clerk.receives_money(invoice["gross_minor"] - 2880, invoice)
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()


def test_a_return_of_a_partly_paid_invoice_settles_it_and_leaves_the_rest_as_credit(site: Site, sold: JSON) -> None:
    (invoice,) = site.ar_clerk.invoices(sold)
    site.ar_clerk.receives_money(invoice["gross_minor"] - 1000, invoice)
    site.warehouse.do(*give_back(sold, TEAPOT_1L="1"))
    (note,) = site.ar_clerk.credit_notes(sold)
    assert note["open_minor"] == 1880
    assert site.ar_clerk.invoices(sold)[0]["open_minor"] == 0
    site.works_by_itself()
    assert site.order_desk.order(sold)["state"] == "closed"
    site.holds()


def test_partial_returns_sum_to_the_line(site: Site, sold: JSON) -> None:
    for quantity in ("1", "2", "1", "3"):
        site.warehouse.do(*give_back(sold, CANDLE_VAN=quantity))
        site.holds()
    (invoice,) = site.ar_clerk.invoices(sold)
    shown = site.ar_clerk.get(f"invoices/{invoice['id']}")
    candles = next(line for line in shown["lines"] if line["credited_quantity"] == "7")
    notes = site.ar_clerk.credit_notes(sold)
    assert len(notes) == 4
    assert candles["credited_minor"] == candles["net_minor"] == sum(note["net_minor"] for note in notes)
    assert candles["tax_minor"] == sum(note["tax_minor"] for note in notes)


def test_no_more_comes_back_than_was_sold(site: Site, sold: JSON) -> None:
    site.warehouse.refused(*give_back(sold, TEAPOT_1L="2"))
    site.warehouse.do(*give_back(sold, CANDLE_VAN="4"))
    before = site.order_desk.order(sold)
    refusal = site.warehouse.refused(*give_back(sold, CANDLE_VAN="4", TEAPOT_1L="1"))
    assert refusal["reason"] == "more_than_sold"
    assert site.order_desk.order(sold) == before
    assert len(site.ar_clerk.credit_notes(sold)) == 1
    site.holds()


def test_goods_that_are_not_invoiced_are_invoiced_before_they_come_back(site: Site) -> None:
    order = site.order_desk.places(("TEAPOT-1L", "1"), customer="C-1003")
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.warehouse.refused(*give_back(order, TEAPOT_1L="1"))
    site.holds()


def test_a_return_is_taken_in_once_however_often_it_is_sent(site: Site, sold: JSON) -> None:
    for _ in range(3):
        site.warehouse.do(*give_back(sold, CANDLE_VAN="1"), key="same")
    assert quantities(site.order_desk.order(sold), "returned")["CANDLE-VAN"] == "1"
    assert len(site.ar_clerk.credit_notes(sold)) == 1
    site.holds()


def test_goods_put_back_on_the_shelf_go_to_who_waits(site: Site) -> None:
    first = site.order_desk.places(("CLOCK-WALL", "12"), customer="C-1004")
    waiting = site.order_desk.places(("CLOCK-WALL", "2"), customer="C-1004")
    site.warehouse.do(f"orders/{first['id']}/ship")
    site.works_by_itself()
    site.warehouse.do(*give_back(first, CLOCK_WALL="3"))
    site.works_by_itself()
    assert quantities(site.order_desk.order(waiting), "reserved") == {"CLOCK-WALL": "2"}
    site.holds()
