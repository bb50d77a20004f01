"""A coupon's limits against many at once: a web server of two processes, cancellations in between, and processes that are killed."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from django.db import IntegrityError, connection, transaction

from apps.orders.models import Order
from apps.pricing.models import Coupon, CouponRedemption, CouponUse
from ordercash.kernel.ids import new_id
from tests.factories.orders import document
from tests.factories.pricing_orders import a_coupon, a_discount, rules
from tests.journeys.running import FULL, Victims, ask, insist, together, web_server
from tests.journeys.site import Site

SINCE = datetime(2009, 1, 1, tzinfo=UTC)
MOST, SENT = 10, 50
FULL_PRICE, LESS = "6.50", "5.20"


@pytest.fixture
def welcome(site: Site) -> Site:
    """A fifth off for who brings a coupon of the campaign."""
    rules(discounts=[a_discount("welcome", {"percent": "20"}, coupon="WELCOME")])
    return site


def an_order(customer: str = "C-1004") -> dict[str, Any]:
    return document(lines=[("MUG-BLUE", "1")], customer=customer, coupons=["hello"])


def place_at_once(secret: str, bodies: list[dict[str, Any]], **values: str) -> list[dict[str, Any]]:
    """Send every body at the same time to a server of two processes; returns what was answered."""
    with web_server(**values) as port:

        def send(number: int) -> tuple[int, bytes]:
            return ask(port, "POST", "/api/v1/orders", bodies[number], secret=secret)

        answers = together(len(bodies), send)
    assert {status for status, _ in answers} == {201}, answers[:3]
    return [orjson.loads(body) for _, body in answers]


def check_granted(answers: list[dict[str, Any]], granted: int, why: str) -> None:
    """So many have the discount; the others are held and told why, and none is confirmed at another price than it was told."""
    found = Counter((answer["state"], answer["net"]) for answer in answers)
    refused = [answer for answer in answers if answer["state"] == "held"]
    assert found == {("confirmed", LESS): granted, ("held", FULL_PRICE): len(answers) - granted}
    assert {tuple(reason.items()) for answer in refused for reason in answer["reasons"]} == {
        (("code", "coupon_refused"), ("line_no", None), ("detail", f"Coupon HELLO {why}."))
    }
    assert Order.objects.filter(state="confirmed", net_minor=520).count() == granted


@pytest.mark.parametrize("gather", ["true", "false"])
def test_ten_uses_in_all_are_ten_orders_of_fifty(welcome: Site, gather: str) -> None:
    a_coupon("HELLO", "WELCOME", SINCE, most_total=MOST)
    bodies = [an_order("C-1004" if number % 2 else "C-1001") for number in range(SENT)]
    check_granted(place_at_once(welcome.order_desk.secret, bodies, ORDERCASH_GATHER_ORDERS=gather), MOST, "is used up")
    assert Coupon.objects.get().used_total == MOST
    welcome.holds()


def test_ten_uses_by_one_customer_are_ten_orders_of_fifty(welcome: Site) -> None:
    a_coupon("HELLO", "WELCOME", SINCE, most_per_customer=MOST)
    answers = place_at_once(welcome.order_desk.secret, [an_order()] * SENT)
    check_granted(answers, MOST, "is used up by this customer")
    assert (CouponUse.objects.get().used, Coupon.objects.get().used_total) == (MOST, MOST)
    assert welcome.order_desk.do("orders", an_order("C-1001"))["net"] == LESS
    welcome.holds()


def test_what_many_cancel_at_once_is_given_back_once(welcome: Site) -> None:
    a_coupon("HELLO", "WELCOME", SINCE, most_total=2)
    first, second = (welcome.order_desk.do("orders", an_order())["id"] for _ in range(2))
    secret = welcome.order_desk.secret
    with web_server() as port:

        def cancel_or_order(number: int) -> tuple[str, int, Any]:
            if number % 2:
                status, said = ask(port, "POST", "/api/v1/orders", an_order(), secret=secret)
                return "order", status, orjson.loads(said)["state"]
            path = f"/api/v1/orders/{first}/cancel"
            status, said = ask(port, "POST", path, {"reason": "Twice"}, secret=secret)
            return "cancel", status, orjson.loads(said).get("state")

        answers = together(24, cancel_or_order)
    # One cancellation did it, and at most one of the orders sent meanwhile took the use that became free.
    assert sum(answer[:2] == ("cancel", 200) for answer in answers) == 1
    confirmed = sum(answer == ("order", 201, "confirmed") for answer in answers)
    coupon = Coupon.objects.get()
    assert coupon.used_total == 1 + confirmed <= 2
    assert CouponRedemption.objects.get(order_id=first).state == "given_back"
    assert CouponRedemption.objects.get(order_id=second).state == "redeemed"
    welcome.holds()


@pytest.fixture
def victims(welcome: Site) -> Iterator[Victims]:
    """A process that forks what is killed, on this test's database."""
    process = Victims()
    yield process
    process.close()


def test_killed_servers_lose_no_use_and_count_none_twice(
    welcome: Site, victims: Victims, record_property: Callable[[str, object], None]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    record_property("seed", seed)
    chance = random.Random(seed)
    a_coupon("HELLO", "WELCOME", SINCE, most_total=MOST)
    secret, deaths = welcome.order_desk.secret, 40 if FULL else 8

    def order_and_cancel(number: int) -> str:
        """Order under one key until it is answered; every third takes it back."""
        answer = insist(victims.port, "POST", "/api/v1/orders", an_order(), secret=secret, key=f"key-{number}")
        path = f"/api/v1/orders/{answer['id']}"
        if number % 3 == 0 and answer["state"] == "confirmed":
            answer = insist(victims.port, "POST", f"{path}/cancel", {"reason": "No"}, secret=secret)
        return str(answer["state"])

    def kill(_: int) -> None:
        for _ in range(deaths):
            victims.run("serve", kill_after=chance.uniform(0.1, 0.6))
        victims.start("serve")

    def one(number: int) -> str:
        return order_and_cancel(number) if number else str(kill(number))

    states = Counter(together(SENT + 1, one, threads=9))
    assert sum(states.values()) == SENT + 1
    redeemed = CouponRedemption.objects.filter(state="redeemed").count()
    assert Coupon.objects.get().used_total == redeemed == states["confirmed"] <= MOST
    assert Order.objects.count() == SENT
    assert redeemed + states["cancelled"] >= MOST
    welcome.holds()


def test_one_use_too_many_is_refused_whoever_writes_it(welcome: Site) -> None:
    a_coupon("HELLO", "WELCOME", SINCE, most_total=3, most_per_customer=2)
    for customer in ("C-1004", "C-1004", "C-1001"):
        assert welcome.order_desk.do("orders", an_order(customer))["state"] == "confirmed"
    again = (
        "INSERT INTO pricing_couponredemption (id, coupon_id, customer_id, order_id, state, redeemed_at)"
        " SELECT %s, coupon_id, customer_id, %s, 'redeemed', now() FROM pricing_couponredemption LIMIT 1"
    )
    for statement, values in (
        (again, [new_id(), new_id()]),
        ("UPDATE pricing_coupon SET used_total = 4", []),
        ("UPDATE pricing_couponuse SET used = 3 WHERE used = 2", []),
        ("UPDATE pricing_couponredemption SET order_id = gen_random_uuid()", []),
        ("DELETE FROM pricing_couponredemption", []),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    welcome.holds()
