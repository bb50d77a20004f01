"""What holds for every document and every cart: one price whatever the storage order, sums that are whole, bytes that come again."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from random import Random

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.billing.decisions.credits import QUANTITY_UNITS, CreditableLine, quantity_share
from apps.pricing.decisions.cart import decide_cart
from apps.pricing.decisions.explanation import explain_line
from apps.pricing.decisions.facts import CartFacts, CartPriced
from apps.pricing.decisions.readings import read_facts, read_outcome
from apps.pricing.decisions.texts import cart_texts, replay_cart
from ordercash.kernel.money import to_minor
from tests.factories.pricing_carts import random_cart, random_document, random_rules
from tests.factories.pricing_rules import rules_of, shuffled

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
    other = cart._replace(
        coupons=cart.coupons[::-1], extras=cart.extras[::-1], rates=cart.rates[::-1],
        lines=tuple(line._replace(candidates=line.candidates[::-1]) for line in cart.lines),
    )  # fmt: skip
    again = cart_texts(other, decide_cart(mixed, other))
    assert (again.outcome, again.trace) == (texts.outcome, texts.trace)


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
    assert read_facts(texts.facts) == cart
    read = read_outcome(texts.outcome, texts.trace)
    assert (read.lines, read.added, read.coupons) == (priced.lines, priced.added, priced.coupons)
    assert cart_texts(cart, read).outcome == texts.outcome


AGAIN = """
import sys, orjson
from apps.pricing.decisions.compiled import compile_rules
from apps.pricing.decisions.conditions import Language
from apps.pricing.decisions.rules import PricingRules
from apps.pricing.decisions.texts import replay_cart
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
