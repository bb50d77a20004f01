"""The decision of a cart as canonical texts, and its replay from them to the same bytes.

Facts: the cart's members; `lists` holds each price list once, and a line's prices are [list, record, unit, from, price, per]; a part is
[product, sku, quantity, prices, {what accesses ask for}?], a product that rules may add [product, sku, unit, prices, {…}?]. Outcome:
{"lines": [[unit price, per, gross, discount, net, exact net, source, [[rule, minor]], [[product, sku, quantity, minor]], floor]], "added",
"coupons"}. Trace: see `traces`. Decimals are plain text with the scale that they came with.
"""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple

import orjson

from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import (
    NOTHING,
    ONE,
    Candidate,
    CartFacts,
    CartPriced,
    ExtraFacts,
    LineFacts,
    ListFacts,
    PartFacts,
)
from apps.pricing.decisions.document.compiled import Rules
from apps.pricing.decisions.document.numbers import plain
from apps.pricing.decisions.record.readings import SHARED, read_facts


class CartTexts(NamedTuple):
    """A decision as it is stored."""

    facts: str
    outcome: str
    trace: str


def cart_texts(facts: CartFacts, priced: CartPriced) -> CartTexts:
    """Return the texts of a decision."""
    return CartTexts(facts_text(facts), outcome_text(priced), canonical(priced.trace))


def replay_cart(rules: Rules, facts: str) -> tuple[str, str]:
    """Decide again from stored facts; returns the outcome and the trace, to the byte."""
    priced = decide_cart(rules, read_facts(facts))
    return outcome_text(priced), canonical(priced.trace)


def facts_text(facts: CartFacts) -> str:
    """Return the canonical text of facts; what is empty is left out."""
    lists = _Lists()
    known: dict[str, Any] = dict(zip(SHARED, _shared_of(facts), strict=True))
    known["lines"] = [_line(line, lists) for line in facts.lines]
    if facts.coupons:
        known["coupons"] = [tuple(coupon) for coupon in sorted(facts.coupons)]
    if facts.rates:
        known["rates"] = [(row.base, row.quote, plain(row.rate), row.date, row.source) for row in sorted(facts.rates)]
    if facts.extras:
        extras = sorted(facts.extras, key=_FIRST)
        known["extras"] = [
            (*extra[:3], lists.rows(extra.candidates), *_besides_of_extra(extra, lists)) for extra in extras
        ]
    if facts.edition > 1:
        known["edition"] = facts.edition
    known["lists"] = lists.known
    return canonical(known)


def outcome_text(priced: CartPriced) -> str:
    """Return the canonical text of an outcome."""
    lines = [
        (
            None if line.unit_price is None else plain(line.unit_price),
            "1" if line.per is ONE else plain(line.per), line.gross_minor,
            line.discount_minor, line.net_minor, plain(line.net_exact.normalize()), line.source, line.discounts,
            [(part.product, part.sku, plain(part.quantity), part.net_minor) for part in line.parts] if line.parts else (),
            None if line.floor is None else (line.floor.rule, _maybe(line.floor.least)),
        )
        for line in priced.lines
    ]  # fmt: skip
    added = [
        (
            *line[:5], plain(line.quantity), None if line.unit_price is None else plain(line.unit_price), plain(line.per),
            line.gross_minor, line.discount_minor, line.net_minor, plain(line.net_exact.normalize()),
            *((line.bundle,) if line.bundle else ()),
        )
        for line in priced.added
    ]  # fmt: skip
    return canonical({"added": added, "coupons": priced.coupons, "lines": lines})


def canonical(value: Any) -> str:
    """Return the canonical JSON text: sorted keys, no white space."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


_FIRST: Final = itemgetter(slice(3))
_shared_of: Final = attrgetter(*SHARED)


class _Lists:
    """Price lists, each written once; rows of prices name their place."""

    def __init__(self) -> None:
        self.known: list[tuple[Any, ...]] = []
        self._places: dict[ListFacts, int] = {}
        self._by_id: dict[int, int] = {}

    def rows(self, candidates: Sequence[Candidate]) -> list[tuple[Any, ...]]:
        places = self._by_id
        return [
            (
                places[id(price_list)] if id(price_list) in places else self._place(price_list),
                record, unit, "0" if least is NOTHING else plain(least), plain(price), "1" if per is ONE else plain(per),
            )
            for price_list, record, unit, least, price, per in candidates
        ]  # fmt: skip

    def _place(self, price_list: ListFacts) -> int:
        place = self._places.setdefault(price_list, len(self._places))
        if place == len(self.known):
            self.known.append(tuple(price_list))
        self._by_id[id(price_list)] = place
        return place


def _line(line: LineFacts, lists: _Lists) -> dict[str, Any]:
    known: dict[str, Any] = {
        "category": line.category, "product": line.product, "quantity": plain(line.quantity), "sku": line.sku, "unit": line.unit,
    }  # fmt: skip
    if line.factor is not ONE and line.factor != ONE:
        known["factor"] = plain(line.factor)
    if line.agreed is not None:
        known["agreed"] = plain(line.agreed)
    if line.candidates:
        known["prices"] = lists.rows(line.candidates)
    if line.cost is not None:
        known["cost"] = (plain(line.cost.amount), line.cost.currency)
    if line.manual is not None:
        price, percent, by, reason = line.manual
        known["manual"] = (_maybe(price), _maybe(percent), by, reason)
    if line.volumes:
        known["volumes"] = [(days, plain(bought)) for days, bought in sorted(line.volumes)]
    if line.parts:
        known["parts"] = _parts(line.parts, lists)
    if line.units:
        known["units"] = _units(line.units)
    if line.weight is not None:
        known["weight"] = plain(line.weight)
    return known


def _parts(parts: Sequence[PartFacts], lists: _Lists) -> list[tuple[Any, ...]]:
    return [
        (
            *part[:2], plain(part.quantity), lists.rows(part.candidates),
            *_besides(category=part.category, unit=part.unit, units=_units(part.units)),
        )
        for part in parts
    ]  # fmt: skip


def _besides_of_extra(extra: ExtraFacts, lists: _Lists) -> Sequence[dict[str, Any]]:
    if not (extra.category or extra.units or extra.parts) and extra.weight is None:
        return ()
    weight, parts = _maybe(extra.weight), _parts(extra.parts, lists)
    return _besides(category=extra.category, units=_units(extra.units), parts=parts, weight=weight)


def _besides(**asked: Any) -> list[dict[str, Any]]:
    """Return what else is known of a part or an added product, at the end of its row; nothing where nobody asks."""
    known = {name: value for name, value in asked.items() if value}
    return [known] if known else []


def _units(units: Sequence[tuple[str, Decimal]]) -> list[tuple[str, str]]:
    return [(unit, plain(held)) for unit, held in sorted(units)]


def _maybe(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
