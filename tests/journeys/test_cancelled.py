"""Orders given up before they ship: whole, by line, by quantity. Stock and credit come back, and what has left stays sold."""

from apps.billing.models import CreditExposure
from apps.inventory.models import Stock
from tests.journeys.site import JSON, Site, minor, parts, quantities, receipt


def reserved_mugs() -> int:
    """Return how many blue mugs are promised to somebody."""
    return sum(int(row.reserved) for row in Stock.objects.filter(product__sku="MUG-BLUE"))


def credit_used() -> int:
    """Return what the customers' confirmed orders hold of their limits, in minor units."""
    return sum(row.orders_minor for row in CreditExposure.objects.all())


def cancel(site: Site, order: JSON, lines: list[JSON] | None = None) -> JSON:
    """Let the order desk cancel an order, or parts of it."""
    return site.order_desk.do(f"orders/{order['id']}/cancel", {"reason": "Ordered twice", "lines": lines})


def test_a_whole_order_gives_back_its_stock_and_credit(site: Site) -> None:
    order = site.order_desk.places(("MUG-BLUE", "5"), ("CARRIAGE", "1"))
    assert (reserved_mugs(), credit_used()) == (5, minor(order["gross"]))
    order = cancel(site, order)
    assert order["state"] == "cancelled"
    assert quantities(order, "cancelled") == {"MUG-BLUE": "5", "CARRIAGE": "1"}
    assert (reserved_mugs(), credit_used()) == (0, 0)
    # It cannot be shipped, nor cancelled a second time, and it never becomes an invoice.
    site.warehouse.refused(f"orders/{order['id']}/ship", {})
    site.order_desk.refused(f"orders/{order['id']}/cancel", {"reason": "Again"})
    site.works_by_itself()
    assert site.ar_clerk.invoices(order) == []
    site.holds()


def test_one_line_and_a_part_of_another_are_given_up_and_the_rest_goes_its_way(site: Site) -> None:
    order = site.order_desk.places(("MUG-BLUE", "7"), ("TEAPOT-1L", "3"))
    order = cancel(site, order, parts(order, MUG_BLUE="2", TEAPOT_1L="3"))
    assert order["state"] == "confirmed"
    assert quantities(order, "cancelled") == {"MUG-BLUE": "2", "TEAPOT-1L": "3"}
    assert reserved_mugs() == 5
    site.holds()
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    (invoice,) = site.ar_clerk.invoices(order)
    assert invoice["net_minor"] == 5 * 650
    assert credit_used() == 0
    site.ar_clerk.receives_money(invoice["gross_minor"], invoice)
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()


def test_a_cancellation_that_is_sent_again_takes_no_second_part(site: Site) -> None:
    order = site.order_desk.places(("MUG-BLUE", "7"))
    body = {"reason": "Two less", "lines": parts(order, MUG_BLUE="2")}
    first = site.order_desk.do(f"orders/{order['id']}/cancel", body, key="two-less")
    assert site.order_desk.do(f"orders/{order['id']}/cancel", body, key="two-less") == first
    assert quantities(site.order_desk.order(order), "cancelled") == {"MUG-BLUE": "2"}
    # The key names this cancellation: with another quantity it is refused, and under a key of its own two more are given up.
    other = {"reason": "Two less", "lines": parts(order, MUG_BLUE="3")}
    site.order_desk.refused(f"orders/{order['id']}/cancel", other, key="two-less", status=422)
    site.order_desk.do(f"orders/{order['id']}/cancel", body, key="two-more")
    assert quantities(site.order_desk.order(order), "cancelled") == {"MUG-BLUE": "4"}
    assert reserved_mugs() == 3
    site.holds()


def test_the_part_that_waits_for_goods_is_given_up_after_the_rest_has_shipped(site: Site) -> None:
    order = site.order_desk.places(("CLOCK-WALL", "20"), customer="C-1004")
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    order = cancel(site, order)
    assert order["state"] == "invoiced"
    assert (quantities(order, "shipped"), quantities(order, "cancelled")) == ({"CLOCK-WALL": "12"}, {"CLOCK-WALL": "8"})
    # Goods that come in now stay free.
    site.warehouse.do("stock/receipts", {"receipts": [receipt("CLOCK-WALL", "30", "R-1")]})
    site.works_by_itself()
    assert quantities(site.order_desk.order(order), "reserved") == {"CLOCK-WALL": "0"}
    (invoice,) = site.ar_clerk.invoices(order)
    site.ar_clerk.receives_money(invoice["gross_minor"], invoice)
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()


def test_parts_cancelled_and_shipped_in_turn_sum_to_the_line(site: Site) -> None:
    order = site.order_desk.places(("CANDLE-VAN", "7"))
    for verb in ("ship", "cancel", "ship", "cancel"):
        lines = parts(order, CANDLE_VAN="1")
        if verb == "ship":
            site.warehouse.do(f"orders/{order['id']}/ship", {"lines": lines})
            site.works_by_itself()
        else:
            cancel(site, order, lines)
        site.holds()
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "invoiced"
    assert credit_used() == 0
    site.holds()


def test_more_than_is_open_is_not_cancelled(site: Site) -> None:
    order = site.order_desk.places(("MUG-BLUE", "2"), ("TEAPOT-1L", "1"))
    site.warehouse.do(f"orders/{order['id']}/ship", {"lines": parts(order, MUG_BLUE="2")})
    too_much = {"reason": "No", "lines": parts(order, MUG_BLUE="1")}
    assert site.order_desk.refused(f"orders/{order['id']}/cancel", too_much)["reason"] == "more_than_open"
    foreign = {"reason": "No", "lines": [{"line_id": order["id"], "quantity": "1"}]}
    assert site.order_desk.refused(f"orders/{order['id']}/cancel", foreign)["reason"] == "more_than_open"
    site.order_desk.refused(f"orders/{order['id']}/cancel", {"reason": " "}, status=422)
    site.works_by_itself()
    order = cancel(site, order)
    assert order["state"] == "invoiced"
    site.order_desk.refused(f"orders/{order['id']}/cancel", {"reason": "What has left is returned"})
    site.holds()


def test_what_is_given_up_goes_to_who_waits(site: Site) -> None:
    first = site.order_desk.places(("CLOCK-WALL", "12"), customer="C-1004")
    waiting = site.order_desk.places(("CLOCK-WALL", "5"), customer="C-1004")
    assert quantities(waiting, "backordered") == {"CLOCK-WALL": "5"}
    cancel(site, first, parts(first, CLOCK_WALL="3"))
    site.works_by_itself()
    waiting = site.order_desk.order(waiting)
    assert (quantities(waiting, "reserved"), quantities(waiting, "backordered")) == (
        {"CLOCK-WALL": "3"},
        {"CLOCK-WALL": "2"},
    )
    site.holds()
