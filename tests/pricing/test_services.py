"""Adding and ending prices."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from apps.masterdata.contract import actor_of
from apps.masterdata.services.demo import load_masters
from apps.pricing.models import PriceList, PriceRecord
from apps.pricing.services.demo import load_prices
from apps.pricing.services.price_plan import MOST_SCALES
from apps.pricing.services.prices import (
    PriceDraft,
    PriceListCodeTaken,
    PriceListDraft,
    PriceOverlap,
    PriceRefused,
    add_prices,
    create_price_lists,
    end_price,
    end_price_list,
)
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from tests.factories.masterdata import NOW, a_currency, a_product, a_user
from tests.factories.pricing import SINCE, a_price_list

pytestmark = pytest.mark.django_db(transaction=True)


def test_prices_are_added_with_both_histories() -> None:
    actor, prices, product = actor_of(a_user()), a_price_list(), a_product("MUG")
    made = add_prices(prices.pk, drafts=[PriceDraft("MUG", Decimal("6.50"), SINCE)], actor=actor, now=NOW)
    assert made[0].history.get().history_user_id == actor.id
    assert PriceRecord.objects.get().product_id == product.pk


def test_all_prices_of_a_call_are_added_or_none() -> None:
    prices = a_price_list()
    a_product("MUG")
    drafts = [PriceDraft("MUG", Decimal(1), SINCE), PriceDraft("NOPE", Decimal(1), SINCE)]
    with pytest.raises(PriceRefused) as refused:
        add_prices(prices.pk, drafts=drafts, actor=actor_of(a_user()), now=NOW)
    assert [fault.pointer for fault in refused.value.faults] == ["/1/sku"]
    assert not PriceRecord.objects.exists()


def test_an_overlap_is_told_in_words_and_keeps_nothing() -> None:
    prices, actor = a_price_list(), actor_of(a_user())
    a_product("MUG")
    with pytest.raises(PriceOverlap):
        add_prices(
            prices.pk,
            drafts=[PriceDraft("MUG", Decimal(1), SINCE), PriceDraft("MUG", Decimal(2), SINCE + timedelta(days=1))],
            actor=actor,
            now=NOW,
        )
    assert not PriceRecord.objects.exists()


def test_a_product_has_so_many_scales_in_a_unit_and_no_more() -> None:
    prices, actor = a_price_list(), actor_of(a_user())
    a_product("MUG")
    scales = [PriceDraft("MUG", Decimal(1), SINCE, min_quantity=Decimal(least)) for least in range(MOST_SCALES + 1)]
    with pytest.raises(PriceRefused, match="at most 200 scales in a unit: MUG"):
        add_prices(prices.pk, drafts=scales, actor=actor, now=NOW)
    add_prices(prices.pk, drafts=scales[1:], actor=actor, now=NOW)
    with pytest.raises(PriceRefused, match="at most 200 scales"):
        add_prices(prices.pk, drafts=scales[:1], actor=actor, now=NOW)
    assert PriceRecord.objects.count() == MOST_SCALES


def test_a_price_is_ended_and_followed_by_another() -> None:
    prices, actor = a_price_list(), actor_of(a_user())
    a_product("MUG")
    first = add_prices(prices.pk, drafts=[PriceDraft("MUG", Decimal(1), SINCE)], actor=actor, now=NOW)[0]
    end_price(first.pk, until_at=NOW, actor=actor, now=NOW)
    add_prices(prices.pk, drafts=[PriceDraft("MUG", Decimal(2), NOW)], actor=actor, now=NOW)
    with pytest.raises(PriceOverlap):
        end_price(first.pk, until_at=None, actor=actor, now=NOW)
    with pytest.raises(PriceRefused):
        end_price(first.pk, until_at=SINCE, actor=actor, now=NOW)
    assert first.history.count() == 2


def test_what_does_not_exist_is_told() -> None:
    actor = actor_of(a_user())
    with pytest.raises(NotFound):
        end_price(new_id(), until_at=NOW, actor=actor, now=NOW)
    with pytest.raises(NotFound):
        end_price_list(new_id(), until_at=NOW, actor=actor, now=NOW)
    with pytest.raises(NotFound):
        add_prices(new_id(), drafts=[], actor=actor, now=NOW)


def test_a_list_needs_a_currency_that_is_traded_and_a_code_of_its_own() -> None:
    a_currency("GBP")
    actor = actor_of(a_user())
    with pytest.raises(PriceRefused):
        create_price_lists([PriceListDraft("A", "", "XTS", SINCE)], actor=actor, now=NOW)
    create_price_lists([PriceListDraft("A", "", "GBP", SINCE)], actor=actor, now=NOW)
    with pytest.raises(PriceListCodeTaken):
        create_price_lists([PriceListDraft("A", "", "GBP", SINCE)], actor=actor, now=NOW)
    assert PriceList.objects.count() == 1


def test_the_demo_s_prices_are_loaded_once() -> None:
    load_masters(now=NOW)
    load_prices(NOW)
    load_prices(datetime(2027, 1, 1, tzinfo=UTC))
    assert (PriceList.objects.count(), PriceRecord.objects.count()) == (4, 168)
    assert PriceRecord.objects.get(
        product__sku="MUG-BLUE", price_list__code="GBP-WHOLESALE", min_quantity=48
    ).unit_price == Decimal("5.2")
