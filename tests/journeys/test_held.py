"""Orders that a person must decide on: every reason is told at once, and each is accepted by who answers for it."""

from apps.masterdata.models import Product
from ordercash.kernel.remembered import forget_everything
from tests.journeys.site import JSON, Site, receipt


def codes(order: JSON) -> set[str]:
    """Return the reasons of an order's open case."""
    return {reason["code"] for reason in order["case"]["reasons"]}


def release(order: JSON, why: str = "Agreed by telephone") -> tuple[str, JSON]:
    """Return the request that releases an order."""
    return f"orders/{order['id']}/release", {"reason": why}


def test_an_order_held_for_several_reasons_is_released_by_who_may_accept_them_all(site: Site) -> None:
    # The customer has a limit of 50.00, and the calendar, of which two are left, is no longer sold.
    site.warehouse.do("stock/receipts", {"receipts": [receipt("OLD-CALENDAR", "2", "R-1")]})
    order = site.order_desk.places(("OLD-CALENDAR", "1"), ("TEAPOT-1L", "3"), customer="C-9002")
    assert order["state"] == "held"
    assert codes(order) == {"credit_limit_exceeded", "product_not_sellable"}
    assert {line["reserved"] for line in order["lines"]} == {"0"}
    site.holds()

    # Nobody ships it, its placer has no say, and neither role accepts what is the other's to accept.
    site.warehouse.refused(f"orders/{order['id']}/ship", {})
    site.order_desk.refused(*release(order), status=403)
    assert site.credit_controller.refused(*release(order))["reason"] == "not_yours_to_accept"
    assert site.order_approver.refused(*release(order))["reason"] == "not_yours_to_accept"
    site.credit_controller.refused(*release(order, ""), status=422)
    assert codes(site.order_desk.order(order)) == {"credit_limit_exceeded", "product_not_sellable"}

    # Who answers for both releases it; the case closes, and the order goes its way to the bank.
    order = site.with_roles("order_approver", "credit_approver").do(*release(order))
    assert (order["state"], order["case"]) == ("confirmed", None)
    assert {line["reserved"] for line in order["lines"]} >= {"3"}
    site.credit_controller.refused(*release(order))
    to_the_end(site, order)


def test_a_risk_of_credit_is_accepted_by_who_may_although_nothing_else_is_wrong(site: Site) -> None:
    order = site.order_desk.places(("TEAPOT-1L", "3"), customer="C-9002")
    assert codes(order) == {"credit_limit_exceeded"}
    assert site.order_approver.refused(*release(order))["reason"] == "not_yours_to_accept"
    assert site.order_desk.order(order)["state"] == "held"
    assert site.credit_approver.do(*release(order))["state"] == "confirmed"
    site.holds()


def test_nobody_releases_what_they_placed(site: Site) -> None:
    everything = site.with_roles("order_desk", "credit_approver", "credit_controller")
    order = everything.places(("TEAPOT-1L", "3"), customer="C-9002")
    assert everything.refused(*release(order))["reason"] == "own_order"
    # Not even after the obstacle is gone.
    customer = everything.get("customers", q="C-9002")["items"][0]
    everything.changes(f"customers/{customer['id']}/credit-limit", {"credit_limit": None})
    assert everything.refused(*release(order))["reason"] == "own_order"
    assert everything.order(order)["state"] == "held"
    assert site.credit_approver.do(*release(order))["state"] == "confirmed"
    site.holds()


def test_what_nobody_can_accept_is_put_right_first(site: Site) -> None:
    order = site.order_desk.places(("MUG-BLUE", "2"), customer="C-9003")
    assert codes(order) == {"address_incomplete"}
    assert site.order_approver.refused(*release(order))["reason"] == "address_incomplete"
    # The address without a street is taken out of use, a whole one takes its place.
    customer = site.order_desk.get("customers", q="C-9003")["items"][0]
    for known in site.order_desk.get(f"customers/{customer['id']}/addresses")["items"]:
        site.order_desk.deletes(f"addresses/{known['id']}")
    for kind in ("ship", "bill"):
        address = {"kind": kind, "name": "Nowhere", "line1": "1 New Road", "city": "Exeter", "country": "GB"}
        site.order_desk.do(f"customers/{customer['id']}/addresses", address)
    assert site.order_approver.do(*release(order))["state"] == "confirmed"
    site.holds()


def test_a_case_is_resolved_from_its_queue_with_the_same_rules(site: Site) -> None:
    order = site.order_desk.places(("MUG-BLUE", "2"), customer="C-9001")
    (case,) = site.credit_controller.get("cases", subject_kind="order")["items"]
    assert case["id"] == order["case"]["id"]
    site.order_desk.refused(f"cases/{case['id']}/resolve", {"verb": "release", "note": "Fine"}, status=403)
    site.credit_controller.do(f"cases/{case['id']}/claim")
    site.credit_controller.do(f"cases/{case['id']}/resolve", {"verb": "release", "note": "Paid this morning"})
    order = site.order_desk.order(order)
    assert (order["state"], order["case"]) == ("confirmed", None)
    to_the_end(site, order)


def test_free_goods_are_accepted_by_the_pricing_approver_and_close_without_money(site: Site) -> None:
    order = site.integration_engineer.places(
        channel="marketplace", lines=[{"sku": "MUG-BLUE", "quantity": "2", "unit_price": "0"}]
    )
    assert codes(order) == {"price_not_positive"}
    site.credit_approver.refused(*release(order))
    order = site.pricing_approver.do(*release(order, "A sample, promised at the fair"))
    assert (order["state"], order["gross"]) == ("confirmed", "0.00")
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()


def test_a_release_decides_again_on_todays_masters(site: Site) -> None:
    order = site.order_desk.places(("TEAPOT-1L", "3"), customer="C-9002")
    Product.objects.filter(sku="TEAPOT-1L").update(is_sellable=False)
    forget_everything()
    assert site.credit_approver.refused(*release(order))["reason"] == "not_yours_to_accept"
    Product.objects.filter(sku="TEAPOT-1L").update(is_sellable=True)
    forget_everything()
    assert site.credit_approver.do(*release(order))["state"] == "confirmed"
    site.holds()


def test_a_held_order_is_cancelled_as_a_whole(site: Site) -> None:
    order = site.order_desk.places(("TEAPOT-1L", "3"), ("MUG-BLUE", "1"), customer="C-9002")
    one_line = {"reason": "No", "lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}]}
    site.order_desk.refused(f"orders/{order['id']}/cancel", one_line)
    assert site.order_desk.order(order)["state"] == "held"
    order = site.order_desk.do(f"orders/{order['id']}/cancel", {"reason": "The customer gave up"})
    assert (order["state"], order["case"]) == ("cancelled", None)
    site.credit_controller.refused(*release(order))
    site.holds()


def to_the_end(site: Site, order: JSON) -> None:
    """Ship, invoice and pay an order; prove the books."""
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    invoices = site.ar_clerk.invoices(order)
    site.ar_clerk.receives_money(sum(row["gross_minor"] for row in invoices), *invoices)
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()
