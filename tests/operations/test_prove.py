"""The proof itself: in a small finished world each equality is broken once by a hand that passes every guard by, and is seen."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps.billing.contract import PaymentDraft
from apps.billing.models import Invoice
from apps.billing.services import record_payments
from apps.inventory.contract import AdjustmentDraft, warehouses
from apps.inventory.decisions.facts.revaluing import Revaluation
from apps.inventory.decisions.facts.supplies import SupplyArrival, SupplyDraft
from apps.inventory.services.desk import adjust_stock, announce_goods, receive_goods
from apps.inventory.services.revaluing import revalue_stock
from apps.masterdata.contract import products_by_sku
from apps.operations.selectors.proofs import proof_runs
from apps.operations.selectors.prove import FOLDER, Proof, prove
from apps.orders.contract import ReturnDraft, ReturnLineDraft, announce_returns
from apps.orders.models import Order
from apps.orders.services.bill import close_settled_orders
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.orders.services.give_back import GiveBack, give_back
from apps.orders.services.returns import process_returns
from apps.pricing.services.rebate_agreements import RebateDraft, approve_rebate, draft_rebates
from apps.pricing.services.rebate_settlements import settle_rebate
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes
from tests.factories.inventory import joined
from tests.factories.orders import LATER, NOW, bill, place, ship
from tests.factories.pricing_orders import a_coupon, a_discount, rules
from tests.factories.rebates import APPROVER, deliver
from tests.operations.mutations import MUTATIONS

AT = NOW + timedelta(hours=3)
CLOCKS = [("CLOCK-WALL", "4"), ("CARRIAGE", "1")]


@pytest.fixture
def world(company: None) -> None:
    """Orders in every state, with a credit note, money left over, a count, and a return that found no sale."""
    paid = _order("paid")
    ship(paid)
    bill(paid)
    _pay(paid, extra=500)
    _take_back(paid, "1")
    unpaid = _order("unpaid")
    ship(unpaid)
    bill(unpaid)
    returned = _order("returned", lines=[("BAG-JUTE", "3")])
    ship(returned)
    bill(returned)
    _take_back(returned, "3")
    close_settled_orders([paid.pk, returned.pk], actor=SYSTEM, now=AT)
    ship(_order("delivered"))
    _receive_in_parts()
    partly = _order("partly")
    ship(partly)
    bill(partly)
    _order("open", lines=[("MUG-BLUE", "3")])
    _order("held", customer="C-9001")
    cancel_orders([CancelOrder(_order("cancelled").pk)], reason="Ordered twice", actor=SYSTEM, now=AT)
    _discounted()
    _count()
    _rebates(paid, unpaid, returned)
    _return_nothing_sold(paid)


def _receive_in_parts() -> None:
    """Let a part of a supply come."""
    product, house = products_by_sku(["BAG-JUTE"])["BAG-JUTE"], next(iter(warehouses().values()))
    wanted = SupplyDraft(house.id, product.id, Decimal(9), Decimal(1), AT, "PO-1/1", number="PO-1", status="confirmed")
    supply = announce_goods(drafts=[wanted], actor=SYSTEM, now=AT).supplies[0]
    receive_goods(arrivals=[SupplyArrival(supply.id, Decimal(4), AT, "G-1/1")], actor=SYSTEM, now=AT)


def _order(name: str, customer: str = "C-1004", lines: list[tuple[str, str]] | None = None) -> Order:
    return place(customer=customer, lines=lines or CLOCKS, external_number=name)


def _pay(order: Order, *, extra: int) -> None:
    invoice = Invoice.objects.get(order_id=order.pk, kind="invoice")
    money = PaymentDraft(
        source_ref="bank:1", legal_entity_id=invoice.legal_entity_id, currency="GBP",
        amount_minor=invoice.gross_minor + extra, method="transfer", received_at=AT, customer_id=invoice.customer_id,
        invoice_ids=[invoice.pk],
    )  # fmt: skip
    record_payments(drafts=[money], actor=SYSTEM)


def _take_back(order: Order, quantity: str) -> None:
    line = order.lines.earliest("line_no")
    wanted = GiveBack(order.pk, f"back:{order.pk}", {line.pk: Decimal(quantity)}, True, "Broken")
    assert give_back(wanted, actor=SYSTEM, now=AT) == ()


def _count() -> None:
    place, mug = warehouses(), products_by_sku(["MUG-RED"])["MUG-RED"]
    main = next(item for item in place.values() if item.code == "UK-MAIN")
    adjust_stock(adjustments=[AdjustmentDraft(main.id, mug.id, Decimal(-2), AT, "count:1", "Broken")], actor=SYSTEM)
    worth_less = Revaluation(main.id, mug.id, Decimal("0.5"), AT, "value:1", "Out of fashion")
    assert joined(lambda: revalue_stock([worth_less], actor=SYSTEM)).made == ["value:1"]


def _discounted() -> None:
    """An order with a coupon, a discount on the order shared by two lines, and a gift; a cancelled one that gave its use back."""
    rules(
        discounts=[
            a_discount("fair", {"percent": "10"}, coupon="FAIR"),
            a_discount("whole", {"amount": {"GBP": "1.01"}}, "whole", coupon="FAIR"),
            a_discount("gift", {"free_goods": [{"sku": "MUG-BLUE", "quantity": "1"}]}, "whole", coupon="FAIR"),
        ]
    )
    a_coupon("FAIR26", "FAIR", NOW - timedelta(days=1), most_total=5)
    lines = [("MUG-BLUE", "1"), ("MUG-BLUE", "2")]
    cancelled = place(customer="C-1004", lines=lines, external_number="given back", coupons=["fair26"])
    cancel_orders([CancelOrder(cancelled.pk)], reason="No more", actor=SYSTEM, now=AT)
    place(customer="C-1004", lines=lines, external_number="discounted", coupons=["fair26"])


def _rebates(*orders: Order) -> None:
    """An agreement with a tier that the second invoice reaches, what came back taken off, and a part settled."""
    first = orders[0]
    draft = RebateDraft(
        "RB-1", first.legal_entity_id, "GBP", date(2026, 1, 1), ((Decimal(1), Decimal(1)), (Decimal(120), Decimal("2.5"))), "monthly",
        customer_id=first.customer_id,
    )  # fmt: skip
    (row,) = draft_rebates([draft], actor=SYSTEM, now=AT)
    approve_rebate(row.pk, actor=APPROVER, now=AT)
    for order in orders:
        documents = Invoice.objects.filter(order_id=order.pk, kind="invoice").values_list("id", flat=True)
        deliver(*documents, now=AT)
    settle_rebate(row.pk, actor=SYSTEM, now=AT)
    deliver(*Invoice.objects.filter(kind="credit_note").values_list("id", flat=True), now=AT)


def _return_nothing_sold(order: Order) -> None:
    teapot = products_by_sku(["TEAPOT-1L"])["TEAPOT-1L"]
    line = ReturnLineDraft(1, teapot.id, "", Decimal(1), Decimal(24), AT)
    draft = ReturnDraft("r:1", "R-1", order.legal_entity_id, order.customer_id, "GBP", "broken", AT, [line])
    writes(announce_returns)([draft], now=AT)
    process_returns(until=LATER, limit=10, actor=SYSTEM, now=AT)


def test_the_world_is_as_its_name_says_and_holds(world: None) -> None:
    states = dict(Order.objects.values_list("external_number", "state"))
    assert states == {
        "paid": "closed", "unpaid": "invoiced", "partly": "partly_shipped", "delivered": "shipped", "open": "confirmed",
        "held": "held", "cancelled": "cancelled", "returned": "closed", "discounted": "confirmed", "given back": "cancelled",
    }  # fmt: skip
    proof = prove()
    assert proof.holds, _broken(proof)


def test_every_equality_is_broken_by_some_hand() -> None:
    assert {path.name[:2] for path in FOLDER.glob("*.sql")} == {mutation.code for mutation in MUTATIONS}


@pytest.mark.parametrize("code", sorted({mutation.code for mutation in MUTATIONS}))
def test_a_broken_equality_is_seen_and_nothing_else_is_blamed(world: None, code: str) -> None:
    for mutation in MUTATIONS:
        if mutation.code == code:
            broken = _broken_by(mutation.sql)
            assert broken.keys() == {code, *mutation.others.split()}, (mutation.statement, broken)
            assert all(re.fullmatch(mutation.names, ref) for ref in broken[code]), (mutation.statement, broken)
    assert prove().holds


def test_the_command_says_what_is_broken_and_fails(world: None) -> None:
    out = StringIO()
    call_command("prove", "--json", stdout=out)
    assert orjson.loads(out.getvalue())["holds"] is True
    kept = proof_runs(1)[0]
    assert (kept.verdict, kept.done, kept.is_under_way) == (
        "holds",
        len(orjson.loads(out.getvalue())["equalities"]),
        False,
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_creditexposure SET orders_minor = orders_minor + 1")
    out = StringIO()
    with pytest.raises((CommandError, SystemExit)):
        call_command("prove", "--json", stdout=out)
    document = orjson.loads(out.getvalue())
    assert [item["code"][:2] for item in document["equalities"] if not item["holds"]] == ["09"]


def _broken_by(statement: str) -> dict[str, list[str]]:
    """Run a statement past every trigger, prove, and take it back; returns the rows named by every broken equality."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement)
            assert cursor.rowcount > 0, statement
        proof = prove()
        transaction.set_rollback(True)
    return _broken(proof)


def _broken(proof: Proof) -> dict[str, list[str]]:
    return {item.code[:2]: [row.ref for row in item.rows] for item in proof.equalities if not item.holds}
