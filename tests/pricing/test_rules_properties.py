"""What holds for every document and every cart: one price whatever the storage order, sums that are whole, bytes that come again."""

import os
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.billing.decisions.credits import QUANTITY_UNITS, CreditableLine, quantity_share
from apps.orders.services.locked import LineFacts, Share
from apps.pricing.contract import CONDITIONS
from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import CartFacts, CartPriced
from apps.pricing.decisions.document.gives import LINE_GIVES, ORDER_GIVES, WEIGHT_GIVES
from apps.pricing.decisions.document.rivalry import examine_document
from apps.pricing.decisions.record.explanation import explain_line
from apps.pricing.decisions.record.readings import read_facts, read_outcome
from apps.pricing.decisions.record.texts import cart_texts, replay_cart
from ordercash.kernel.money import to_minor
from tests.factories.pricing_carts import METHODS, random_cart, random_document, random_rules
from tests.factories.pricing_rules import a_document, rules_of, shuffled

FULL = bool(os.environ.get("ORDERCASH_FULL"))
DOCUMENTS = 60
seeds = st.integers(0, 2**48)


@settings(max_examples=10_000 if FULL else 150)
@given(seeds)
def test_the_order_in_which_rules_are_stored_never_matters(seed: int) -> None:
    draw = Random(seed)
    number = draw.randrange(DOCUMENTS)
    document = random_document(Random(number))
    mixed = rules_of(**shuffled(document, (draw.random() for _ in range(10_000))))
    cart = random_cart(draw)
    texts = cart_texts(cart, decide_cart(random_rules(number), cart))
    other = _in_disorder(cart, draw)
    again = cart_texts(other, decide_cart(mixed, other))
    assert (again.outcome, again.trace) == (texts.outcome, texts.trace)


