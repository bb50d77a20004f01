"""What an order may say of units and coupons, and where a mistake is told."""

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.decisions.bundles import net_of_parts, part_shares, whole_bundles
from apps.orders.decisions.canonical import OrderMalformed, json_schema, read_order
from apps.orders.models import Order
from ordercash.kernel.money import to_minor
from tests.factories.orders import answer_to, document, place, submission

pytestmark = pytest.mark.usefixtures("company")


def line(**values: Any) -> dict[str, Any]:
    return {"sku": "MUG-BLUE", "quantity": "1", **values}


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        (line(unit="pallet"), "/lines/0/unit", "unit_unknown"),
        (line(unit="box", quantity="0.3"), "/lines/0/quantity", "quantity_not_divisible"),
        (line(unit="box", quantity="9000000"), "/lines/0/quantity", "quantity_too_large"),
        ({"sku": "CANDLE-VAN", "quantity": "1", "unit": "box"}, "/lines/0/unit", "unit_unknown"),
    ],
)
def test_a_unit_that_does_not_fit_is_told_at_its_place(wrong: dict[str, Any], pointer: str, code: str) -> None:
    answer = answer_to(submission(lines=[wrong]))
    (fault,) = orjson.loads(answer.body)["errors"]
    assert (answer.status, fault["pointer"], fault["code"]) == (422, pointer, code)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("coupons", "pointer"),
    [(["A B"], "/coupons/0"), (["OK", ""], "/coupons/1"), (["SUMMER", "summer"], "/coupons/1"), ("SUMMER", "/coupons"),
     (["X"] * 21, "/coupons"), ([7], "/coupons/0")],
)  # fmt: skip
def test_a_coupon_that_is_no_code_is_told_at_its_place(coupons: Any, pointer: str) -> None:
    with pytest.raises(OrderMalformed) as refused:
        read_order(document(coupons=coupons))
    assert refused.value.faults[0].pointer == pointer


def test_the_schema_names_units_and_coupons() -> None:
    schema = json_schema()
    assert "coupons" in schema["properties"]
    assert "unit" in schema["$defs"]["CanonicalLine"]["properties"]


def test_half_a_box_is_six_pieces() -> None:
    order = place(lines=[line(unit="box", quantity="0.5")])
    (kept,) = order.lines.all()
    assert (kept.quantity, kept.ordered_quantity, kept.ordered_unit) == (6, Decimal("0.5"), "box")


MONEY = st.integers(0, 10**12)


@given(st.lists(MONEY, min_size=1, max_size=9), MONEY, st.sampled_from(["JPY", "EUR", "KWD"]))
def test_the_parts_sum_to_the_bundle(nets: list[int], discount: int, currency: str) -> None:
    shares = part_shares(nets, discount, currency)
    assert sum(share.discount_minor for share in shares) == discount
    assert [share.net_minor for share in shares] == nets
    assert all(share.discount_minor >= 0 for share in shares)
    assert all(to_minor(share.unit_price, currency) == share.net_minor + share.discount_minor for share in shares)


PRICES = st.one_of(st.none(), st.decimals(0, 1_000, places=6))


@given(MONEY, st.lists(st.tuples(PRICES, st.decimals(Decimal("0.0001"), 1_000, places=4)), min_size=1, max_size=9))
def test_a_net_is_split_on_the_parts_to_the_last_minor_unit(
    net: int, parts: list[tuple[Decimal | None, Decimal]]
) -> None:
    shares = net_of_parts(net, [price for price, _ in parts], [quantity for _, quantity in parts])
    assert sum(shares) == net
    assert all(share >= 0 for share in shares)


def test_only_whole_bundles_count() -> None:
    assert whole_bundles(Decimal(3), []) == 0
    assert whole_bundles(Decimal(3), [(Decimal(3), Decimal(3)), (Decimal(2), Decimal(6))]) == 1
