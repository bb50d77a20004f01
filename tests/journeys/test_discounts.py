"""Orders with discounts, free goods and freight: frozen at confirmation, and every part of them sums to what was agreed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from apps.exceptions.models import Case, CaseReason
from apps.orders.models import FloorOverride, Order, OrderLine
from apps.pricing.models import Coupon, CouponRedemption
from ordercash.kernel.ids import new_id
from tests.factories.orders import document
from tests.factories.pricing_orders import a_cost, a_coupon, a_discount, rules
from tests.journeys.running import together
from tests.journeys.site import JSON, Site, line_of, minor, parts

SINCE = datetime(2009, 1, 1, tzinfo=UTC)
TENTH = a_discount("tenth", {"percent": "10"}, when='category == "tableware"')
WHOLE = a_discount("whole_order", {"tiers": [{"from": {"GBP": "100.00"}, "amount": {"GBP": "7.77"}}]}, "whole")
GIFT = a_discount("gift", {"free_goods": [{"sku": "RIBBON-SATIN", "quantity": "1", "per": {"GBP": "50.00"}}]}, "whole")
FREIGHT = {"name": "freight", "sku": "CARRIAGE", "give": {"amount": {"GBP": "4.90"}}}
PARTS = [
    {"sku": "MUG-BLUE", "quantity": "7"},
    {"sku": "TEAPOT-1L", "quantity": "3"},
    {"sku": "CANDLE-VAN", "quantity": "5"},
]


@pytest.fixture
def rich(site: Site) -> Site:
    """Discounts on lines and on the order, a gift, freight."""
    rules(discounts=[TENTH, WHOLE, GIFT], charges=[FREIGHT])
    return site


def order_of(site: Site, **values: Any) -> JSON:
    placed = site.order_desk.do("orders", document(lines=PARTS, customer="C-1004", **values))
    return site.order_desk.order(placed["id"])


def of(order: JSON, sku: str) -> JSON:
    return next(line for line in order["lines"] if line["sku"] == sku)


def test_what_rules_take_off_and_add_stands_on_the_order(rich: Site) -> None:
    order = order_of(rich)
    assert order["state"] == "confirmed"
    kinds = {line["sku"]: line["kind"] for line in order["lines"]}
    assert kinds == {
        "MUG-BLUE": "product", "TEAPOT-1L": "product", "CANDLE-VAN": "product", "RIBBON-SATIN": "free", "CARRIAGE": "charge",
    }  # fmt: skip
    for line in order["lines"]:
        assert minor(line["list"]) - minor(line["discount"]) == minor(line["net"])
    # 45.50 and 72.00 less a tenth, 24.75; 7.77 off the whole; freight on top.
    assert minor(order["net"]) == 4095 + 6480 + 2475 - 777 + 490
    ribbon = of(order, "RIBBON-SATIN")
    assert (ribbon["net"], ribbon["quantity"]) == ("0.00", "2")
    prices = rich.order_desk.get(f"orders/{order['id']}/prices")
    tried = [step.get("rule") for step in prices["lines"][0]["trace"] if "after_minor" in step]
    assert tried == ["tenth", "whole_order"]
    rich.holds()


def test_cancelled_returned_and_credited_in_parts_it_sums_to_the_line(rich: Site) -> None:
    order = order_of(rich)
    frozen = {line["sku"]: (line["net"], line["discount"], line["tax"]) for line in order["lines"]}
    rich.order_desk.do(
        f"orders/{order['id']}/cancel", {"reason": "Less", "lines": parts(order, MUG_BLUE="2", CANDLE_VAN="1")}
    )
    # Freight leaves with the first goods, and is invoiced once.
    rich.warehouse.do(f"orders/{order['id']}/ship", {"lines": parts(order, MUG_BLUE="1")})
    rich.works_by_itself()
    (first,) = rich.ar_clerk.invoices(order)
    assert 490 in [line["net_minor"] for line in rich.ar_clerk.get(f"invoices/{first['id']}")["lines"]]
    rich.warehouse.do(f"orders/{order['id']}/ship")
    rich.works_by_itself()
    lines = [
        line
        for invoice in rich.ar_clerk.invoices(order)
        for line in rich.ar_clerk.get(f"invoices/{invoice['id']}")["lines"]
    ]
    assert sum(line["net_minor"] == 490 for line in lines) == 1
    assert all(line["list_minor"] - line["discount_minor"] == line["net_minor"] for line in lines)
    for quantity in ("1", "1", "2"):
        rich.warehouse.do(
            f"orders/{order['id']}/return", {"reason": "No", "restock": True, "lines": parts(order, MUG_BLUE=quantity)}
        )
    rich.warehouse.do(
        f"orders/{order['id']}/return",
        {
            "reason": "No",
            "restock": True,
            "lines": parts(order, MUG_BLUE="1", TEAPOT_1L="3", CANDLE_VAN="4", RIBBON_SATIN="2"),
        },
    )
    order = rich.order_desk.order(order)
    assert {line["sku"]: (line["net"], line["discount"], line["tax"]) for line in order["lines"]} == frozen
    credited = sum(note["net_minor"] for note in rich.ar_clerk.credit_notes(order))
    invoiced = sum(invoice["net_minor"] for invoice in rich.ar_clerk.invoices(order))
    assert invoiced - credited == 490
    rich.holds()


def test_with_the_last_line_freight_and_gifts_are_cancelled(rich: Site) -> None:
    order = order_of(rich)
    wanted = parts(order, MUG_BLUE="7", TEAPOT_1L="3", CANDLE_VAN="5")
    order = rich.order_desk.do(f"orders/{order['id']}/cancel", {"reason": "All", "lines": wanted})
    assert order["state"] == "cancelled"
    rich.holds()


def test_freight_does_not_leave_before_the_goods(rich: Site) -> None:
    placed = rich.order_desk.do("orders", document(lines=[{"sku": "CLOCK-WALL", "quantity": "12"}], customer="C-1004"))
    assert placed["state"] == "confirmed"
    order = rich.order_desk.do("orders", document(lines=[{"sku": "CLOCK-WALL", "quantity": "1"}], customer="C-1004"))
    refused = rich.warehouse.refused(f"orders/{order['id']}/ship")
    assert refused["reason"] == "nothing_reserved"
    rich.holds()


def test_ten_uses_of_a_coupon_are_ten_orders_however_many_come_at_once(site: Site) -> None:
    rules(discounts=[a_discount("welcome", {"percent": "20"}, coupon="WELCOME")])
    a_coupon("HELLO", "WELCOME", SINCE, most_total=10)
    desk = site.order_desk
    body = document(lines=[("MUG-BLUE", "1")], customer="C-1004", coupons=["hello"])
    answers = together(50, lambda _: desk.send("orders", body)[1], threads=12)
    states = sorted(answer["state"] for answer in answers)
    assert states == ["confirmed"] * 10 + ["held"] * 40
    assert {answer["net"] for answer in answers if answer["state"] == "confirmed"} == {"5.20"}
    reasons = {reason["code"] for answer in answers for reason in answer["reasons"]}
    assert reasons == {"coupon_refused"}
    assert Coupon.objects.get().used_total == 10
    site.holds()
    # A cancelled one makes room for another.
    first = next(answer for answer in answers if answer["state"] == "confirmed")
    site.order_desk.do(f"orders/{first['id']}/cancel", {"reason": "No more"})
    assert Coupon.objects.get().used_total == 9
    held = next(answer for answer in answers if answer["state"] == "held")
    released = site.order_approver.do(f"orders/{held['id']}/release", {"reason": "Free again"})
    assert (released["state"], released["net"]) == ("confirmed", "5.20")
    assert CouponRedemption.objects.filter(state="redeemed").count() == 10
    site.holds()


def test_a_refused_coupon_may_be_accepted_at_the_full_price(site: Site) -> None:
    rules()
    order = site.order_desk.do("orders", document(coupons=["NOBODY-KNOWS"]))
    assert (order["state"], order["reasons"][0]["code"]) == ("held", "coupon_refused")
    released = site.order_approver.do(f"orders/{order['id']}/release", {"reason": "Told the customer"})
    assert (released["state"], released["coupons"]) == ("confirmed", ["NOBODY-KNOWS"])
    site.holds()


@pytest.fixture
def floored(site: Site) -> Site:
    """A floor of 20 % margin on mugs that cost 5.00, and a discount that goes below it."""
    rules(discounts=[a_discount("deep", {"percent": "15"})], floors=[{"name": "margin", "min_margin_percent": "20"}])
    a_cost("MUG-BLUE", "5.00", "GBP", SINCE)
    return site


UNTIL = "2099-01-01T00:00:00+00:00"


def test_a_price_below_its_floor_waits_for_somebody_who_may_allow_it(floored: Site) -> None:
    both = floored.with_roles("order_desk", "pricing_approver")
    order = both.do("orders", document(lines=[("MUG-BLUE", "1")]))
    assert [reason["code"] for reason in order["reasons"]] == ["price_below_floor"]
    case = floored.order_desk.order(order)["case"]
    assert case["reasons"][0]["detail"] == {"line_no": 1, "floor": "margin", "least": "6.25 GBP"}
    allow = {"reason": "End of the line", "expires_at": UNTIL}
    # Whoever asked for it may not, and nobody may release it before it is allowed.
    assert both.refused(f"orders/{order['id']}/allow-below-floor", allow)["reason"] == "own_order"
    approver = floored.pricing_approver
    assert approver.refused(f"orders/{order['id']}/release", {"reason": "Now"})["reason"] == "price_below_floor"
    assert not FloorOverride.objects.exists()
    approver.do(f"orders/{order['id']}/allow-below-floor", allow)
    released = approver.do(f"orders/{order['id']}/release", {"reason": "Allowed"})
    assert (released["state"], released["net"]) == ("confirmed", "5.53")
    floored.holds()


def test_who_placed_the_order_does_not_allow_it_after_a_colleague_set_its_price_either(floored: Site) -> None:
    both = floored.with_roles("order_desk", "pricing_approver")
    order = both.do("orders", document(lines=[("MUG-BLUE", "1")]))
    colleague = floored.with_roles("pricing_approver", "auditor")
    colleague.do(f"orders/{order['id']}/lines/1/price", {"unit_price": "5.00", "reason": "A favour"})
    allow = {"reason": "End of the line", "expires_at": UNTIL}
    for requester in (both, colleague):
        assert requester.refused(f"orders/{order['id']}/allow-below-floor", allow)["reason"] == "own_order"
    assert not FloorOverride.objects.exists()
    floored.pricing_approver.do(f"orders/{order['id']}/allow-below-floor", allow)


def test_what_was_allowed_is_no_licence_for_less_and_ends(floored: Site) -> None:
    order = floored.order_desk.do("orders", document(lines=[("MUG-BLUE", "1")]))
    approver = floored.pricing_approver
    approver.do(f"orders/{order['id']}/allow-below-floor", {"reason": "This once", "expires_at": UNTIL})
    approver.do(f"orders/{order['id']}/lines/1/price", {"unit_price": "5.52", "reason": "A penny"})
    assert approver.refused(f"orders/{order['id']}/release", {"reason": "Now"})["reason"] == "price_below_floor"
    past = {"reason": "Late", "expires_at": "2020-01-01T00:00:00+00:00"}
    assert (
        approver.refused(f"orders/{order['id']}/allow-below-floor", past, status=422)["errors"][0]["pointer"]
        == "/expires_at"
    )


def reasons_of(order: JSON) -> list[JSON]:
    """Return what stands in the way of a held order, by code."""
    standing = CaseReason.objects.filter(case__subject_id=order["id"], state="open").order_by("code")
    return [{"code": reason.code, **reason.detail} for reason in standing]


def test_a_case_says_what_stands_in_the_way_after_a_price_was_set(floored: Site) -> None:
    order = floored.order_desk.do("orders", document(lines=[("MUG-BLUE", "1"), ("MUG-RED", "1")], coupons=["NOBODYS"]))
    path, approver = f"orders/{order['id']}/lines/1/price", floored.pricing_approver
    coupon = {"code": "coupon_refused", "coupon": "NOBODYS", "why": "unknown"}
    below = {"code": "price_below_floor", "line_no": 1, "floor": "margin", "least": "6.25 GBP"}
    assert reasons_of(order) == [coupon, below]
    approver.do(path, {"unit_price": "7.00", "reason": "Asked again"})
    assert reasons_of(order) == [coupon]
    approver.do(path, {"unit_price": "6.00", "reason": "Asked once more"})
    assert reasons_of(order) == [coupon, below]
    assert [reason.code for reason in CaseReason.objects.filter(state="resolved")] == ["price_below_floor"]
    case = Case.objects.get()
    assert (case.state, case.money_at_risk_minor) == ("open", Order.objects.get().gross_minor)
    floored.holds()


def test_a_held_order_with_nothing_in_its_way_waits_to_be_released(floored: Site) -> None:
    order = floored.order_desk.do("orders", document(lines=[("MUG-BLUE", "1")]))
    assert Case.objects.get().queue_id == "pricing"
    floored.pricing_approver.do(f"orders/{order['id']}/lines/1/price", {"unit_price": "6.30", "reason": "Agreed"})
    assert reasons_of(order) == [{"code": "ready_for_release"}]
    assert Case.objects.get().queue_id == "order_desk"
    floored.pricing_approver.do(f"orders/{order['id']}/release", {"reason": "Fine"})
    assert Case.objects.get().state == "resolved"
    floored.holds()


def test_what_was_allowed_stands_no_longer_in_the_way(floored: Site) -> None:
    order = floored.order_desk.do("orders", document(lines=[("MUG-BLUE", "1")]))
    approver = floored.pricing_approver
    approver.do(f"orders/{order['id']}/allow-below-floor", {"reason": "This once", "expires_at": UNTIL})
    assert reasons_of(order) == [{"code": "ready_for_release"}]
    approver.do(f"orders/{order['id']}/lines/1/price", {"unit_price": "5.00", "reason": "Less"})
    assert [reason["code"] for reason in reasons_of(order)] == ["price_below_floor"]


def test_a_line_without_a_cost_is_held_where_the_floor_says_so(site: Site) -> None:
    rules(floors=[{"name": "margin", "min_margin_percent": "20", "unknown_cost": "hold"}])
    a_cost("MUG-RED", "1.00", "GBP", SINCE)
    order = site.order_desk.do("orders", document(lines=[("MUG-RED", "1"), ("MUG-BLUE", "1")]))
    assert reasons_of(order) == [{"code": "cost_unknown", "line_no": 2, "floor": "margin"}]
    approver = site.pricing_approver
    assert approver.refused(f"orders/{order['id']}/release", {"reason": "Now"})["reason"] == "cost_unknown"
    approver.do(f"orders/{order['id']}/allow-below-floor", {"reason": "It is new", "expires_at": UNTIL})
    assert approver.do(f"orders/{order['id']}/release", {"reason": "Allowed"})["state"] == "confirmed"
    site.holds()
    rules(floors=[{"name": "margin", "min_margin_percent": "20"}])
    assert site.order_desk.do("orders", document(lines=[("MUG-BLUE", "1")]))["state"] == "confirmed"


def test_an_override_that_ended_releases_nothing(floored: Site) -> None:
    order = floored.order_desk.do("orders", document(lines=[("MUG-BLUE", "1")]))
    approver = floored.pricing_approver
    ends = datetime.now(UTC) + timedelta(hours=1)
    approver.do(f"orders/{order['id']}/allow-below-floor", {"reason": "Today", "expires_at": ends.isoformat()})
    with time_machine.travel(ends, tick=False):
        refused = approver.refused(f"orders/{order['id']}/release", {"reason": "Too late"})
    assert refused["reason"] == "price_below_floor"
    assert Order.objects.get().state == "held"
    with time_machine.travel(ends - timedelta(seconds=1), tick=False):
        assert approver.do(f"orders/{order['id']}/release", {"reason": "In time"})["state"] == "confirmed"
    floored.holds()


def test_the_database_refuses_an_override_by_its_requester(floored: Site) -> None:
    order = floored.order_desk.do("orders", document(lines=[("MUG-BLUE", "1")]))
    row: dict[str, Any] = {
        "order_id": order["id"], "line_no": 1, "floor": "margin", "net_minor": 1, "reason": "x", "requested_by": new_id(),
        "approved_by": new_id(), "recorded_at": SINCE, "expires_at": datetime(2099, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    for name, wrong in (
        ("floor_override_not_by_its_requester", {"approved_by": row["requested_by"]}),
        ("floor_override_for_some_time", {"expires_at": SINCE}),
        ("floor_override_has_a_reason", {"reason": ""}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            FloorOverride.objects.create(**(row | wrong))
    FloorOverride.objects.create(**row)
    for statement in ("UPDATE orders_flooroverride SET net_minor = 0", "DELETE FROM orders_flooroverride"):
        with pytest.raises(Exception, match="only added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_price_by_hand_has_a_limit_per_role_and_stands_in_the_explanation(floored: Site) -> None:
    order = floored.order_desk.do("orders", document(lines=[("MUG-BLUE", "2")]))
    path = f"orders/{order['id']}/lines/1/price"
    analyst = floored.pricing_analyst
    assert analyst.refused(path, {"unit_price": "5.00", "reason": "Friend"})["reason"] == "beyond_limit"
    analyst.do(path, {"unit_price": "6.30", "reason": "Agreed at the fair"})
    order = floored.order_desk.order(order)
    assert (order["state"], order["net"], order["lines"][0]["price_source"]) == ("held", "12.60", "manual")
    found = floored.order_desk.get(f"orders/{order['id']}/prices")["lines"][0]["trace"]
    by_hand = next(step for step in found if step.get("access") == "manual")
    assert (by_hand["reason"], by_hand["instead"]["list"]) == ("Agreed at the fair", "GBP-BASE")
    for wrong, status in (({"reason": "x"}, 422), ({"unit_price": "1", "discount_percent": "1", "reason": "x"}, 422),
                          ({"unit_price": "-1", "reason": "x"}, 422), ({"unit_price": "1", "reason": ""}, 422)):  # fmt: skip
        analyst.refused(path, wrong, status=status)
    floored.order_desk.refused(path, {"unit_price": "6.30", "reason": "x"}, status=403)
    floored.pricing_approver.do(f"orders/{order['id']}/release", {"reason": "Fine"})
    # Confirmed prices are frozen.
    assert analyst.refused(path, {"unit_price": "6.40", "reason": "More"})["reason"] == "wrong_state"
    assert Order.objects.get().net_minor == 1260
    assert OrderLine.objects.get().manual_reason == "Agreed at the fair"
    floored.holds()


def test_a_discount_by_hand_is_taken_off_what_the_rules_find(floored: Site) -> None:
    order = floored.order_desk.do("orders", document(lines=[("MUG-BLUE", "2")], coupons=["UNKNOWN"]))
    floored.pricing_approver.do(
        f"orders/{order['id']}/lines/1/price", {"discount_percent": "100", "reason": "Replacement"}
    )
    order = floored.order_desk.order(order)
    assert (order["net"], order["lines"][0]["list"]) == ("0.00", "13.00")
    assert line_of(order, "MUG-BLUE")
