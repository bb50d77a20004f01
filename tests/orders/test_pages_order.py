"""One order: what its page shows to whom, and its verbs."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.billing.models import Invoice
from apps.exceptions.models import Case
from apps.inventory.models import Backorder, Shipment
from apps.masterdata.models import Customer, ExchangeRate
from apps.orders.models import IntakeDocument, IntakeRow, Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.rulebooks.models import Decision, RulebookVersion
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from tests.factories.orders import LATER, NOW, bill, counted, place, ship
from tests.factories.pages import NASTY, shown, signed_in, told, words

pytestmark = pytest.mark.usefixtures("company")

VIEW = "orders.view_orders"
MONEY = ("billing.view_invoices", "billing.view_payments")
EVERYTHING = (VIEW, *MONEY, "ledger.view_ledger", "inventory.view_stock", "exceptions.view_cases")
VERBS = {
    "release": {"reason": "Because"},
    "cancel": {"reason": "Because"},
    "ship": {"ship-attempt": str(uuid4())},
    "bill": {},
}


def page_of(order: Order) -> str:
    return f"/orders/{order.pk}/"


def held() -> Order:
    return place(lines=[("OLD-CALENDAR", "1"), ("MUG-BLUE", "1")])


def state(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def test_it_is_closed_to_others_and_unknown_orders_are_said_to_be_so() -> None:
    order = place()
    assert Client().get(page_of(order)).status_code == 302
    shown(signed_in("ledger.view_ledger"), page_of(order), 403)
    shown(signed_in(VIEW), f"/orders/{uuid4()}/", 404)
    shown(signed_in(VIEW), f"/orders/{order.pk}/lines/99/", 404)


def test_it_shows_lines_money_documents_books_and_story() -> None:
    order = place(purchase_order="PO-7", customer="C-1004", lines=[("CLOCK-WALL", "15"), ("MUG-BLUE", "10")])
    line = order.lines.get(line_no=2)
    ship(order, lines={line.pk: Decimal(4)})
    bill(order)
    text = words(shown(signed_in(*EVERYTHING), page_of(order)))
    assert "Partly shipped" in text
    assert "PO-7" in text
    number = Invoice.objects.get().number
    assert text.count(str(number)) >= 2
    for sentence in ("Confirmed: priced, taxed and reserved", "Shipment left the warehouse", "Invoice issued"):
        assert sentence in text
    assert "Trade receivables" in text
    assert "Nothing is paid yet" in text
    assert f"open {Invoice.objects.get().open_minor / 100:,.2f}" in text


def test_a_line_names_the_version_that_priced_it() -> None:
    order = place()
    decision = Decision.objects.get(subject_id=order.pk)
    version = RulebookVersion.objects.get(sha256=decision.version_sha256)
    line = f"/orders/{order.pk}/lines/1/"
    text = shown(signed_in(*EVERYTHING, "rulebooks.view_decisions"), line)
    assert f"/rulebooks/versions/{version.pk}/" in text
    assert bytes(version.sha256).hex()[:12] in text
    assert f"/rulebooks/decisions/{decision.pk}/" in text
    assert "/rulebooks/decisions/" not in shown(signed_in(VIEW), line)


def test_each_role_sees_only_its_part() -> None:
    order = place()
    ship(order)
    bill(order)
    text = words(shown(signed_in(VIEW), page_of(order)))
    assert "Shipped" in text
    for hidden in (
        "Invoices and credit notes",
        "Invoice issued",
        "INV-",
        "Paid",
        "Payments",
        "Journal",
        "Trade receivables",
    ):
        assert hidden not in text
    assert "Journal" not in words(shown(signed_in(VIEW, *MONEY), page_of(order)))


def test_a_held_order_tells_why_to_those_who_may_see_cases() -> None:
    order = held()
    text = words(shown(signed_in(VIEW, "exceptions.view_cases"), page_of(order)))
    assert "Why it is held" in text
    assert "The product is not sold any more" in text
    assert "Why it is held" not in shown(signed_in(VIEW), page_of(order))


def test_an_order_over_the_limit_tells_by_how_much() -> None:
    order = place(customer="C-9002", lines=[("TEAPOT-1L", "12")])
    over = f"over {order.gross_minor / 100 - 50:.2f} GBP, used 0.00 GBP, limit 50.00 GBP"
    client = signed_in(*EVERYTHING)
    assert over in words(shown(client, page_of(order)))
    case = Case.objects.get()
    text = words(shown(client, f"/cases/{case.pk}/"))
    assert over in text
    assert f"Order {order.number}" in text


def test_a_line_explains_its_price_and_tax() -> None:
    order = place()
    client = signed_in(VIEW, "inventory.view_stock")
    text = words(shown(client, f"{page_of(order)}lines/1/"))
    assert "no price was agreed" in text
    assert "GBP-BASE" in text
    assert "Standard rated, 20 %" in text
    assert "UK-MAIN" in text
    panel = shown(client, f"{page_of(order)}lines/1/", **{"HX-Request": "true"})
    assert "<html" not in panel
    assert "Why it costs this" in panel


def test_lines_that_came_in_another_order_keep_their_own_explanation() -> None:
    lines: list[Any] = [
        {"line_no": 20, "sku": "MUG-BLUE", "quantity": "1"},
        {"line_no": 10, "sku": "TEAPOT-1L", "quantity": "2"},
    ]
    order = place(lines=lines)
    text = words(shown(signed_in(VIEW), f"{page_of(order)}lines/10/"))
    assert "2 x 24.00" in text
    assert "GBP 24.00" in text.partition("Price list for everybody")[2].partition("Net")[0]


def test_rows_of_its_file_that_could_not_be_used_stand_there_as_they_came() -> None:
    order = held()
    document = IntakeDocument.objects.create(
        name="orders.csv", sha256=b"1" * 32, mapping_name="shop", mapping_sha256=b"2" * 32,
        legal_entity_id=order.legal_entity_id, started_at=NOW,
    )  # fmt: skip
    IntakeRow.objects.create(
        document=document, row_number=7, subject_kind="order", subject_id=order.pk, code="row_unusable", detail=NASTY,
        raw={"Quantity": "-1", "Text": NASTY},
    )  # fmt: skip
    html = shown(signed_in(VIEW), page_of(order))
    assert "Rows of the file that could not be used" in html
    assert "Quantity -1" in words(html)
    assert "<script>alert(1)" not in html


def test_every_text_is_shown_as_text() -> None:
    Customer.objects.filter(code="C-1001").update(name=NASTY)
    address = {"name": NASTY[:60], "line1": NASTY[:60], "city": NASTY[:60], "postal_code": "<b>1</b>", "country": "GB"}
    line = {"sku": "MUG-BLUE", "quantity": "1", "description": NASTY}
    order = place(
        external_number=NASTY[:60],
        purchase_order=NASTY[:60],
        ship_to=address,
        lines=[line, line | {"sku": "TIN-RETRO"}],
    )
    cancel_orders([CancelOrder(order.pk)], reason=NASTY, actor=SYSTEM, now=NOW)
    for address_of_page in (page_of(order), f"{page_of(order)}lines/1/", f"{page_of(order)}cancel-lines/"):
        html = shown(signed_in(*EVERYTHING, "orders.cancel_orders"), address_of_page)
        assert "<script>alert(1)" not in html
        assert "<b>1</b>" not in html
        assert "{{ 7|add:7 }}" in words(html) or "Nothing of this order is open" in html


def test_statements_do_not_grow_with_the_lines() -> None:
    client = signed_in(*EVERYTHING)
    small = place(lines=[("MUG-BLUE", "1")])
    large = place(
        customer="C-1004", lines=[(sku, "1") for sku in ("MUG-BLUE", "BAG-JUTE", "TIN-RETRO", "CANDLE-VAN") * 20]
    )
    for order in (small, large):
        ship(order)
    bill(small, large)
    shown(client, page_of(small))
    with counted() as few:
        shown(client, page_of(small))
    with counted() as many:
        shown(client, page_of(large))
    assert len(many) == len(few)
    assert len(few) < 40


def test_a_long_order_is_shown_in_parts() -> None:
    order = place(customer="C-1004", lines=[("MUG-BLUE", "1")] * 230)
    client = signed_in(VIEW)
    first = words(shown(client, page_of(order)))
    assert "1 to 200 of 230" in first
    rest = words(shown(client, f"{page_of(order)}?lines_from=200"))
    assert "201 to 230 of 230" in rest
    assert "230 lines" in rest
    shown(client, f"{page_of(order)}?lines_from=99999999999999")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_without_its_permission_does_nothing(verb: str) -> None:
    order = held() if verb == "release" else place()
    if verb == "bill":
        ship(order)
    before = (state(order), Shipment.objects.count(), Invoice.objects.count())
    answer = signed_in(*EVERYTHING).post(page_of(order), {"verb": verb, **VERBS[verb]})
    assert answer.status_code == 403
    assert (state(order), Shipment.objects.count(), Invoice.objects.count()) == before


def test_an_unknown_verb_is_not_found() -> None:
    assert signed_in(*EVERYTHING).post(page_of(place()), {"verb": "explode"}).status_code == 404


def test_a_held_order_is_released_with_a_reason() -> None:
    order = held()
    client = signed_in(VIEW, "orders.release_orders", "orders.accept_content")
    assert "Please give a reason" in told(client, page_of(order), verb="release")
    assert state(order) == "held"
    assert "The order is released." in told(client, page_of(order), verb="release", reason="Sold off")
    assert state(order) == "confirmed"
    assert "“Sold off”" in words(shown(client, page_of(order)))


def test_what_the_releaser_may_not_accept_stays_held() -> None:
    order = held()
    assert "Another role must accept" in told(
        signed_in(VIEW, "orders.release_orders"), page_of(order), verb="release", reason="Please"
    )
    assert state(order) == "held"


def test_an_order_is_shipped_once_however_often_the_form_is_sent() -> None:
    order = place()
    client = signed_in(VIEW, "orders.ship_orders")
    wanted = {"verb": "ship", "ship-carrier": "Royal Mail", "ship-tracking": "RM-1", "ship-attempt": str(uuid4())}
    assert "Shipped: " in told(client, page_of(order), **wanted)
    told(client, page_of(order), **wanted)
    assert Shipment.objects.get().tracking == "RM-1"
    assert state(order) == "shipped"
    assert client.post(page_of(order), {"verb": "ship", "ship-attempt": "nonsense"}).status_code == 422


def test_shipped_goods_are_invoiced_now() -> None:
    order = place()
    client = signed_in(VIEW, "orders.bill_orders")
    ship(order)
    assert "Issued: INV-" in told(client, page_of(order), verb="bill")
    assert state(order) == "invoiced"


def test_a_delivery_that_cannot_be_invoiced_says_why() -> None:
    ExchangeRate.objects.all().delete()
    forget_everything()
    order = place(customer="C-1004", currency="EUR")
    ship(order)
    answer = signed_in(VIEW, "orders.bill_orders").post(page_of(order), {"verb": "bill"}, follow=True)
    assert "No rate EUR to GBP" in answer.content.decode()
    assert state(order) == "shipped"


def test_the_whole_order_is_cancelled() -> None:
    order = place()
    assert "What was open is cancelled." in told(
        signed_in(VIEW, "orders.cancel_orders"), page_of(order), verb="cancel", reason="Changed their mind"
    )
    assert state(order) == "cancelled"


# -- verbs on quantities -----------------------------------------------------------------------------------------------

PARTS = {"ship": "orders.ship_orders", "cancel-lines": "orders.cancel_orders", "take-back": "orders.return_goods"}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_closed_to_others_and_says_when_there_is_nothing(part: str) -> None:
    order = held() if part != "take-back" else place()
    others = set(PARTS.values()) - {PARTS[part]}
    assert signed_in(VIEW, *others).get(f"{page_of(order)}{part}/").status_code == 403
    assert signed_in(VIEW, *others).post(f"{page_of(order)}{part}/", {"verb": part}).status_code == 403
    assert "oc-empty" in shown(signed_in(VIEW, PARTS[part]), f"{page_of(order)}{part}/")


def test_parts_are_shipped_from_a_warehouse() -> None:
    order = place(lines=[("MUG-BLUE", "10"), ("TEAPOT-1L", "2")])
    client = signed_in(VIEW, "orders.ship_orders")
    address = f"{page_of(order)}ship/"
    assert 'value="10"' in shown(client, address)
    wanted = {
        "verb": "ship",
        "ship-attempt": str(uuid4()),
        "ship-line_1": "4",
        "ship-line_2": "0",
        "ship-carrier": "DHL",
    }
    assert "Shipped: " in told(client, address, **wanted)
    assert state(order) == "partly_shipped"
    assert Shipment.objects.get().lines.get().quantity == 4


@pytest.mark.parametrize(
    ("quantity", "why"),
    [("11", "less than or equal to 10"), ("-1", "greater than or equal to 0"), ("1.5", "no more than 0 decimal"),
     ("x", "Enter a number"), ("", "at least one line")],
)  # fmt: skip
def test_a_quantity_that_cannot_be_is_named_and_nothing_ships(quantity: str, why: str) -> None:
    order = place(lines=[("MUG-BLUE", "10")])
    answer = signed_in(VIEW, "orders.ship_orders").post(
        f"{page_of(order)}ship/", {"verb": "ship", "ship-attempt": str(uuid4()), "ship-line_1": quantity}
    )
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not Shipment.objects.exists()


def test_quantities_of_lines_are_cancelled_those_that_wait_first() -> None:
    order = place(customer="C-1004", lines=[("CLOCK-WALL", "15")])
    assert Backorder.objects.get().quantity == 3
    wanted = {"verb": "cancel_lines", "cancel_lines-attempt": str(uuid4()), "cancel_lines-line_1": "3"}
    address = f"{page_of(order)}cancel-lines/"
    client = signed_in(VIEW, "orders.cancel_orders")
    assert client.post(address, wanted).status_code == 422
    # A form that is sent twice, by a second click or by a browser that lost the answer, takes no second part.
    for _ in range(2):
        assert "The quantities are cancelled." in told(client, address, **wanted, **{"cancel_lines-reason": "Too many"})
        assert not Backorder.objects.exists()
        assert order.lines.get().cancelled_quantity == 3


def test_a_form_that_comes_again_is_answered_as_before_though_nothing_is_open() -> None:
    order = place(lines=[("MUG-BLUE", "5")])
    address, client = f"{page_of(order)}cancel-lines/", signed_in(VIEW, "orders.cancel_orders")
    sent = {"verb": "cancel_lines", "cancel_lines-attempt": str(uuid4()), "cancel_lines-reason": "Too many"}
    for _ in range(2):
        assert "The quantities are cancelled." in told(client, address, **sent, **{"cancel_lines-line_1": "3"})
    assert "This form was sent before" in told(client, address, **sent, **{"cancel_lines-line_1": "1"})
    sent["cancel_lines-attempt"] = str(uuid4())
    for _ in range(2):
        assert "The quantities are cancelled." in told(client, address, **sent, **{"cancel_lines-line_1": "2"})
    sent["cancel_lines-attempt"] = "no uuid"
    assert client.post(address, {**sent, "cancel_lines-line_1": "1"}).status_code == 422
    assert order.lines.get().cancelled_quantity == 5


def test_goods_are_taken_back_and_credited() -> None:
    order = place(lines=[("MUG-BLUE", "10")])
    ship(order)
    bill(order)
    client = signed_in(VIEW, "orders.return_goods", *MONEY)
    wanted = {
        "verb": "take_back", "take_back-attempt": str(uuid4()), "take_back-line_1": "4", "take_back-reason": "Broken",
        "take_back-restock": "on",
    }  # fmt: skip
    address = f"{page_of(order)}take-back/"
    assert "The goods are back and credited." in told(client, address, **wanted)
    told(client, address, **wanted)
    assert Invoice.objects.filter(kind="credit_note").count() == 1
    text = words(shown(client, page_of(order)))
    assert "What came back" in text
    assert "credited 31.20" in text


def test_goods_that_are_not_invoiced_are_not_taken_back() -> None:
    order = place(lines=[("MUG-BLUE", "10")])
    ship(order, at=LATER)
    wanted = {
        "verb": "take_back",
        "take_back-attempt": str(uuid4()),
        "take_back-line_1": "4",
        "take_back-reason": "Broken",
    }
    answer = told(signed_in(VIEW, "orders.return_goods"), f"{page_of(order)}take-back/", **wanted)
    assert "invoice shipped goods first" in answer
    assert not Invoice.objects.exists()
