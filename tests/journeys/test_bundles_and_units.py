"""Bundles are priced as one and move as their parts; boxes are ordered, pieces are shipped and invoiced."""

from tests.factories.pricing_orders import a_discount, rules
from tests.journeys.site import JSON, Site, minor, parts, quantities, receipt

TEA = ("TEA-FOR-TWO", "2")


def of(order: JSON, sku: str) -> JSON:
    return next(line for line in order["lines"] if line["sku"] == sku)


def test_a_bundle_ships_and_is_invoiced_as_its_parts(site: Site) -> None:
    order = site.order_desk.places(TEA, ("CANDLE-VAN", "1"))
    assert [line["sku"] for line in order["lines"]] == ["TEA-FOR-TWO", "MUG-BLUE", "MUG-RED", "TEAPOT-1L", "CANDLE-VAN"]
    bundle = of(order, "TEA-FOR-TWO")
    shares = [minor(line["net"]) for line in order["lines"] if line["part_of"] == bundle["line_no"]]
    assert (bundle["kind"], bundle["net"], sum(shares)) == ("bundle", "66.00", 6600)
    assert order["net"] == "70.95"
    assert minor(bundle["tax"]) == sum(minor(line["tax"]) for line in order["lines"] if line["part_of"])
    # Split by what the parts cost alone: 24.00, 6.50 and 6.50 of 37.00.
    assert sorted(shares) == [1159, 1160, 4281]
    site.holds()

    shipped = site.warehouse.do(f"orders/{order['id']}/ship", {"lines": parts(order, TEA_FOR_TWO="1")})
    assert quantities(shipped, "shipped") == {
        "TEA-FOR-TWO": "1", "MUG-BLUE": "1", "MUG-RED": "1", "TEAPOT-1L": "1", "CANDLE-VAN": "0",
    }  # fmt: skip
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    invoices = site.ar_clerk.invoices(order)
    assert sum(invoice["net_minor"] for invoice in invoices) == 7095
    lines = [line for invoice in invoices for line in site.ar_clerk.get(f"invoices/{invoice['id']}")["lines"]]
    named = [line["description"] for line in lines]
    assert sorted(named) == [
        "Candle vanilla",
        *["Stoneware mug blue (part of Tea for two)"] * 2,
        *["Stoneware mug red (part of Tea for two)"] * 2,
        *["Teapot one litre (part of Tea for two)"] * 2,
    ]
    site.holds()


def test_a_bundle_with_a_part_on_backorder_ships_what_is_there(site: Site) -> None:
    order = site.order_desk.places(("TEA-FOR-TWO", "300"), customer="C-1004")
    waiting = {sku: quantity for sku, quantity in quantities(order, "backordered").items() if quantity != "0"}
    assert {"TEA-FOR-TWO", "TEAPOT-1L"} <= waiting.keys()
    order = site.warehouse.do(f"orders/{order['id']}/ship")
    assert order["state"] == "partly_shipped"
    for sku in ("TEAPOT-1L", "MUG-RED", "MUG-BLUE"):
        site.warehouse.do("stock/receipts", {"receipts": [receipt(sku, "300", f"late:{sku}")]})
    site.works_by_itself()
    order = site.warehouse.do(f"orders/{order['id']}/ship")
    assert order["state"] == "shipped"
    assert quantities(order, "shipped")["TEA-FOR-TWO"] == "300"
    site.works_by_itself()
    assert sum(invoice["net_minor"] for invoice in site.ar_clerk.invoices(order)) == 300 * 3300
    site.holds()


def test_cancelling_and_returning_parts_moves_no_other_share(site: Site) -> None:
    order = site.order_desk.places(("TEA-FOR-TWO", "3"))
    before = {line["sku"]: (line["net"], line["tax"]) for line in order["lines"]}
    order = site.order_desk.do(
        f"orders/{order['id']}/cancel", {"reason": "One less", "lines": parts(order, TEA_FOR_TWO="1")}
    )
    assert quantities(order, "cancelled")["TEA-FOR-TWO"] == "1"
    order = site.order_desk.do(
        f"orders/{order['id']}/cancel", {"reason": "No teapot", "lines": parts(order, TEAPOT_1L="1")}
    )
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    site.warehouse.do(
        f"orders/{order['id']}/return", {"reason": "Broken", "restock": True, "lines": parts(order, MUG_RED="1")}
    )
    site.warehouse.do(
        f"orders/{order['id']}/return",
        {"reason": "All", "restock": True, "lines": parts(order, MUG_RED="1", MUG_BLUE="2")},
    )
    order = site.order_desk.order(order)
    assert {line["sku"]: (line["net"], line["tax"]) for line in order["lines"]} == before
    credited = sum(note["net_minor"] for note in site.ar_clerk.credit_notes(order))
    mugs = sum(minor(of(order, sku)["net"]) for sku in ("MUG-RED", "MUG-BLUE"))
    assert credited == mugs - round(minor(of(order, "MUG-RED")["net"]) / 3) - round(
        minor(of(order, "MUG-BLUE")["net"]) / 3
    )
    site.holds()


