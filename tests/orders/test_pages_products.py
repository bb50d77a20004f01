"""Products: their pages, and how they are found."""

from uuid import UUID, uuid4

import pytest
from django.test import Client

from apps.masterdata.contract import find_products, products_by_sku
from apps.masterdata.models import Product
from ordercash.kernel.sql import fetch, run
from ordercash.web.links import link_html
from tests.factories.orders import counted, place, ship
from tests.factories.pages import NASTY, shown, signed_in, words

pytestmark = pytest.mark.usefixtures("company")

VIEW = "masterdata.view_products"
STOCK, PRICES, ORDERS, BOOKS = (
    "inventory.view_stock",
    "pricing.view_prices",
    "orders.view_orders",
    "ledger.view_ledger",
)
ALL = (VIEW, STOCK, PRICES, ORDERS, BOOKS)


def page_of(sku: str = "MUG-BLUE") -> str:
    return f"/products/{product_id(sku)}/"


def product_id(sku: str) -> UUID:
    return products_by_sku([sku])[sku].id


@pytest.mark.parametrize("address", ["/products/", "/products/00000000-0000-0000-0000-000000000000/"])
def test_they_are_closed_to_others(address: str) -> None:
    assert Client().get(address).status_code == 302
    shown(signed_in(STOCK, ORDERS), address, 403)


def test_an_unknown_product_is_said_to_be_so() -> None:
    shown(signed_in(VIEW), f"/products/{uuid4()}/", 404)


def test_the_page_tells_stock_prices_and_orders() -> None:
    order = place(lines=[("MUG-BLUE", "3")])
    html = shown(signed_in(*ALL), page_of())
    text = words(html)
    for part in ("Stock by warehouse", "Prices in force", "Newest orders", "On hand", "Free", "Standard", "Opening"):
        assert part in text
    assert "Reserved 3 " in text
    assert f'href="/orders/{order.pk}/"' in html
    assert 'href="/journal/' in html


def test_a_bundle_shows_its_parts_and_a_part_its_bundles_and_units() -> None:
    bundle = words(shown(signed_in(*ALL), page_of("TEA-FOR-TWO")))
    for part in ("Parts", "TEAPOT-1L", "MUG-BLUE", "MUG-RED", "Bundle", "tableware"):
        assert part in bundle
    assert "Stock by warehouse" not in bundle
    mug = words(shown(signed_in(*ALL), page_of("MUG-BLUE")))
    assert "box of 12 piece" in mug
    assert "TEA-FOR-TWO" in mug


def test_what_waits_is_told() -> None:
    place(lines=[("MUG-BLUE", "600")])
    text = words(shown(signed_in(*ALL), page_of()))
    assert "Waiting for goods" in text
    assert "backordered" in text


def test_each_role_sees_only_its_part() -> None:
    order = place()
    parts = {STOCK: "Stock by warehouse", PRICES: "Prices in force", ORDERS: order.number}
    for held, own in parts.items():
        text = words(shown(signed_in(VIEW, held), page_of()))
        assert [part in text for part in parts.values()] == [part == own for part in parts.values()]
    assert "/journal/" not in shown(signed_in(VIEW, STOCK), page_of())


def test_a_service_has_no_stock_and_a_product_without_anything_says_so() -> None:
    assert "Stock by warehouse" not in words(shown(signed_in(*ALL), page_of("CARRIAGE")))
    Product.objects.create(sku="NEW-1", unit_id="piece", is_sellable=False)
    text = words(shown(signed_in(*ALL), page_of("NEW-1")))
    for said in ("No stock", "No price is in force", "No order yet", "Nothing has moved", "may not be sold"):
        assert said in text


def test_statements_do_not_grow_with_orders_and_movements() -> None:
    client = signed_in(*ALL)
    ship(place())
    shown(client, page_of())
    with counted() as one:
        shown(client, page_of())
    for _ in range(4):
        ship(place())
    with counted() as many:
        shown(client, page_of())
    assert len(many) == len(one)


def test_every_text_is_shown_as_text() -> None:
    Product.objects.filter(sku="MUG-BLUE").update(name=NASTY)
    client = signed_in(*ALL)
    for address in (page_of(), "/products/", "/search/?q=mug-blue"):
        html = shown(client, address)
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [("?q=mug-b", True), ("?q=%25", False), ("?kind=goods", True), ("?kind=service", False), ("?sellable=no", False)],
)
def test_the_list_finds_by_words_and_kind(query: str, found: bool) -> None:
    assert (page_of() in shown(signed_in(VIEW), f"/products/{query}")) is found


def test_one_search_box_finds_them_by_sku_and_word_for_those_who_may_see_them() -> None:
    Product.objects.create(sku="Zz-77", name="Ünique Walrus-shaped jug", unit_id="piece")
    assert [found.sku for found in find_products("zz-7")] == ["Zz-77"]
    for text in ("üniq", "jug wal", "SHAPED", "zz-77"):
        assert [found.sku for found in find_products(text)] == ["Zz-77"]
    for text in ("", " ", "%", "alrus", "z_", "!&|:*", "\x00"):
        assert find_products(text) == []
    assert page_of("Zz-77") in shown(signed_in(VIEW), "/search/?q=walr")
    assert page_of("Zz-77") not in shown(signed_in(ORDERS), "/search/?q=walr")


def test_skus_come_before_names_and_no_product_twice() -> None:
    for sku, name in (("QUX-2", "Qux two"), ("AAA-1", "A qux"), ("QUX-1", "")):
        Product.objects.create(sku=sku, name=name, unit_id="piece")
    assert [found.sku for found in find_products("qux")] == ["QUX-1", "QUX-2", "AAA-1"]
    assert [found.sku for found in find_products("qux", limit=2)] == ["QUX-1", "QUX-2"]


def test_the_search_goes_by_indexes() -> None:
    plans = [
        "SELECT id FROM masterdata_product p WHERE upper(p.sku) LIKE upper('mug%%') ORDER BY upper(p.sku) USING ~<~ LIMIT 8",
        "SELECT id FROM masterdata_product WHERE to_tsvector('simple'::regconfig, name) @@ to_tsquery('simple'::regconfig, 'mug:*')",
    ]
    # What can be read by an index is, however few rows the tables of a test have.
    for way in ("seqscan", "sort"):
        run(f"SET enable_{way} = off")
    try:
        told = ["\n".join(row[0] for row in fetch(f"EXPLAIN {plan}")) for plan in plans]
    finally:
        for way in ("seqscan", "sort"):
            run(f"RESET enable_{way}")
    assert "product_sku_beginning" in told[0] and "Sort" not in told[0]
    assert "product_name_words" in told[1]


def test_skus_are_links() -> None:
    order = place()
    client = signed_in(*ALL)
    for address in (f"/orders/{order.pk}/", "/stock/"):
        assert f'href="{page_of()}"' in shown(client, address)
    assert "MUG-BLUE" in link_html("product", product_id("MUG-BLUE"))
