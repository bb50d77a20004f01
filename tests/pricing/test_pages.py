"""Pages of price lists: looked at, taken out, changed many at once."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.pricing.models import PriceBatch, PriceList, PriceRecord
from apps.pricing.permissions import CHANGE_PRICES, VIEW_PRICES
from tests.factories.masterdata import a_customer, a_group, a_product
from tests.factories.pages import NASTY, shown, signed_in, told, words
from tests.factories.pricing import SINCE, a_price, a_price_list

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prices() -> PriceList:
    known = a_price_list("BASE", name="List prices")
    a_price(known, a_product("MUG", name=NASTY), "6.50")
    a_price(known, a_product("POT"), "24.00", min_quantity=Decimal(10))
    return known


def upload(client: Client, prices: PriceList, text: str, **values: str) -> Client:
    file = SimpleUploadedFile("prices.csv", text.encode(), content_type="text/csv")
    return client.post(f"/price-lists/{prices.pk}/import/", {"verb": "ask", "file": file, **values}, follow=True)


def test_lists_are_found_by_code_scope_and_customer() -> None:
    a_price_list("BASE")
    a_price_list("TRADE", customer_group=a_group("trade"))
    a_price_list("CONTRACT", customer=a_customer("BUYER"))
    a_price_list("BAVARIA", zone_country="DE", zone_state="BY")
    a_price_list("OLD", valid_until_at=SINCE.replace(year=2021))
    client = signed_in(VIEW_PRICES)
    text = words(shown(client, "/price-lists/"))
    for part in ("BASE", "TRADE", "trade", "CONTRACT", "BUYER", "DE-BY", "Everybody", "Ended"):
        assert part in text
    assert "BASE" not in words(shown(client, "/price-lists/?scope=zone"))
    assert "OLD" not in words(shown(client, "/price-lists/?valid=1"))
    assert "CONTRACT" in words(shown(client, "/price-lists/?q=buy"))
    assert "Import" not in text


def test_a_list_shows_its_prices_and_finds_them(prices: PriceList) -> None:
    client = signed_in(VIEW_PRICES)
    address = f"/price-lists/{prices.pk}/"
    text = words(shown(client, address))
    assert "6.50" in text
    assert "10 piece" in text
    assert "MUG" not in words(shown(client, f"{address}?q=po"))
    assert "MUG" not in words(shown(client, f"{address}?on=2019-12-31"))
    assert "MUG" in words(shown(client, f"{address}?on=2020-01-02"))
    assert "MUG" not in words(shown(client, f"{address}?valid=ahead"))
    first = shown(client, f"{address}?limit=1")
    assert "MUG" in words(first)
    assert "POT" not in words(first)


def test_whoever_may_only_look_changes_nothing(prices: PriceList) -> None:
    client = signed_in(VIEW_PRICES)
    assert "Import a file" not in words(shown(client, f"/price-lists/{prices.pk}/"))
    for address in (
        f"/price-lists/{prices.pk}/import/",
        f"/price-lists/{prices.pk}/edit/",
        f"/price-batches/{uuid4()}/",
    ):
        shown(client, address, 403)
        assert client.post(address, {"verb": "ask"}).status_code == 403
    assert not PriceBatch.objects.exists()
    shown(signed_in(), "/price-lists/", 403)
    shown(signed_in(VIEW_PRICES), f"/price-lists/{uuid4()}/", 404)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_is_taken_out_as_a_file(prices: PriceList, kind: str) -> None:
    answer = signed_in(VIEW_PRICES).get(f"/price-lists/{prices.pk}/file?as={kind}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="BASE.{kind}"'
    content = b"".join(answer.streaming_content) if kind == "csv" else answer.content
    assert content.startswith(b"sku,unit,min_quantity" if kind == "csv" else b"PK")


def test_a_file_is_looked_at_and_carried_out(prices: PriceList) -> None:
    client = signed_in(VIEW_PRICES, CHANGE_PRICES)
    assert "Columns: sku" in words(shown(client, f"/price-lists/{prices.pk}/import/"))
    page = upload(client, prices, "sku,unit_price\nMUG,7.00\nPOT,24\n")
    text = words(page.content.decode())
    for part in ("prices.csv", "Changed", "New", "6.50", "7.00", "Carry out"):
        assert part in text, text
    address = page.redirect_chain[-1][0]
    assert PriceRecord.objects.count() == 2
    assert "The prices are changed." in told(client, address, verb="write")
    assert PriceRecord.objects.filter(product__sku="MUG", valid_until_at__isnull=True).get().unit_price == 7
    assert "prices.csv" in words(shown(client, f"/price-lists/{prices.pk}/"))
    assert client.get(f"{address}progress/").status_code == 204
    assert client.post(address, {"verb": "discard"}).status_code == 404


def test_refused_rows_stand_with_their_column_and_can_only_be_discarded(prices: PriceList) -> None:
    client = signed_in(VIEW_PRICES, CHANGE_PRICES)
    page = upload(client, prices, f'sku,unit_price\n"{NASTY.replace(chr(34), chr(34) * 2)}",7.00\nMUG,=1\n')
    address = page.redirect_chain[-1][0]
    text = words(shown(client, f"{address}?action=refused"))
    for part in ("There is no such product.", "unit_price", "Formulas are not reckoned here"):
        assert part in text
    assert "Rows are refused" in told(client, address, verb="write")
    assert PriceRecord.objects.count() == 2
    assert "no price was touched" in told(client, address, verb="discard")


def test_a_form_with_mistakes_comes_back(prices: PriceList) -> None:
    client = signed_in(VIEW_PRICES, CHANGE_PRICES)
    assert client.post(f"/price-lists/{prices.pk}/import/", {"verb": "ask"}).status_code == 422
    answer = client.post(
        f"/price-lists/{prices.pk}/edit/", {"verb": "ask", "how": "percent", "value": "x", "decimals": "2"}
    )
    assert answer.status_code == 422
    assert not PriceBatch.objects.exists()
    failed = upload(client, prices, "colour\nblue\n")
    assert "missing: sku, unit_price" in words(failed.content.decode())


def test_one_rule_for_many_prices_is_looked_at_and_carried_out(prices: PriceList) -> None:
    client = signed_in(VIEW_PRICES, CHANGE_PRICES)
    values = {"verb": "ask", "how": "percent", "value": "10", "decimals": "2", "sku": "mug"}
    page = client.post(f"/price-lists/{prices.pk}/edit/", values, follow=True)
    text = words(page.content.decode())
    assert "+10 % of mug" in text
    assert "7.15" in text
    told(client, page.redirect_chain[-1][0], verb="write")
    assert PriceRecord.objects.filter(product__sku="MUG").count() == 2
    assert PriceRecord.objects.filter(product__sku="POT").count() == 1
