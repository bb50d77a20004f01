"""An order that meets no obstacle: from the desk to the bank, with every figure followed through the books."""

from tests.factories.orders import document
from tests.journeys.site import Site, minor, quantities


def test_an_order_is_placed_shipped_invoiced_paid_and_closed(site: Site) -> None:
    # The order desk takes an order: priced from the list, taxed at 20 %, reserved.
    order = site.order_desk.places(("MUG-BLUE", "2"), ("TEAPOT-1L", "1"), ("CARRIAGE", "1"))
    assert order["state"] == "confirmed"
    assert (order["net"], order["tax"], order["gross"]) == ("41.95", "8.39", "50.34")
    assert quantities(order, "reserved") == {"MUG-BLUE": "2", "TEAPOT-1L": "1", "CARRIAGE": "1"}

    # The warehouse ships it; the system invoices what left.
    site.warehouse.do(f"orders/{order['id']}/ship", {"carrier": "Post", "tracking": "T-1"})
    assert site.order_desk.order(order)["state"] == "shipped"
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "invoiced"
    (invoice,) = site.ar_clerk.invoices(order)
    assert invoice["gross_minor"] == invoice["open_minor"] == minor(order["gross"])

    # The customer pays; the clerk records the money with the invoice's number, and the order closes by itself.
    payment = site.ar_clerk.receives_money(invoice["gross_minor"], invoice)
    assert (payment["applied_minor"], payment["unapplied_minor"]) == (invoice["gross_minor"], 0)
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    assert site.ar_clerk.invoices(order)[0]["state"] == "settled"

    # Its timeline tells every step, once, in order.
    told = [event["name"] for event in site.auditor.get(f"orders/{order['id']}/timeline")["items"]]
    steps = ["orders.order_confirmed", "orders.order_shipped", "orders.order_invoiced", "orders.order_closed"]
    assert [name for name in told if name in steps] == steps
    assert len(told) == len(set(told))
    site.holds()


def test_who_repeats_a_request_gets_the_same_answer_and_changes_nothing(site: Site) -> None:
    order = site.order_desk.places()
    for verb, who, body in (("ship", site.warehouse, {}), ("bill", site.ar_clerk, {})):
        first = who.do(f"orders/{order['id']}/{verb}", body, key="again")
        assert who.do(f"orders/{order['id']}/{verb}", body, key="again") == first
    (invoice,) = site.ar_clerk.invoices(order)
    money = {"legal_entity": "UK01", "currency": "GBP", "amount_minor": 100, "invoice_numbers": [invoice["number"]]}
    assert site.ar_clerk.do("payments", money, key="p") == site.ar_clerk.do("payments", money, key="p")
    assert site.ar_clerk.invoices(order)[0]["open_minor"] == invoice["gross_minor"] - 100
    site.works_by_itself()
    assert len(site.ar_clerk.invoices(order)) == 1
    site.holds()


def test_only_the_right_role_carries_out_a_step(site: Site) -> None:
    site.warehouse.refused("orders", document(), status=403)
    order = site.order_desk.places()
    for verb in ("ship", "bill"):
        site.order_desk.refused(f"orders/{order['id']}/{verb}", {}, status=403)
    site.warehouse.refused(f"orders/{order['id']}/cancel", {"reason": "no"}, status=403)
    site.auditor.refused(f"orders/{order['id']}/ship", {}, status=403)
    assert site.order_desk.order(order)["version"] == order["version"]
    site.holds()


def test_what_the_clerk_invoices_in_bulk_moves_the_orders_too(site: Site) -> None:
    order = site.order_desk.places()
    site.warehouse.do(f"orders/{order['id']}/ship")
    assert len(site.ar_clerk.do("invoices:issue", {})["invoices"]) == 1
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "invoiced"
    (invoice,) = site.ar_clerk.invoices(order)
    site.ar_clerk.receives_money(invoice["gross_minor"], invoice)
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()
