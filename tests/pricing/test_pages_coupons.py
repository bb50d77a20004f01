"""Pages of coupons: codes with limits and uses, who used them, what they give; and closing one."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.pricing.models import Coupon, CouponCampaign
from apps.pricing.permissions import CHANGE_COUPONS, VIEW_COUPONS
from apps.pricing.services.coupons import CouponClaim, CouponClosed, close_coupon, redeem_coupons
from ordercash.kernel import clock
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes
from tests.factories.masterdata import NOW, a_customer, an_actor
from tests.factories.pages import NASTY, shown, signed_in, told, words
from tests.factories.pricing import SINCE, a_coupon
from tests.factories.pricing_orders import ACCESSES, GROUPS
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.pricing.test_api import client

pytestmark = pytest.mark.django_db(transaction=True)


def redeem(code: str, customer_code: str = "BUYER") -> None:
    claim = CouponClaim(new_id(), a_customer(customer_code).pk, code, NOW)
    assert writes(redeem_coupons)([claim])[0].granted


def test_codes_are_listed_with_their_uses_and_found() -> None:
    a_coupon("SUMMER", most_total=3, most_per_customer=1)
    a_coupon("FULL", most_total=1)
    a_coupon("OLD", valid_until_at=SINCE.replace(year=2021))
    a_coupon("AHEAD", valid_from_at=SINCE.replace(year=2190))
    redeem("FULL")
    browser = signed_in(VIEW_COUPONS)
    text = words(shown(browser, "/coupons/"))
    for part in ("SUMMER", "0 of 3", "1 of 1", "Used up", "Ended", "Scheduled", "Active", "CAMPAIGN"):
        assert part in text, part
    for state, code in (("active", "SUMMER"), ("used_up", "FULL"), ("ended", "OLD"), ("scheduled", "AHEAD")):
        found = words(shown(browser, f"/coupons/?state={state}"))
        assert [each for each in ("SUMMER", "FULL", "OLD", "AHEAD") if each in found] == [code]
    assert "SUMMER" not in words(shown(browser, "/coupons/?q=fu"))
    assert "New coupons" not in text


def test_a_campaign_and_its_codes_are_made() -> None:
    browser = signed_in(VIEW_COUPONS, CHANGE_COUPONS)
    assert "Make a campaign first" in shown(browser, "/coupons/")
    values = {"campaign-code": "spring", "campaign-name": NASTY}
    assert "Campaign SPRING is made." in told(browser, "/coupons/", verb="campaign", **values)
    given = {
        "give_out-campaign": "SPRING",
        "give_out-codes": "spring-1, SPRING-2\nspring-1",
        "give_out-most_total": "5",
    }
    assert "2 coupons are made." in told(browser, "/coupons/", verb="give_out", **given)
    assert sorted(Coupon.objects.values_list("code", "most_total")) == [("SPRING-1", 5), ("SPRING-2", 5)]
    assert "The code is in use" in told(browser, "/coupons/", verb="give_out", **given)
    one = told(browser, "/coupons/", verb="give_out", **(given | {"give_out-codes": "ALONE"}))
    assert "Nobody has used it yet" in one
    wrong = browser.post("/coupons/", {"verb": "give_out", **given, "give_out-codes": "X" * 65})
    assert wrong.status_code == 422


def test_a_coupon_shows_who_used_it_and_what_it_gives() -> None:
    row = a_coupon("SUMMER", campaign="SUMMER-SALE", most_total=3, most_per_customer=2)
    redeem("SUMMER")
    browser = signed_in(VIEW_COUPONS)
    text = words(shown(browser, f"/coupons/{row.pk}/"))
    for part in ("No rule in force", "BUYER", "Redeemed", "each 2 at most"):
        assert part in text, part
    rule = {
        "name": "sun",
        "title": "Summer sale",
        "group": "season",
        "coupon": "SUMMER-SALE",
        "give": {"percent": "10"},
    }
    put_in_force("pricing.rules", {"accesses": ACCESSES, "groups": GROUPS, "discounts": [rule]})
    text = words(shown(browser, f"/coupons/{row.pk}/"))
    assert "Summer sale : 10 % off" in text
    assert "No rule in force" not in text
    assert "BUYER" not in words(shown(browser, f"/coupons/{row.pk}/?customer=OTHER"))
    shown(browser, f"/coupons/{new_id()}/", 404)


def test_limits_are_changed_and_it_is_closed() -> None:
    row = a_coupon("SUMMER", most_total=3)
    redeem("SUMMER")
    browser, address = signed_in(VIEW_COUPONS, CHANGE_COUPONS), f"/coupons/{row.pk}/"
    assert 'value="3"' in shown(browser, address)
    assert "The limits are changed." in told(browser, address, verb="limit", **{"limit-most_total": "9"})
    assert "used more often" in told(browser, address, verb="limit", **{"limit-most_total": "0"})
    assert "The coupon is closed." in told(browser, address, verb="close")
    row.refresh_from_db()
    assert (row.most_total, row.used_total) == (9, 1)
    assert row.valid_until_at is not None
    assert row.valid_until_at <= clock.now()
    assert "over already" in told(browser, address, verb="close")


def test_one_that_has_not_begun_is_closed_by_its_limit() -> None:
    row = a_coupon("AHEAD", valid_from_at=NOW + timedelta(days=9))
    closed = close_coupon(row.pk, actor=an_actor(), now=NOW)
    assert (closed.most_total, closed.valid_until_at) == (0, None)
    over = a_coupon("OVER", valid_until_at=NOW)
    with pytest.raises(CouponClosed):
        close_coupon(over.pk, actor=an_actor(), now=NOW)


def test_closing_over_the_api() -> None:
    row = a_coupon("SUMMER")
    address = f"/api/v1/coupons/{row.pk}/closure"
    assert client(VIEW_COUPONS).post(address).status_code == 403
    row.refresh_from_db()
    assert row.valid_until_at is None
    caller = client(CHANGE_COUPONS)
    assert caller.post(address).json()["valid_until_at"]
    assert caller.post(address).json()["code"] == "coupon_closed"
    assert caller.post(f"/api/v1/coupons/{new_id()}/closure").status_code == 404


def test_whoever_may_only_look_changes_nothing() -> None:
    row = a_coupon("SUMMER")
    for permissions in ((VIEW_COUPONS,), ()):
        browser = signed_in(*permissions)
        for address, verb in (("/coupons/", "campaign"), ("/coupons/", "give_out"), (f"/coupons/{row.pk}/", "close")):
            assert browser.post(address, {"verb": verb}).status_code == 403
    shown(signed_in(), "/coupons/", 403)
    shown(signed_in(), f"/coupons/{row.pk}/", 403)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(VIEW_COUPONS, CHANGE_COUPONS))
    assert strict.post(f"/coupons/{row.pk}/", {"verb": "close"}).status_code == 403
    row.refresh_from_db()
    assert row.valid_until_at is None
    assert CouponCampaign.objects.count() == Coupon.objects.count() == 1
