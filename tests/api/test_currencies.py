"""Currencies of no, two and three decimals, from a list price to the answer, and amounts that none of them can hold."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.masterdata.models import Currency, Customer, ExchangeRate, Product
from ordercash.kernel.remembered import forget_everything
from tests.api.sending import an_order, faults, nothing_happens, post, refusal
from tests.factories.api import World
from tests.factories.pricing import a_price, a_price_list

# Prices of a mug; three of them and 20 % tax: rounded once a line, half away from zero.
PRICES = {"JPY": "980.5", "EUR": "7.50", "KWD": "2.1255"}
TOTALS = {
    "JPY": ("2942", "588", "3530"),
    "EUR": ("22.50", "4.50", "27.00"),
    "KWD": ("6.377", "1.275", "7.652"),
}
MINOR = {"JPY": 3530, "EUR": 2700, "KWD": 7652}


@pytest.fixture(scope="module", autouse=True)
def dinars_and_yen(world: World) -> None:
    """Let the company sell in dinars and yen as well."""
    Currency.objects.get_or_create(code="KWD", defaults={"name": "Kuwaiti dinar", "decimals": 3})
    mug = Product.objects.get(sku="MUG-BLUE")
    for code in ("JPY", "KWD"):
        a_price(a_price_list(f"{code}-BASE", currency=code), mug, PRICES[code])
        for base, quote, rate in ((code, "GBP", "0.5"), ("GBP", code, "2")):
            ExchangeRate.objects.create(base_id=base, quote_id=quote, rate_date="2020-01-01", rate=Decimal(rate))
    forget_everything()


def mugs(currency: str, **values: Any) -> dict[str, Any]:
    return an_order(customer="C-1004", currency=currency, lines=[("MUG-BLUE", "3")], **values)


@pytest.mark.parametrize("currency", PRICES)
def test_amounts_have_the_decimals_of_their_currency(desk: APIClient, currency: str) -> None:
    placed = post(desk, mugs(currency)).json()
    assert (placed["net"], placed["tax"], placed["gross"]) == TOTALS[currency]
    shown = desk.get(placed["url"]).json()
    assert shown["lines"][0]["unit_price"] == f"{Decimal(PRICES[currency]).normalize():f}"
    assert shown["lines"][0]["net"] == TOTALS[currency][0]


@pytest.mark.parametrize("currency", PRICES)
def test_an_order_is_invoiced_and_paid_in_its_currency(desk: APIClient, currency: str) -> None:
    url = post(desk, mugs(currency)).json()["url"]
    for verb in ("ship", "bill"):
        assert post(desk, {}, f"{url}/{verb}").status_code == 200
    (invoice,) = desk.get("/api/v1/invoices", {"order_id": url.rsplit("/", 1)[1]}).json()["items"]
    assert (invoice["currency"], invoice["gross_minor"], invoice["open_minor"]) == (
        currency,
        MINOR[currency],
        MINOR[currency],
    )
    payment = {"legal_entity": "UK01", "currency": currency, "customer": "C-1004", "invoice_ids": [invoice["id"]]}
    paid = post(desk, payment | {"amount_minor": MINOR[currency]}, "/api/v1/payments")
    assert paid.status_code == 201, paid.content
    assert (paid.json()["applied_minor"], paid.json()["unapplied_minor"]) == (MINOR[currency], 0)
    assert desk.get(f"/api/v1/invoices/{invoice['id']}").json()["state"] == "settled"


@pytest.mark.parametrize("amount", [0, -1, 1.5, "100", 10**18, True, None])
def test_payments_of_no_whole_amount(desk: APIClient, amount: Any) -> None:
    payment = {"legal_entity": "UK01", "currency": "JPY", "customer": "C-1004", "amount_minor": amount}
    with nothing_happens():
        problem = refusal(post(desk, payment, "/api/v1/payments"), 422)
        assert [pointer for pointer, _ in faults(problem)] == ["/amount_minor"]


@pytest.mark.parametrize(("currency", "limit"), [("JPY", "100.5"), ("EUR", "100.005"), ("KWD", "100.0005")])
def test_a_limit_with_more_decimals_than_the_currency_has(desk: APIClient, currency: str, limit: str) -> None:
    customer = Customer.objects.get(code="C-1004")
    Customer.objects.filter(pk=customer.pk).update(currency_id=currency)
    with nothing_happens():
        answer = desk.put(f"/api/v1/customers/{customer.pk}/credit-limit", {"credit_limit": limit}, format="json")
        assert faults(refusal(answer, 422)) == [("/credit_limit", "too_many_decimals")]


def test_a_currency_without_a_price_holds_the_order(desk: APIClient) -> None:
    placed = post(desk, mugs("CHF")).json()
    assert placed["state"] == "held"
    assert [reason["code"] for reason in placed["reasons"]] == ["price_missing"]


def test_an_amount_beyond_what_can_be_booked(desk: APIClient) -> None:
    lines = [{"sku": "MUG-BLUE", "quantity": "100000000", "unit_price": "100000000000"}]
    answer = post(desk, an_order(channel="marketplace", customer="C-1004", currency="KWD", lines=lines))
    placed = answer.json()
    assert (answer.status_code, placed["state"], placed["gross"]) == (201, "held", "0.000")
    assert [(reason["code"], reason["line_no"]) for reason in placed["reasons"]] == [("amount_out_of_range", 1)]
    (line,) = desk.get(placed["url"]).json()["lines"]
    assert (line["unit_price"], line["net"]) == ("100000000000", "0.000")