def _in_disorder(cart: CartFacts, draw: Random) -> CartFacts:
    """Return the cart with everything told in another order that has none: prices, units, coupons, rates, what may be added."""

    def mixed(rows: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(draw.sample(rows, len(rows)))

    lines = [line._replace(candidates=mixed(line.candidates), units=mixed(line.units)) for line in cart.lines]
    return cart._replace(
        coupons=mixed(cart.coupons), extras=mixed(cart.extras), rates=mixed(cart.rates), lines=tuple(lines)
    )


@settings(max_examples=100_000 if FULL else 1_000)
@given(seeds)
def test_sums_are_whole_and_never_negative(seed: int) -> None:
    draw = Random(seed)
    cart = random_cart(draw)
    priced = decide_cart(random_rules(draw.randrange(DOCUMENTS)), cart)
    _check_lines(cart, priced)
    _check_shares(priced)
    _check_refunds(cart, priced, draw)


def _check_lines(cart: CartFacts, priced: CartPriced) -> None:
    for place, (facts, line, told) in enumerate(zip(cart.lines, priced.lines, priced.trace["lines"], strict=True)):
        assert explain_line(priced.trace, place, line.gross_minor).net_minor == line.net_minor
        assert line.net_minor >= 0
        assert line.gross_minor - line.discount_minor == line.net_minor
        assert sum(minor for _, minor in line.discounts) == line.discount_minor
        assert all(minor >= 0 for _, minor in line.discounts)
        assert sum(part.net_minor for part in line.parts) == (line.net_minor if facts.parts else 0)
        assert all(part.net_minor >= 0 for part in line.parts)
        lefts = [Decimal(step[2]) for step in told.get("steps", ()) if len(step) == 3]
        assert lefts == sorted(lefts, reverse=True)
        assert [step[1] for step in told.get("steps", ())] == [minor for _, minor in line.discounts]
        assert to_minor(line.net_exact, cart.currency) == line.net_minor


def _check_shares(priced: CartPriced) -> None:
    shared: dict[str, int] = {}
    for told in priced.trace["lines"]:
        for step in told.get("steps", ()):
            if len(step) == 2:
                shared[step[0]] = shared.get(step[0], 0) + step[1]
    steps = priced.trace["order"].get("steps", ())
    assert shared == {rule: minor for rule, _, minor, _ in steps if minor}
    for line in priced.added:
        assert line.gross_minor - line.discount_minor == line.net_minor >= 0


def _check_refunds(cart: CartFacts, priced: CartPriced, draw: Random) -> None:
    """Give every line back in some number of steps; all of them sum to what was paid, and no step touches another line."""
    for facts, line in zip(cart.lines, priced.lines, strict=True):
        whole = int(facts.quantity * QUANTITY_UNITS)
        cuts = sorted({*(draw.randrange(1, whole) for _ in range(draw.randint(0, 4))), whole})
        back, refunded = 0, 0
        for cut in cuts:
            known = CreditableLine(facts.quantity, line.net_minor, 0, Decimal(back) / QUANTITY_UNITS, refunded)
            share = quantity_share(known, Decimal(cut - back) / QUANTITY_UNITS)
            assert 0 <= share <= line.net_minor - refunded
            back, refunded = cut, refunded + share
        assert refunded == line.net_minor


@settings(max_examples=2_000 if FULL else 200)
@given(seeds)
def test_a_replay_gives_the_same_bytes(seed: int) -> None:
    draw = Random(seed)
    rules, cart = random_rules(draw.randrange(DOCUMENTS)), random_cart(draw)
    priced = decide_cart(rules, cart)
    texts = cart_texts(cart, priced)
    assert replay_cart(rules, texts.facts) == (texts.outcome, texts.trace)
    assert read_facts(texts.facts) == cart._replace(coupons=tuple(sorted(cart.coupons)))
    read = read_outcome(texts.outcome, texts.trace)
    assert (read.lines, read.added, read.coupons) == (priced.lines, priced.added, priced.coupons)
    assert cart_texts(cart, read).outcome == texts.outcome


def test_the_random_documents_have_everything_that_could_depend_on_its_order() -> None:
    documents = [random_document(Random(number)) for number in range(DOCUMENTS)]
    groups = [group for document in documents for group in document["groups"]]
    assert {(group["level"], group["method"]) for group in groups} == {
        (level, method) for level in ("line", "order") for method in METHODS
    }
    assert any(
        len({each["order"] for each in document["groups"]}) < len(document["groups"]) / 2 for document in documents
    )
    assert {len(rivals) for document in documents for rivals in document["best_of"]} == {2}
    ways = {way for document in documents for rule in document["discounts"] for way in rule["give"]}
    assert ways == LINE_GIVES | ORDER_GIVES
    assert {way for document in documents for rule in document["charges"] for way in rule["give"]} >= WEIGHT_GIVES
    assert any(rule.get("coupon") for document in documents for rule in (*document["discounts"], *document["charges"]))
    for document in documents:
        assert [each for each in examine_document(a_document(**document), CONDITIONS) if each.severity == "error"] == []


@settings(max_examples=10_000 if FULL else 150)
@given(seeds)
def test_whatever_happens_to_a_line_moves_no_other_one_s_share(seed: int) -> None:
    """Ship and cancel parts of all lines in any order: each line's shares are those of its own parts alone, and sum to it."""
    draw = Random(seed)
    cart = random_cart(draw)
    priced = decide_cart(random_rules(draw.randrange(DOCUMENTS)), cart)
    wanted = [_cut(line.quantity, draw) for line in cart.lines]
    alone = [[frozen.take(part) for part in parts] for frozen, parts in zip(_frozen(cart, priced), wanted, strict=True)]
    together, turns = _frozen(cart, priced), [place for place, parts in enumerate(wanted) for _ in parts]
    taken: list[list[Share]] = [[] for _ in wanted]
    for place in draw.sample(turns, len(turns)):
        taken[place].append(together[place].take(wanted[place][len(taken[place])]))
    assert taken == alone
    for line, shares in zip(priced.lines, taken, strict=True):
        assert sum(share.net_minor for share in shares) == line.net_minor
        assert sum(share.discount_minor for share in shares) == line.discount_minor
        assert all(share.net_minor >= 0 and share.discount_minor >= 0 for share in shares)


def _cut(quantity: Decimal, draw: Random) -> list[Decimal]:
    whole = int(quantity * QUANTITY_UNITS)
    cuts = sorted({0, *(draw.randrange(1, whole) for _ in range(draw.randint(0, 3))), whole})
    return [Decimal(until - since) / QUANTITY_UNITS for since, until in pairwise(cuts)]


def _frozen(cart: CartFacts, priced: CartPriced) -> list[LineFacts]:
    """Return the lines as an order freezes them at confirmation."""
    nothing, one = UUID(int=0), Decimal(1)
    return [
        LineFacts(
            nothing, nothing, place, nothing, "", asked.quantity, Decimal(0), line.unit_price or Decimal(0), line.net_minor, "S", one,
            "", line.net_minor // 5, "product", None, line.per, line.discount_minor,
        )
        for place, (asked, line) in enumerate(zip(cart.lines, priced.lines, strict=True), start=1)
    ]  # fmt: skip


AGAIN = """
import sys, orjson
from apps.pricing.decisions.document.compiled import compile_rules
from apps.pricing.decisions.document.conditions import Language
from apps.pricing.decisions.document.schema import PricingRules
from apps.pricing.decisions.record.texts import replay_cart
from apps.rulebooks.decisions.comparisons import comparisons
from apps.rulebooks.decisions.conditions import ConditionFailed, ConditionInvalid, compile_condition
from apps.rulebooks.decisions.domains import covers, overlap
language = Language(compile_condition, None, comparisons, covers, overlap, ConditionInvalid, ConditionFailed)
known = orjson.loads(sys.stdin.buffer.read())
answers = []
for document, facts in known:
    rules = compile_rules(PricingRules.model_validate(document), language)
    answers.append(replay_cart(rules, facts))
assert "django" not in sys.modules
sys.stdout.buffer.write(orjson.dumps(answers))
"""


def test_another_process_with_other_hashes_gives_the_same_bytes() -> None:
    asked, expected = [], []
    for number in range(20):
        rules, cart = random_rules(number), random_cart(Random(number))
        texts = cart_texts(cart, decide_cart(rules, cart))
        asked.append((rules.document.model_dump(mode="json", by_alias=True, exclude_none=True), texts.facts))
        expected.append([texts.outcome, texts.trace])
    for hashes in ("1", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", AGAIN],
            input=orjson.dumps(asked),
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": hashes},
        )
        assert orjson.loads(done.stdout) == expected
