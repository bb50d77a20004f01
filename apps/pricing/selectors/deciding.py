"""Deciding what carts cost: for a whole batch the rules in force, or others, the facts, and by them the decision."""

from collections.abc import Sequence
from typing import NamedTuple

from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import CartFacts, CartPriced, Coupon
from apps.pricing.decisions.document.schema import RULES_KIND
from apps.pricing.decisions.record.minimised import needed_facts
from apps.pricing.decisions.record.texts import CartTexts, cart_texts
from apps.pricing.selectors.carts import CartRequest, needs_of, read_carts
from apps.rulebooks.contract import InForce, rulebook_in_force


class DecidedCart(NamedTuple):
    """What a cart costs, what that was decided from, the version (SHA-256) of the rules that decided it, and all of it as it is stored."""

    version_sha256: bytes
    facts: CartFacts
    priced: CartPriced
    texts: CartTexts


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
    facts = read_carts(requests, [needs[each.sha256] for each in rules])
    if coupons is not None:
        facts = [cart._replace(coupons=tuple(own)) if own else cart for cart, own in zip(facts, coupons, strict=True)]
    kept = [needed_facts(each.compiled, cart) for each, cart in zip(rules, facts, strict=True)]
    return [_decided(each, cart) for each, cart in zip(rules, kept, strict=True)]


def _decided(rules: InForce, cart: CartFacts) -> DecidedCart:
    """Decide and write down at once: the texts take longer when the rest of a large batch was decided in between."""
    priced = decide_cart(rules.compiled, cart)
    return DecidedCart(rules.sha256, cart, priced, cart_texts(cart, priced))
