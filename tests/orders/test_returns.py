"""Returns that were announced, as files bring them: credited at their own time against the right sale, or held as a case."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from apps.billing.models import Invoice, InvoiceLine
from apps.exceptions.contract import case_of
from apps.ledger.models import Account, Period
from apps.masterdata.contract import products_by_sku
from apps.masterdata.models import Customer, LegalEntity
from apps.operations.selectors.prove import prove
from apps.orders.models import Order, ReturnLine
from apps.orders.services.give_back import GiveBack
from apps.orders.services.give_back import give_back as give_back_goods
from apps.orders.services.reconsider import dismiss_returns, retry_returns
from apps.orders.services.returns import ReturnDraft, ReturnLineDraft, announce_returns, process_returns
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.transactions import writes
from tests.factories.orders import LATER, NOW, bill, counted, place, ship

pytestmark = pytest.mark.usefixtures("company")

AT = NOW + timedelta(hours=5)


def sell(quantity: str, price: str, currency: str = "GBP") -> Order:
    """Sell candles to the council at an agreed price, and invoice them."""
    line = {"sku": "CANDLE-VAN", "quantity": quantity, "unit_price": price}
    order = place(customer="C-1004", channel="marketplace", currency=currency, lines=[line])
    ship(order)
    bill(order)
    return order


def give_back(
    *lines: tuple[str, str],
    ref: str = "r:1",
    currency: str = "GBP",
    known: bool = True,
    entity: str = "UK01",
    now: datetime = AT,
) -> ReturnDraft:
    """Announce the return of (quantity, price) lines, and let it be decided."""
    candle = products_by_sku(["CANDLE-VAN"])["CANDLE-VAN"].id
    customer = Customer.objects.get(code="C-1004").pk if known else None
    drafts = [
        ReturnLineDraft(number, candle, "", Decimal(quantity), Decimal(price), AT)
        for number, (quantity, price) in enumerate(lines, start=1)
    ]
    entity_id = LegalEntity.objects.get(code=entity).pk
    draft = ReturnDraft(ref, ref.upper(), entity_id, customer, currency, "broken", AT, drafts)
    writes(announce_returns)([draft], now=AT)
    while process_returns(until=LATER, limit=100, actor=SYSTEM, now=now):
        pass
    return draft


def states() -> list[tuple[str, str]]:
    """Return state and hold code of every return line."""
    return list(ReturnLine.objects.order_by("request__source_ref", "line_no").values_list("state", "hold_code"))


def test_single_units_at_a_price_of_three_decimals_give_back_exactly_what_was_sold() -> None:
    sell("10", "0.335")
    give_back(*[("1", "0.335")] * 10)
    assert states() == [("credited", "")] * 10
    sold = InvoiceLine.objects.get(credits_line=None)
    assert sold.credited_minor == sold.net_minor == 335
    assert ReturnLine.objects.aggregate(Sum("net_minor"))["net_minor__sum"] == 335
    assert prove().holds


def test_a_lower_price_is_credited_as_the_document_says() -> None:
    sell("4", "2.50")
    give_back(("2", "1.20"))
    assert ReturnLine.objects.get().net_minor == 240
    assert Invoice.objects.get(kind="credit_note").net_minor == 240
    assert prove().holds


def test_a_line_over_several_sales_gives_a_credit_note_for_each() -> None:
    sell("2", "1.25")
    sell("3", "1.25")
    give_back(("5", "1.25"))
    assert states() == [("credited", "")]
    assert ReturnLine.objects.get().net_minor == 625
    assert Invoice.objects.filter(kind="credit_note").count() == 2
    assert not Invoice.objects.filter(kind="invoice", open_minor__gt=0).exists()
    assert prove().holds


@pytest.mark.parametrize("values", [{"currency": "EUR"}, {"entity": "DE01"}, {"known": False}])
def test_another_currency_company_or_customer_is_another_sale(values: dict[str, str]) -> None:
    sell("2", "1.25")
    draft = give_back(("1", "1.25"), **values)
    assert states() == [("held", "never_sold_to_customer")]
    assert case_of("return", draft.id) is not None
    assert not Invoice.objects.filter(kind="credit_note").exists()
    assert prove().holds


def test_what_finds_no_sale_holds_its_own_line_only() -> None:
    sell("3", "1.25")
    draft = give_back(("2", "1.25"), ("2", "1.25"), ("1", "9.99"), ("1", "1.25"))
    assert states() == [("credited", ""), ("held", "already_credited"), ("held", "price_above_sold"), ("credited", "")]
    case = case_of("return", draft.id)
    assert case is not None
    assert sorted(reason.code for reason in case.reasons) == ["already_credited", "price_above_sold"]
    assert prove().holds


def test_a_held_return_is_matched_again_once_its_sale_is_known() -> None:
    draft = give_back(("2", "1.25"))
    assert retry_returns([draft.id], note="", actor=SYSTEM, now=LATER) == {draft.id: "Still not to be matched."}
    assert case_of("return", draft.id) is not None
    sell("2", "1.25")
    assert retry_returns([draft.id], note="", actor=SYSTEM, now=LATER) == {draft.id: "Credited."}
    assert case_of("return", draft.id) is None
    assert states() == [("credited", "")]
    assert prove().holds


def test_a_dismissed_return_is_closed_without_a_credit() -> None:
    draft = give_back(("2", "1.25"))
    assert dismiss_returns([draft.id], note="A mistake", actor=SYSTEM, now=LATER) == {draft.id: "Dismissed."}
    assert states() == [("dismissed", "never_sold_to_customer")]
    assert case_of("return", draft.id) is None
    assert dismiss_returns([draft.id], note="Again", actor=SYSTEM, now=LATER) == {draft.id: "Nothing of it was held."}
    assert prove().holds


def test_a_return_is_kept_and_credited_once() -> None:
    sell("3", "1.25")
    for _ in range(3):
        give_back(("1", "1.25"))
    assert ReturnLine.objects.count() == 1
    assert Invoice.objects.filter(kind="credit_note").count() == 1
    assert prove().holds


def test_goods_given_back_lock_credit_before_stock_as_a_new_order_does() -> None:
    order = sell("2", "1.25")
    wanted = GiveBack(order.pk, "back:1", {order.lines.get().pk: Decimal(1)}, True, "Broken")
    with counted() as statements:
        assert give_back_goods(wanted, actor=SYSTEM, now=LATER) == ()
    touched = [
        name for sql in statements for name in ("billing_creditexposure", "UPDATE inventory_stock") if name in sql
    ]
    assert touched[0] == "billing_creditexposure"
    assert "UPDATE inventory_stock" in touched


@pytest.mark.parametrize("role", ["tax_payable", "cost_of_sales"])
def test_what_the_ledger_cannot_post_holds_its_own_line_and_is_credited_later(role: str) -> None:
    sell("3", "1.25")
    Account.objects.filter(role=role).update(role="")
    draft = give_back(("1", "1.25"))
    assert states() == [("held", "account_missing")]
    assert not Invoice.objects.filter(kind="credit_note").exists()
    case = case_of("return", draft.id)
    assert case is not None
    assert [reason.code for reason in case.reasons] == ["account_missing"]
    Account.objects.filter(code={"tax_payable": "2200", "cost_of_sales": "5000"}[role]).update(role=role)
    assert retry_returns([draft.id], note="", actor=SYSTEM, now=LATER) == {draft.id: "Credited."}
    assert prove().holds


def test_what_came_back_in_a_period_that_is_closed_now_is_credited_today() -> None:
    sell("3", "1.25")
    day = timedelta(days=1)
    uk = LegalEntity.objects.get(code="UK01")
    Period.objects.create(legal_entity=uk, state="closed", from_date=AT.date(), until_date=AT.date() + day)
    forget_everything()
    give_back(("1", "1.25"), now=AT + day)
    assert states() == [("credited", "")]
    assert Invoice.objects.get(kind="credit_note").issue_date == (AT + day).date()
    assert prove().holds
