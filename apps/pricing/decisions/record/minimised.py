"""Facts are kept for years and cannot be forgotten: of an address they hold no more than the decision needs."""

from collections.abc import Iterable

from apps.pricing.decisions.cart.accesses import plain_code
from apps.pricing.decisions.cart.facts import Candidate, CartFacts
from apps.pricing.decisions.document.compiled import Rules


def needed_facts(rules: Rules, facts: CartFacts) -> CartFacts:
    """Return the facts with a postal code only as long as the longest prefix of a price list; the decision is the same.

    A code that conditions read stays whole.
    """
    if not facts.postal_code or "postal_code" in rules.reads:
        return facts
    longest = max((len(plain_code(row.price_list.postal_prefix)) for row in _candidates(facts)), default=0)
    return facts._replace(postal_code=plain_code(facts.postal_code)[:longest])


def _candidates(facts: CartFacts) -> Iterable[Candidate]:
    for line in facts.lines:
        yield from line.candidates
        for part in line.parts:
            yield from part.candidates
    for extra in facts.extras:
        yield from extra.candidates
