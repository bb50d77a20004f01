"""The promotions of a bicycle maker as pricing rules: the file says what the table says, and carts cost what a person reckons by hand."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pricing.contract import CONDITIONS
from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import CartFacts, CartPriced, LineFacts, ListFacts
from apps.pricing.decisions.document.compiled import Rules, compile_rules
from apps.pricing.decisions.document.examination import examine_members
from apps.pricing.decisions.document.schema import PricingRules
from apps.pricing.decisions.record.explanation import charges_borne, explain_line, explain_order
from tests.factories.adventureworks import INTERNET, RESELLERS, Promotion, Version, instant, promotions, versions
from tests.factories.adventureworks_masters import FREIGHT, rulebook_file
from tests.factories.adventureworks_promotions import concerns, moments, percent_off, rounded, skus_of
from tests.factories.pricing_rules import a_cart, a_record, an_extra
from tests.integrations.real_data import IS_FULL

LIST = ListFacts("AW-USD", "everybody", "USD")
BEGIN = datetime(2010, 12, 1, tzinfo=UTC)
QUANTITIES = [1, 10, 11, 12, 14, 15, 24, 25, 40, 41, 60, 61, 62, 1000]

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def document() -> PricingRules:
    return PricingRules.model_validate(rulebook_file()["document"])


@pytest.fixture(scope="module")
def rules(document: PricingRules) -> Rules:
    return compile_rules(document, CONDITIONS)


def test_every_promotion_but_none_is_a_rule_with_its_figures(document: PricingRules) -> None:
    given = {rule.name: rule for rule in document.discounts}
    assert list(given) == [f"promotion_{promotion.key}" for promotion in promotions()[1:]]
    for promotion in promotions()[1:]:
        rule = given[f"promotion_{promotion.key}"]
        assert (rule.title, rule.give.percent) == (promotion.name, promotion.factor * 100)
        assert (rule.from_, rule.until, rule.zone) == (promotion.begin, promotion.end, None)
    assert promotions()[0].factor == 0


def test_nothing_is_wrong_with_the_document(document: PricingRules) -> None:
    assert not [found for found in examine_members(document, CONDITIONS) if found.severity == "error"]


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("group", [RESELLERS, ""])
def test_tiers(rules: Rules, quantity: int, group: str) -> None:
    expected = {11: 2, 12: 2, 14: 2, 15: 5, 24: 5, 25: 10, 40: 10, 41: 15, 60: 15, 61: 20, 62: 20, 1000: 20}
    percent = expected.get(quantity, 0) if group else 0
    priced = decided(rules, [(_version("HL-U509"), quantity)], datetime(2012, 6, 1, 12, tzinfo=UTC), group, "store")
    exact = Decimal("33.6442") * quantity
    assert told(priced)[0] == exact - exact * percent / 100


@pytest.mark.parametrize("key", range(2, 17))
def test_a_second_before_and_after_both_ends(rules: Rules, key: int) -> None:
    promotion = promotions()[key - 1]
    for sku, (at, runs) in itertools.product(skus_of(promotion), moments(promotion)):
        product = _version(sku)
        for group, channel in ((RESELLERS, "store"), ("", "store"), (RESELLERS, INTERNET), ("", INTERNET)):
            priced = decided(rules, [(product, max(promotion.least, 1))], at, group, channel)
            gave = [rule for rule, _ in priced.lines[0].discounts]
            assert (gave == [f"promotion_{key}"]) == (runs and _open_to(promotion, group, channel)), (
                at,
                group,
                channel,
            )
            if not runs:
                lost = {loser.rule: loser.why for loser in explain_order(priced.trace).lost}
                assert lost[f"promotion_{key}"] == ("not_yet" if at < instant(promotion.begin) else "ended")


def _times() -> st.SearchStrategy[datetime]:
    ends = [at for promotion in promotions() for at, _ in moments(promotion)]
    seconds = st.integers(0, 1400 * 86_400).map(lambda passed: BEGIN + timedelta(seconds=passed))
    return st.one_of(st.sampled_from(ends), seconds)


def _products() -> st.SearchStrategy[Version]:
    named = [each for each in versions() if any(concerns(one, each) for one in promotions()[6:])]
    return st.one_of(st.sampled_from(named), st.sampled_from(versions()))


@st.composite
def carts(draw: st.DrawFn) -> dict[str, Any]:
    quantities = st.one_of(st.sampled_from(QUANTITIES), st.integers(1, 100))
    return {
        "wanted": draw(st.lists(st.tuples(_products(), quantities), min_size=1, max_size=6)),
        "at": draw(_times()),
        "group": draw(st.sampled_from([RESELLERS, ""])),
        "channel": draw(st.sampled_from([INTERNET, "store"])),
    }


@settings(max_examples=10_000 if IS_FULL else 150)
@given(data=st.data())
def test_carts_cost_what_the_table_of_promotions_says(rules: Rules, data: st.DataObject) -> None:
    cart = data.draw(carts())
    wanted, at, group, channel = cart["wanted"], cart["at"], cart["group"], cart["channel"]
    priced = decided(rules, wanted, at, group, channel)

    factors = [percent_off(product, quantity, at, group, channel) for product, quantity in wanted]
    exacts = [
        product.list_price * quantity * (1 - factor)
        for (product, quantity), factor in zip(wanted, factors, strict=True)
    ]
    assert told(priced) == exacts
    assert [Decimal(line.net_minor) / 100 for line in priced.lines] == [rounded(exact) for exact in exacts]
    assert [len(line.discounts) for line in priced.lines] == [int(factor > 0) for factor in factors]
    borne = [charges_borne(priced.trace, place)["freight"] for place in range(len(wanted))]
    assert borne == [exact * Decimal("0.025") for exact in exacts]
    freight = rounded(sum(map(rounded, exacts), Decimal(0)) * Decimal("0.025"))
    assert sum(line.net_minor for line in priced.added) == freight * 100


def decided(rules: Rules, wanted: list[tuple[Version, int]], at: datetime, group: str, channel: str) -> CartPriced:
    """Decide a cart of these products at their list prices."""
    return decide_cart(rules, _facts(wanted, at, group, channel))


def told(priced: CartPriced) -> list[Decimal]:
    """Return what the trace says of each line before rounding."""
    lines = [explain_line(priced.trace, place, line.gross_minor) for place, line in enumerate(priced.lines)]
    return [line.steps[-1].left if line.steps else line.gross for line in lines]  # type: ignore[misc]


def _facts(wanted: list[tuple[Version, int]], at: datetime, group: str, channel: str) -> CartFacts:
    lines = [
        LineFacts(
            f"p-{product.sku}", product.sku, product.category, "piece", Decimal(quantity),
            candidates=(a_record(str(product.list_price), price_list=LIST, record=str(product.key)),),
        )
        for product, quantity in wanted
    ]  # fmt: skip
    return a_cart(
        *lines, at=at.isoformat(), currency="USD", zone="America/Los_Angeles", customer_group=group, channel=channel,
        country="US", state="WA", postal_code="98011", extras=(an_extra(FREIGHT),),
    )  # fmt: skip


def _open_to(promotion: Promotion, group: str, channel: str) -> bool:
    return group == RESELLERS if promotion.for_whom == "Reseller" else channel != INTERNET


def _version(sku: str) -> Version:
    return next(version for version in versions() if version.sku == sku)