def test_a_box_is_ordered_and_pieces_are_shipped(site: Site) -> None:
    order = site.order_desk.do("orders", {
        "legal_entity": "UK01", "channel": "web", "customer": "C-1001", "currency": "GBP",
        "lines": [{"sku": "MUG-BLUE", "quantity": "2", "unit": "box"}, {"sku": "MUG-RED", "quantity": "3", "unit": "piece"}],
    })  # fmt: skip
    order = site.order_desk.order(order)
    boxes, pieces = order["lines"]
    assert (boxes["quantity"], boxes["ordered_quantity"], boxes["ordered_unit"], boxes["net"]) == (
        "24",
        "2",
        "box",
        "156.00",
    )
    assert (pieces["quantity"], pieces["ordered_unit"]) == ("3", None)
    order = site.warehouse.do(f"orders/{order['id']}/ship", {"lines": parts(order, MUG_BLUE="5")})
    assert quantities(order, "shipped") == {"MUG-BLUE": "5", "MUG-RED": "0"}
    site.works_by_itself()
    site.holds()


def test_an_agreed_price_is_one_of_the_ordered_unit(site: Site) -> None:
    order = site.order_desk.do("orders", {
        "legal_entity": "UK01", "channel": "edi", "customer": "C-1001", "currency": "GBP",
        "lines": [{"sku": "MUG-BLUE", "quantity": "2", "unit": "box", "unit_price": "70.01"}],
    })  # fmt: skip
    order = site.order_desk.order(order)
    (line,) = order["lines"]
    assert (line["unit_price"], line["price_per"], line["net"]) == ("70.01", "12", "140.02")
    for quantity in ("5", "7", "12"):
        site.warehouse.do(f"orders/{order['id']}/ship", {"lines": parts(order, MUG_BLUE=quantity)})
    site.works_by_itself()
    assert sum(invoice["net_minor"] for invoice in site.ar_clerk.invoices(order)) == 14002
    site.holds()


def test_a_free_bundle_is_reserved_shipped_and_given_back_as_its_parts(site: Site) -> None:
    gift = {"free_goods": [{"sku": "TEA-FOR-TWO", "quantity": "1", "per_quantity": "5"}]}
    rules(discounts=[a_discount("gift", gift, "whole", when='sku == "CANDLE-VAN"')])
    order = site.order_desk.places(("CANDLE-VAN", "10"), ("TEA-FOR-TWO", "1"))
    free = [line for line in order["lines"] if line["kind"] == "free"]
    assert {line["sku"]: (line["quantity"], line["reserved"], line["net"]) for line in free} == {
        "MUG-BLUE": ("2", "2", "0.00"), "MUG-RED": ("2", "2", "0.00"), "TEAPOT-1L": ("2", "2", "0.00"),
    }  # fmt: skip
    assert {line["price_source"] for line in free} == {"gift"}
    # Worth what two of the bundle cost.
    assert sum(minor(line["list"]) for line in free) == sum(minor(line["discount"]) for line in free) == 6600
    site.holds()
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    order = site.order_desk.order(order)
    assert {line["shipped"] for line in order["lines"] if line["kind"] == "free"} == {"2"}
    assert sum(invoice["net_minor"] for invoice in site.ar_clerk.invoices(order)) == minor(order["net"])
    mug = next(line for line in order["lines"] if line["kind"] == "free" and line["sku"] == "MUG-RED")
    back = {"reason": "Broken", "restock": True, "lines": [{"line_id": mug["id"], "quantity": "2"}]}
    site.warehouse.do(f"orders/{order['id']}/return", back)
    site.holds()
    order = site.order_desk.places(("CANDLE-VAN", "5"))
    order = site.order_desk.do(f"orders/{order['id']}/cancel", {"reason": "All", "lines": parts(order, CANDLE_VAN="5")})
    assert order["state"] == "cancelled"
    site.holds()
