"""Less in stock than ordered: what is there ships at once, the rest waits for goods, and two invoices make up the order."""

from tests.journeys.site import Site, line_of, minor, parts, quantities, receipt


def test_the_rest_ships_when_goods_arrive_and_two_invoices_sum_to_the_order(site: Site) -> None:
    # Twelve wall clocks lie in the warehouse, twenty are wanted, with seven mugs; at odd quantities the tax does not divide evenly.
    order = site.order_desk.places(("CLOCK-WALL", "20"), ("MUG-BLUE", "7"), customer="C-1004")
    assert order["state"] == "confirmed"
    assert quantities(order, "reserved") == {"CLOCK-WALL": "12", "MUG-BLUE": "7"}
    assert quantities(order, "backordered") == {"CLOCK-WALL": "8", "MUG-BLUE": "0"}

    # What is there leaves, and is invoiced.
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    order = site.order_desk.order(order)
    assert order["state"] == "partly_shipped"
    assert quantities(order, "shipped") == {"CLOCK-WALL": "12", "MUG-BLUE": "7"}
    assert len(site.ar_clerk.invoices(order)) == 1
    site.holds()

    # Clocks come in; the waiting line is filled by itself, and nobody had to look for it.
    site.warehouse.do("stock/receipts", {"receipts": [receipt("CLOCK-WALL", "30", "R-1")]})
    site.works_by_itself()
    order = site.order_desk.order(order)
    assert quantities(order, "reserved") == {"CLOCK-WALL": "8", "MUG-BLUE": "0"}
    site.holds()

    # The rest leaves; both invoices are paid with one transfer.
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    order = site.order_desk.order(order)
    assert order["state"] == "invoiced"
    invoices = site.ar_clerk.invoices(order)
    assert len(invoices) == 2
    assert sum(row["net_minor"] for row in invoices) == minor(order["net"])
    # Each invoice rounds its own tax (EN 16931 BR-CO-17), and shows the difference from the tax that was frozen.
    billed = sum(row["gross_minor"] for row in invoices)
    assert billed - minor(order["gross"]) == sum(row["tax_difference_minor"] for row in invoices)
    site.ar_clerk.receives_money(billed, *invoices)
    site.works_by_itself()
    assert site.order_desk.order(order)["state"] == "closed"
    site.holds()


def test_an_order_ships_line_by_line_and_its_shares_sum_to_its_lines(site: Site) -> None:
    order = site.order_desk.places(("RIBBON-SATIN", "10.01"), ("CANDLE-VAN", "7"))
    for ribbon, candles in (("3.33", "2"), ("3.33", "2"), ("3.35", "3")):
        lines = parts(order, RIBBON_SATIN=ribbon, CANDLE_VAN=candles)
        site.warehouse.do(f"orders/{order['id']}/ship", {"lines": lines})
        site.works_by_itself()
    order = site.order_desk.order(order)
    assert order["state"] == "invoiced"
    invoices = [site.ar_clerk.get(f"invoices/{row['id']}") for row in site.ar_clerk.invoices(order)]
    assert len(invoices) == 3
    for line in order["lines"]:
        shares = [share["net_minor"] for row in invoices for share in row["lines"] if share["line_id"] == line["id"]]
        assert sum(shares) == minor(line["net"])
    site.holds()


def test_goods_go_to_who_has_waited_longest(site: Site) -> None:
    first = site.order_desk.places(("CLOCK-WALL", "15"), customer="C-1004", ordered_at="2026-03-03T09:00:00Z")
    second = site.order_desk.places(("CLOCK-WALL", "4"), customer="C-1004", ordered_at="2026-03-04T09:00:00Z")
    site.warehouse.do("stock/receipts", {"receipts": [receipt("CLOCK-WALL", "5", "R-1")]})
    site.works_by_itself()
    assert quantities(site.order_desk.order(first), "backordered") == {"CLOCK-WALL": "0"}
    assert quantities(site.order_desk.order(second), "backordered") == {"CLOCK-WALL": "2"}
    site.holds()


def test_more_than_is_reserved_does_not_ship(site: Site) -> None:
    order = site.order_desk.places(("CLOCK-WALL", "20"), customer="C-1004")
    too_many = {"lines": [{"line_id": line_of(order, "CLOCK-WALL"), "quantity": "13"}]}
    site.warehouse.refused(f"orders/{order['id']}/ship", too_many)
    assert quantities(site.order_desk.order(order), "shipped") == {"CLOCK-WALL": "0"}
    site.holds()
