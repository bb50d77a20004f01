"""Why something costs what it costs, as a tree for people: the one explanation that quotes, the lab and orders show.

"Why this price": every place where it was looked for, the one that had it, and what was taken off. "Why not that one": what every
other access and rule said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final, NamedTuple

from apps.pricing.decisions.cart.facts import CartFacts, CartPriced
from apps.pricing.decisions.record.explanation import LineTold, Loser, OrderTold, explain_line, reason_words
from apps.pricing.selectors.titles import NO_TITLES, Titles, label_of, titled_line, titled_order
from ordercash.kernel.money import to_major
from ordercash.web.components import Step
from ordercash.web.formats import money_html, number_text, price_html, price_text
from ordercash.web.tones import state_label

_ACCESSES: Final[Mapping[str, str]] = {
    "agreed": "Price agreed with the order",
    "contract": "Price list of the customer",
    "group_list": "Price list of the customer’s group",
    "zone_list": "Price list of the place of delivery",
    "base_list": "Price list for everybody",
    "manual": "Price set by hand",
}


class LineFigures(NamedTuple):
    """What a line costs: `unit_price` is that of `per` units; `list_minor` less `discount_minor` is the net."""

    quantity: Decimal
    unit_price: Decimal | None
    per: Decimal
    source: str
    list_minor: int
    discount_minor: int
    net_minor: int


def access_name(source: str) -> str:
    """Return the words for the access that gave a price, or the rule that added a line."""
    return _ACCESSES.get(source, state_label(source)) if source else ""


def price_steps(
    line: LineFigures,
    told: LineTold | None,
    order: OrderTold | None,
    currency: str,
    *,
    titles: Titles = NO_TITLES,
) -> list[Step]:
    """Return the explanation of a line up to its net, with the losers of the order when they are given.

    `told` None: nothing was decided of the line alone, as of free goods. `titles`: see `rule_titles`.
    """
    told, order = told and titled_line(told, titles), order and titled_order(order, titles)
    below = [*_accesses(told, currency)] if told else []
    rounded = "" if line.discount_minor else f"{_product(line, currency)}, rounded once"
    return [
        Step("Unit price", price_html(line.unit_price, currency, line.per), below=below),
        *_discounts(line, told, order, currency),
        Step("Net", money_html(line.net_minor, currency), note=rounded, outcome="taken"),
        *_floors(line, told, currency),
        *_parts(told, currency),
        *_borne(told, currency),
    ]


def cart_line_steps(facts: CartFacts, priced: CartPriced, place: int, titles: Titles = NO_TITLES) -> list[Step]:
    """Return the explanation of the line at a place of a decided cart."""
    asked, answer = facts.lines[place], priced.lines[place]
    line = LineFigures(
        asked.quantity, answer.unit_price, answer.per, answer.source, answer.gross_minor, answer.discount_minor,
        answer.net_minor,
    )  # fmt: skip
    told = explain_line(priced.trace, place, answer.gross_minor)
    return price_steps(line, told, None, facts.currency, titles=titles)


def order_steps(order: OrderTold, currency: str, titles: Titles = NO_TITLES) -> list[Step]:
    """Return what rules did to the whole cart: discounts, charges, coupons, and who gave nothing."""
    order, steps = titled_order(order, titles), []
    for rule, base, minor, goods in order.steps:
        given = ", ".join(map(_goods, goods))
        value = money_html(-minor, currency) if minor else given
        steps.append(Step(label_of(rule), value, outcome="applied", note=_on(base, currency)))
    for rule, base, _, minor in order.charges:
        steps.append(Step(label_of(rule), money_html(minor, currency), outcome="applied", note=_on(base, currency)))
    if order.weight is not None:
        unknown = f"without {', '.join(order.unweighed)}: nobody knows" if order.unweighed else ""
        steps.append(Step("Weight", f"{number_text(order.weight)} kg", note=unknown))
    for code, campaign, why in order.coupons:
        outcome = "refused" if why else "taken"
        steps.append(Step(f"Coupon {code}", campaign, outcome=outcome, note=reason_words(why) if why else ""))
    return [*steps, *_not_given(order.lost, currency)]


def _goods(goods: Sequence[str]) -> str:
    """Return what was given: so many of a product, and the bundle that it comes with."""
    sku, quantity, *bundle = goods
    return f"{number_text(Decimal(quantity))} x {sku}" + "".join(f" (of {each})" for each in bundle)


def _on(base_minor: int, currency: str) -> str:
    return f"on {price_text(to_major(base_minor, currency), currency)}"


def _product(line: LineFigures, currency: str) -> str:
    if line.unit_price is None:
        return f"{number_text(line.quantity)} x an unknown price"
    per = "" if line.per == 1 else f" / {number_text(line.per)}"
    return f"{number_text(line.quantity)} x {price_text(line.unit_price, currency)}{per}"


def _accesses(told: LineTold, currency: str) -> Iterator[Step]:
    """Yield every access that was tried, and the one that gave the price with what was done to it."""
    for missed in told.missed:
        yield Step(access_name(missed.access), outcome="missed", note=missed.words)
    if told.found is not None:
        yield _found(told.found, currency)


def _found(found: Mapping[str, Any], currency: str) -> Step:
    below = [_found(found["instead"], currency)] if "instead" in found else []
    below += [_part_found(part, currency) for part in found.get("parts", ())]
    price = price_html(Decimal(found.get("unit_price", found["found"])), currency, Decimal(found.get("per", 1)))
    notes = " · ".join(note for note in _notes(found) if note)
    return Step(access_name(found["access"]), price, outcome="taken", note=notes, below=below)


def _part_found(part: Mapping[str, Any], currency: str) -> Step:
    """Return what one part of a bundle costs alone, and where that was found."""
    found = _found(part, currency)
    return replace(
        found, label=f"{number_text(Decimal(part['quantity']))} x {part['sku']}", note=f"{found.label}: {found.note}"
    )


def _notes(found: Mapping[str, Any]) -> Iterator[str]:
    yield str(found.get("list", ""))
    scale = Decimal(found.get("from_quantity", 0))
    if scale > 0:
        yield f"from {number_text(scale)} on"
    if "scale_quantity" in found:
        over = "in the order" if found.get("scale") == "order" else "in the period"
        yield f"{number_text(Decimal(found['scale_quantity']))} {over}"
    if "held" in found.get("unit", ()):
        yield f"the price is for one {found['unit']['from']} of {number_text(Decimal(found['unit']['held']))}"
    if "unit" in found:
        yield f"{number_text(Decimal(found['unit']['factor']))} in one {found['unit']['to']}"
    if "rate" in found:
        rate = found["rate"]
        yield f"{rate['base']}/{rate['quote']} {rate['rate']} of {rate['date']}, {rate['source']}"
    yield str(found.get("reason", ""))


def _discounts(line: LineFigures, told: LineTold | None, order: OrderTold | None, currency: str) -> Iterator[Step]:
    """Yield the amount before discounts with what was taken off it, and the rules that gave nothing, with why."""
    if line.discount_minor:
        yield Step("List", money_html(line.list_minor, currency), note=_product(line, currency))
    for step in told.steps if told else ():
        share = "its share of a discount on the order"
        left = share if step.left is None else f"leaves {price_text(step.left, currency)}"
        yield Step(label_of(step.rule), money_html(-step.minor, currency), outcome="applied", note=left)
    if told is None and line.discount_minor:
        taken = money_html(-line.discount_minor, currency)
        yield Step("Discount", taken, outcome="applied", note=access_name(line.source))
    lost = (*(told.lost if told else ()), *(order.lost if told and order else ()))
    yield from _not_given(lost, currency)


def _not_given(lost: tuple[Loser, ...], currency: str) -> Iterator[Step]:
    if lost:
        rows = [Step(label_of(each.rule), outcome="missed", note=_lost(each, currency)) for each in lost]
        yield Step("Not given", below=rows, is_open=False, note=f"{len(rows)} rule{'' if len(rows) == 1 else 's'}")


def _lost(each: Loser, currency: str) -> str:
    if not each.minor:
        return each.words
    return f"{each.words}; it would have taken {price_text(to_major(each.minor, currency), currency)}"


def _floors(line: LineFigures, told: LineTold | None, currency: str) -> Iterator[Step]:
    """Yield the floors that were held against the line: the least price of one of the product's own units."""
    for floor in told.floors if told else ():
        label = f"Floor: {label_of(floor['rule'])}"
        if "missed" in floor:
            yield Step(label, outcome="missed", note=_floor_missed(floor))
        else:
            least = price_html(Decimal(floor["least"]), currency)
            yield Step(label, least, note="the least that one unit may bring")


def _floor_missed(floor: Mapping[str, Any]) -> str:
    """Say why a floor could not be held against a line, and what it does then."""
    why = reason_words(str(floor["missed"]))
    if floor["missed"] not in ("no_cost", "no_rate"):
        return why
    return f"{why}; the line {'is held until somebody allows it' if 'holds' in floor else 'passes'}"


def _parts(told: LineTold | None, currency: str) -> Iterator[Step]:
    if told is None or not told.parts:
        return
    rows = [
        Step(
            str(part["sku"]), money_html(part["minor"], currency),
            note="no price alone" if part["alone"] is None else f"alone {price_text(Decimal(part['alone']), currency)}",
        )
        for part in told.parts
    ]  # fmt: skip
    yield Step("Split on its parts", note="by what they cost alone", below=rows)


def _borne(told: LineTold | None, currency: str) -> Iterator[Step]:
    """Yield what the line bears of charges that are asked of lines one by one, before rounding."""
    for rule, amount in told.borne.items() if told else ():
        note = "what the line bears of it, before rounding; it is charged once, on the order"
        yield Step(f"Charge: {label_of(rule)}", price_html(amount, currency), note=note)
