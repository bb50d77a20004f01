"""Coupons: granted within their limits whoever asks at once, counted by the database, given back."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection
from hypothesis import given
from hypothesis import strategies as st

from apps.masterdata.models import Customer
from apps.pricing.models import Coupon, CouponRedemption, CouponUse
from apps.pricing.selectors.coupons import CouponAnswer, CouponFacts, CouponWish, coupon_answers, redeemed_of
from apps.pricing.services.coupons import (
    CouponClaim,
    CouponCodeTaken,
    CouponDraft,
    CouponRefused,
    _decide,
    change_coupon,
    create_campaign,
    create_coupons,
    give_back_coupons,
    redeem_coupons,
)
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import run
from ordercash.kernel.transactions import writes
from tests.factories.counting import counted
from tests.factories.masterdata import NOW, a_customer
from tests.factories.pricing import SINCE, a_coupon

pytestmark = pytest.mark.django_db(transaction=True)

redeem = writes(redeem_coupons)
give_back = writes(give_back_coupons)

REDEMPTION = """
INSERT INTO pricing_couponredemption (id, coupon_id, customer_id, order_id, state, redeemed_at)
VALUES (gen_random_uuid(), %s, %s, %s, 'redeemed', now())
"""


def claim(customer: Customer, code: str = "SUMMER", order: UUID | None = None) -> CouponClaim:
    return CouponClaim(order or new_id(), customer.pk, code, NOW)


def whys(answers: list[CouponAnswer]) -> list[str]:
    return [answer.why for answer in answers]


def test_fifty_orders_at_once_on_a_limit_of_ten_are_granted_ten_times() -> None:
    coupon = a_coupon(most_total=10)
    claims = [claim(a_customer()) for _ in range(50)]

    def one(wanted: CouponClaim) -> CouponAnswer:
        try:
            return redeem([wanted])[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=50) as pool:
        answers = list(pool.map(one, claims))
    assert Counter(whys(answers)) == {"": 10, "used_up": 40}
    coupon.refresh_from_db()
    assert coupon.used_total == CouponRedemption.objects.count() == CouponUse.objects.count() == 10


def test_a_batch_takes_what_is_left_in_its_order_with_four_statements() -> None:
    a_coupon(most_total=3, most_per_customer=1)
    first, *others = [a_customer() for _ in range(4)]
    claims = [claim(first), claim(first), *(claim(other) for other in others), claim(first, "NOPE")]
    redeem([claim(a_customer(), "NOPE")])
    with counted() as statements:
        answers = redeem(claims)
    assert whys(answers) == ["", "used_up_by_customer", "", "", "used_up", "unknown"]
    assert [answer.campaign for answer in answers[::5]] == ["CAMPAIGN", ""]
    own = [sql for sql in statements.statements if "pricing_coupon" in sql]
    assert len(own) == 4, own
    with counted() as none:
        redeem([])
    assert not [sql for sql in none.statements if "pricing" in sql]


def test_an_order_uses_a_code_once_however_often_it_asks() -> None:
    coupon = a_coupon(most_total=1)
    wanted = claim(a_customer(), " summer ")
    assert whys(redeem([wanted, wanted])) == ["", ""]
    assert whys(redeem([wanted])) == [""]
    coupon.refresh_from_db()
    assert coupon.used_total == 1


def test_what_is_given_back_is_free_again_and_can_be_taken_again() -> None:
    coupon = a_coupon(most_total=1, most_per_customer=1)
    wanted, other = claim(a_customer()), claim(a_customer())
    assert whys(redeem([wanted])) == [""]
    assert redeemed_of([wanted.order_id]) == {wanted.order_id: ["SUMMER"]}
    assert give_back([wanted.order_id], now=NOW) == 1
    assert give_back([wanted.order_id, new_id()], now=NOW) == 0
    coupon.refresh_from_db()
    assert (coupon.used_total, CouponUse.objects.get().used, redeemed_of([wanted.order_id])) == (0, 0, {})
    assert whys(redeem([wanted])) == [""]
    assert whys(redeem([other])) == ["used_up"]
    give_back([wanted.order_id], now=NOW)
    assert whys(redeem([other])) == [""]
    assert CouponRedemption.objects.filter(state="redeemed").get().order_id == other.order_id


def test_redeeming_and_giving_back_at_once_never_miscounts() -> None:
    coupon = a_coupon(most_total=5)
    claims = [claim(a_customer()) for _ in range(8)]

    def turn(wanted: CouponClaim) -> None:
        try:
            for _ in range(6):
                if redeem([wanted])[0].granted:
                    give_back([wanted.order_id], now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(turn, claims))
    coupon.refresh_from_db()
    assert coupon.used_total == 0
    assert not CouponUse.objects.exclude(used=0).exists()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"valid_from_at": NOW + timedelta(microseconds=1)}, "not_yet"),
        ({"valid_until_at": NOW}, "ended"),
        ({"valid_from_at": NOW, "valid_until_at": NOW + timedelta(microseconds=1)}, ""),
        ({"most_total": 0}, "used_up"),
        ({"most_per_customer": 0}, "used_up_by_customer"),
    ],
)
def test_a_quote_is_told_whether_a_code_is_granted_and_redeems_nothing(values: dict[str, Any], why: str) -> None:
    a_coupon(**values)
    customer = a_customer()
    with counted() as statements:
        answers = coupon_answers([CouponWish("summer", customer.pk, NOW), CouponWish("no\x00", None, NOW)])
    assert answers[0] == CouponAnswer("SUMMER", "CAMPAIGN", not why, why)
    assert answers[1].why == "unknown"
    assert statements.count <= 2
    assert not CouponRedemption.objects.exists()


def test_without_a_customer_a_limit_per_customer_grants_nothing() -> None:
    a_coupon(most_per_customer=1)
    assert coupon_answers([CouponWish("SUMMER", None, NOW)])[0].why == "no_customer"


def test_one_redemption_too_many_is_refused_in_sql() -> None:
    coupon, customer = a_coupon(most_total=1), a_customer()
    run(REDEMPTION, [coupon.pk, customer.pk, new_id()])
    for statement, params in (
        (REDEMPTION, [coupon.pk, customer.pk, new_id()]),
        ("UPDATE pricing_coupon SET used_total = used_total + 1", []),
        ("UPDATE pricing_coupon SET most_total = 0", []),
    ):
        with pytest.raises(IntegrityError, match="coupon_within_its_limit"):
            run(statement, params)
    assert CouponRedemption.objects.count() == 1


def test_one_use_of_a_customer_too_many_is_refused_in_sql() -> None:
    coupon, customer = a_coupon(most_per_customer=1), a_customer()
    run(REDEMPTION, [coupon.pk, customer.pk, new_id()])
    with pytest.raises(IntegrityError, match="by one customer"):
        run(REDEMPTION, [coupon.pk, customer.pk, new_id()])
    with pytest.raises(IntegrityError, match="by one customer"):
        run("UPDATE pricing_couponuse SET used = 2")


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE pricing_couponredemption SET order_id = gen_random_uuid()", "stays"),
        ("DELETE FROM pricing_couponredemption", "stays"),
        ("UPDATE pricing_couponredemption SET state = 'lost'", "coupon_redemption_state_word|given_back_at"),
        ("UPDATE pricing_couponredemption SET state = 'given_back'", "coupon_redemption_given_back_at"),
        ("UPDATE pricing_coupon SET code = 'summer'", "coupon_code_is_plain"),
        ("UPDATE pricing_couponcampaign SET code = 'a b'", "coupon_campaign_code_is_plain"),
        ("UPDATE pricing_coupon SET valid_until_at = valid_from_at", "coupon_valid_for_some_time"),
        (
            "INSERT INTO pricing_couponredemption SELECT gen_random_uuid(), order_id, state, redeemed_at, given_back_at,"
            " coupon_id, customer_id FROM pricing_couponredemption",
            "coupon_redeemed_once_per_order",
        ),
    ],
)
def test_what_makes_no_sense_of_coupons_is_refused(statement: str, refusal: str) -> None:
    run(REDEMPTION, [a_coupon().pk, a_customer().pk, new_id()])
    with pytest.raises(IntegrityError, match=refusal):
        run(statement)


def test_coupons_are_made_and_their_limits_changed() -> None:
    create_campaign("spring", name="Spring", actor=SYSTEM, now=NOW)
    with pytest.raises(CouponCodeTaken):
        create_campaign("SPRING", name="", actor=SYSTEM, now=NOW)
    made = create_coupons([CouponDraft("welcome-1", "SPRING", SINCE, most_total=2)], actor=SYSTEM, now=NOW)[0]
    with pytest.raises(CouponRefused):
        create_coupons([CouponDraft("A", "NOPE", SINCE)], actor=SYSTEM, now=NOW)
    with pytest.raises(CouponRefused):
        create_coupons([CouponDraft("A B", "SPRING", SINCE)], actor=SYSTEM, now=NOW)
    assert whys(redeem([claim(a_customer(), "WELCOME-1") for _ in range(2)])) == ["", ""]
    with pytest.raises(CouponRefused, match="used more often"):
        change_coupon(made.pk, changes={"most_total": 1}, actor=SYSTEM, now=NOW)
    change_coupon(made.pk, changes={"most_total": 3}, actor=SYSTEM, now=NOW)
    assert whys(redeem([claim(a_customer(), "WELCOME-1")])) == [""]
    with pytest.raises(ValueError, match="code"):
        change_coupon(made.pk, changes={"code": "B"}, actor=SYSTEM, now=NOW)
    assert Coupon.objects.get().code == "WELCOME-1"


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=40),
    st.none() | st.integers(0, 12),
    st.none() | st.integers(0, 4),
)
def test_whatever_is_claimed_no_limit_is_passed(
    claims: list[tuple[int, int]], total: int | None, per_customer: int | None
) -> None:
    coupon = CouponFacts(new_id(), "C", "G", total, per_customer, 0, SINCE, None, {})
    customers, orders = [new_id() for _ in range(5)], [new_id() for _ in range(10)]
    present: dict[tuple[UUID, UUID], str] = {}
    owners = {number: customers[customer] for customer, number in reversed(claims)}
    for _, number in claims:
        _decide(CouponClaim(orders[number], owners[number], "C", NOW), coupon, present)
    used = Counter(owners[orders.index(order)] for _, order in present)
    assert len(present) == coupon.used_total == used.total() <= (len(claims) if total is None else total)
    assert max(used.values(), default=0) <= (len(claims) if per_customer is None else per_customer)
