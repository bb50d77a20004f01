"""What may happen between a quote and its order: a coupon used up, a version retired, another place, another order, a second too late."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from apps.masterdata.models import Product
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.orders.services.release import release_orders
from apps.orders.services.submit import submit_orders
from apps.pricing.models import Coupon, CouponRedemption, PriceList, Quote
from apps.pricing.selectors.quotes import quoted_cart
from apps.pricing.selectors.wishes import CartWish, LineWish, Place
from apps.pricing.services.coupons import change_coupon
from apps.pricing.services.quotes import QuoteWish, make_quotes
from apps.rulebooks.models import Activation, RulebookVersion
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.money import AmountOutOfRange
from ordercash.kernel.transactions import writes
from tests.factories.orders import CLERK, NOW, answer_to, load_company, submission
from tests.factories.pricing import a_price
from tests.factories.pricing_orders import ACCESSES, a_coupon, a_discount, rules

pytestmark = pytest.mark.usefixtures("company")
UNTIL = NOW + timedelta(days=7)
LINES = [("MUG-BLUE", "2")]
APPROVER = Actor(
    id=UUID(int=8), name="approver", permissions=frozenset({"orders.release_orders", "orders.accept_refused_coupons"})
)


@pytest.fixture
def company(transactional_db: None) -> None:
    load_company()


def a_quote(**values: Any) -> Quote:
    cart = {"legal_entity": "UK01", "currency": "GBP", "at": NOW, "customer": "C-1001"} | values
    wish = CartWish(lines=[LineWish(sku, Decimal(quantity)) for sku, quantity in LINES], **cart)
    (made,) = writes(make_quotes)([QuoteWish(wish, str(uuid4()), valid_until_at=UNTIL)], actor=CLERK, now=NOW)
    return made


def order_at(made: Quote, now: datetime = NOW, **values: Any) -> tuple[int, dict[str, Any]]:
    answer = answer_to(submission(quote=made.number, lines=LINES, **values), now=now)
    return answer.status, orjson.loads(answer.body)


@pytest.fixture
def with_coupon() -> tuple[Quote, Quote]:
    """Two quotes that count on a coupon which one order may use."""
    rules(discounts=[a_discount("fair", {"percent": "10"}, coupon="FAIR")])
    a_coupon("FAIR26", "FAIR", NOW - timedelta(days=1), most_total=1)
    return a_quote(coupons=["FAIR26"]), a_quote(coupons=["FAIR26"])


def test_a_coupon_that_is_used_up_meanwhile_is_not_given_a_second_time(with_coupon: tuple[Quote, Quote]) -> None:
    first, second = with_coupon
    assert order_at(first)[1]["state"] == "confirmed"
    status, body = order_at(second)
    assert (status, body["state"]) == (201, "held")
    assert [(each["code"], each["detail"]) for each in body["reasons"]] == [
        ("coupon_refused", "Coupon FAIR26 is used up.")
    ]
    # Whoever accepts refused coupons elsewhere, at the full price, cannot give away here what is used up.
    outcome = release_orders([UUID(body["id"])], reason="The customer insists", actor=APPROVER, now=NOW)
    assert [refused.code for refused in outcome.refused] == ["quoted_coupon_refused"]
    assert (Order.objects.filter(state="confirmed").count(), Coupon.objects.get().used_total) == (1, 1)
    # More uses, and the quote is kept.
    change_coupon(Coupon.objects.get().pk, changes={"most_total": 2}, actor=SYSTEM, now=NOW)
    assert not release_orders([UUID(body["id"])], reason="Allowed once more", actor=APPROVER, now=NOW).refused
    assert set(Order.objects.values_list("state", "net_minor")) == {("confirmed", second.net_minor)}
    assert Coupon.objects.get().used_total == 2


def test_of_two_orders_of_a_batch_one_gets_the_last_use(with_coupon: tuple[Quote, Quote]) -> None:
    wanted = [submission(quote=made.number, lines=LINES) for made in with_coupon]
    states = [orjson.loads(answer.body)["state"] for answer in submit_orders(wanted, now=NOW)]
    assert states == ["confirmed", "held"]
    assert Coupon.objects.get().used_total == 1


def test_a_cancelled_order_gives_the_use_back_once_and_the_quote_not_at_all(with_coupon: tuple[Quote, Quote]) -> None:
    first, second = with_coupon
    order_at(first)
    for _ in range(2):
        cancel_orders([CancelOrder(Order.objects.get().pk)], reason="No more", actor=SYSTEM, now=NOW)
    assert (Coupon.objects.get().used_total, CouponRedemption.objects.get().state) == (0, "given_back")
    assert order_at(first)[0] == 422
    assert order_at(second)[1]["state"] == "confirmed"


def test_a_coupon_that_ended_meanwhile_holds_the_order(with_coupon: tuple[Quote, Quote]) -> None:
    change_coupon(Coupon.objects.get().pk, changes={"valid_until_at": NOW + timedelta(days=1)}, actor=SYSTEM, now=NOW)
    _, body = order_at(with_coupon[0], now=NOW + timedelta(days=1))
    assert [(each["code"], each["detail"]) for each in body["reasons"]] == [
        ("coupon_refused", "Coupon FAIR26 is not valid any more.")
    ]
    assert Coupon.objects.get().used_total == 0


def test_the_version_that_quoted_may_be_retired_meanwhile() -> None:
    rules(discounts=[a_discount("tenth", {"percent": "10"})])
    made = a_quote()
    rules(discounts=[a_discount("half", {"percent": "50"})])
    quoted = RulebookVersion.objects.get(sha256=made.version_sha256)
    assert Activation.objects.get(version=quoted).until_at is not None
    _, body = order_at(made, now=UNTIL - timedelta(seconds=1))
    order = Order.objects.get()
    assert (body["state"], order.net_minor, bytes(order.pricing_sha256 or b"")) == (
        "confirmed", made.net_minor, bytes(made.version_sha256),
    )  # fmt: skip


def test_a_second_too_late_whatever_time_the_order_names() -> None:
    made = a_quote()
    late = UNTIL + timedelta(seconds=1)
    status, body = order_at(made, now=late, ordered_at=(UNTIL - timedelta(days=1)).isoformat())
    assert (status, [each["code"] for each in body["errors"]]) == (422, ["quote_expired"])
    assert not Order.objects.exists()


def test_a_cart_beyond_what_a_decision_holds_is_refused() -> None:
    rules(charges=[{"name": "freight", "sku": "CARRIAGE", "give": {"percent": "1"}}])
    lines = [LineWish("ENGRAVING", Decimal(90_000_000), agreed=Decimal(8_000_000))] * 300
    cart = CartWish(lines=lines, legal_entity="UK01", currency="GBP", at=NOW, customer="C-1001", channel="edi")
    with pytest.raises(AmountOutOfRange):
        writes(make_quotes)([QuoteWish(cart, str(uuid4()))], actor=CLERK, now=NOW)


@pytest.mark.parametrize("customer", ["C-1002", "C-1004"])
@pytest.mark.parametrize("quantity", ["1", "2.5", "200"])
def test_nobody_else_and_nothing_else(customer: str, quantity: str) -> None:
    made = a_quote()
    for values in ({"customer": customer}, {"lines": [("MUG-BLUE", quantity)]}):
        answer = answer_to(submission(**({"quote": made.number, "lines": LINES} | values)), now=NOW)
        assert answer.status == 422, answer.body
    made.refresh_from_db()
    assert (made.state, Order.objects.count()) == ("open", 0)


def test_the_prices_of_one_zone_are_not_taken_to_another() -> None:
    zone = {"name": "zone", "source": "price_list", "scope": "zone"}
    rules(accesses=[zone, *ACCESSES])
    near = PriceList.objects.create(
        code="GBP-BS", name="Bristol", currency_id="GBP", zone_country="GB", zone_postal_prefix="BS",
        valid_from_at=datetime(2020, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    a_price(near, Product.objects.get(sku="MUG-BLUE"), "1.00")
    made = a_quote(ship_to=Place("GB", postal_code="BS1 4DJ"))
    assert made.net_minor == 200
    assert quoted_cart(made).facts.postal_code == "BS"
    place = {"name": "Hall", "line1": "1 Quay", "city": "Leeds", "country": "GB"}
    status, body = order_at(made, ship_to=place | {"postal_code": "LS1 1AA"})
    assert (status, [(each["pointer"], each["code"]) for each in body["errors"]]) == (
        422, [("/ship_to/postal_code", "differs_from_quote")],
    )  # fmt: skip
    assert order_at(made, ship_to=place | {"postal_code": "bs2 0aa"})[1]["net"] == "2.00"
