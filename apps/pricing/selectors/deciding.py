"""Deciding what carts cost: for a whole batch the rules in force, or others, the facts, and by them the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import AddedLine, CartFacts, CartPriced, Coupon, LinePriced
from apps.pricing.decisions.document.schema import RULES_KIND
from apps.pricing.decisions.record.minimised import needed_facts
from apps.pricing.decisions.record.readings import read_facts, read_outcome
from apps.pricing.decisions.record.texts import CartTexts, cart_texts
from apps.pricing.selectors.carts import CartRequest, needs_of, read_carts
from apps.rulebooks.contract import InForce, rulebook_in_force


@dataclass(eq=False)
class DecidedCart:
    """What a cart costs by a version (SHA-256) of the rules, and the decision as it is stored: facts and trace are read from there.

    A batch keeps no more of each cart, because what stays in memory makes the carts after it slower.
    """

    version_sha256: bytes
    texts: CartTexts

    @cached_property
    def facts(self) -> CartFacts:
        """What the decision was taken from."""
        return read_facts(self.texts.facts)

    @cached_property
    def priced(self) -> CartPriced:
        """The decision with its trace."""
        return read_outcome(self.texts.outcome, self.texts.trace)

    @cached_property
    def lines(self) -> Sequence[LinePriced]:
        """What each line costs."""
        return self.priced.lines

    @cached_property
    def added(self) -> Sequence[AddedLine]:
        """The lines that rules added."""
        return self.priced.added


def price_carts(
    requests: Sequence[CartRequest], *, coupons: Sequence[Sequence[Coupon]] | None = None
) -> list[DecidedCart]:
    """Decide the prices of a batch of carts; the number of statements does not depend on how many there are.

    `coupons` are those of each cart when they were redeemed already; otherwise the codes of the requests are looked up, and
    nothing is redeemed. Raises NoRulebookInForce when no pricing rules are active at a cart's instant.
    """
    rules = [rulebook_in_force(RULES_KIND, at=each.at, legal_entity_id=each.legal_entity_id) for each in requests]
    return price_carts_by(rules, requests, coupons=coupons)


def price_carts_by(
    rules: Sequence[InForce], requests: Sequence[CartRequest], *, coupons: Sequence[Sequence[Coupon]] | None = None
) -> list[DecidedCart]:
    """Decide the prices of each cart by a version of the rules, whether it is in force or not; see `price_carts`."""
    needs = {each.sha256: needs_of(each.compiled) for each in {each.sha256: each for each in rules}.values()}
    carts = read_carts(requests, [needs[each.sha256] for each in rules])
    granted = coupons or [()] * len(requests)
    return [_decided(each, cart, own) for each, cart, own in zip(rules, carts, granted, strict=True)]


def _decided(rules: InForce, cart: CartFacts, granted: Sequence[Coupon]) -> DecidedCart:
    """Decide about one cart and write it down before the next is looked at: each step is quicker on what was just made."""
    facts = needed_facts(rules.compiled, cart._replace(coupons=tuple(granted)) if granted else cart)
    priced = decide_cart(rules.compiled, facts)
    decided = DecidedCart(rules.sha256, cart_texts(facts, priced))
    decided.lines, decided.added = priced.lines, priced.added
    return decided
