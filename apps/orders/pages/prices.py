"""Why a line costs what it costs, as a tree: where the price was looked for, what was taken off and who lost why, the net, the tax."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.orders.selectors.detail import LineView
from apps.pricing.contract import LineTold, OrderTold, words_for
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
# EN 16931 BT-151: the categories that a line may have.
TAX_CATEGORIES: Final[Mapping[str, str]] = {
    "S": "Standard rated",
    "Z": "Zero rated",
    "E": "Exempt",
    "AE": "Reverse charge",
    "K": "Supply within the Union",
    "G": "Export",
    "O": "Outside the scope of tax",
}


def access_name(source: str) -> str:
    """Return the words for the access that gave a price, or the rule that added a line."""
    return _ACCESSES.get(source, state_label(source)) if source else ""


def tax_text(line: LineView) -> str:
    """Return the tax of a line in words: "Standard rated, 20 %"."""
    if line.tax_rate is None:
        return ""
    return (
        f"{TAX_CATEGORIES.get(line.tax_category, line.tax_category)}, {number_text(line.tax_rate)}\N{NO-BREAK SPACE}%"
    )


def line_steps(line: LineView, asked: Mapping[str, Any], order: OrderTold | None, currency: str) -> list[Step]:
    """Return the explanation of one line; `asked` is its part of the decision, empty where it has none of its own."""
    told: LineTold | None = asked.get("told")
    trace = asked.get("trace", ()) if told is None else ()
    below = [*(_access(item, currency) for item in trace), *(_accesses(told, currency) if told else ())]
    return [
        Step("Unit price", price_html(line.unit_price, currency, line.price_per), below=below),
        *_discounts(line, told, order, currency),
        Step("Net", money_html(line.net_minor, currency), note="" if line.discount_minor else f"{_product(line, currency)}, rounded once"),
        *_floors(told, currency),
        Step(
            "Tax",
            money_html(line.tax_minor, currency),
            note=" · ".join(part for part in (tax_text(line), line.tax_reason) if part)
            or ("that of its parts" if line.kind == "bundle" else "not determined"),
        ),
        Step("Total", money_html(line.gross_minor, currency), outcome="taken"),
        *_parts(told, currency),
    ]  # fmt: skip


def _product(line: LineView, currency: str) -> str:
    if line.unit_price is None:
        return f"{number_text(line.quantity)} x an unknown price"
    per = "" if line.price_per == 1 else f" / {number_text(line.price_per)}"
    return f"{number_text(line.quantity)} x {price_text(line.unit_price, currency)}{per}"


def _accesses(told: LineTold, currency: str) -> Iterator[Step]:
    """Yield every access that was tried, and the one that gave the price with what was done to it."""
    for missed in told.missed:
        yield Step(access_name(missed.access), outcome="missed", note=missed.words)
    if told.found is not None:
        yield _found(told.found, currency)


def _found(found: Mapping[str, Any], currency: str) -> Step:
    per = Decimal(found.get("per", 1))
    notes = [str(found.get("list", ""))]
    scale = Decimal(found.get("from_quantity", 0))
    if scale > 0:
        notes.append(f"from {number_text(scale)} on")
    if "scale_quantity" in found:
        notes.append(
            f"{number_text(Decimal(found['scale_quantity']))} {'in the order' if found['scale'] == 'order' else 'in the period'}"
        )
    if "unit" in found:
        notes.append(f"{number_text(Decimal(found['unit']['factor']))} in one {found['unit']['to']}")
    if "rate" in found:
        rate = found["rate"]
        notes.append(f"{rate['base']}/{rate['quote']} {rate['rate']} of {rate['date']}, {rate['source']}")
    if "reason" in found:
        notes.append(found["reason"])
    below = [_found(found["instead"], currency)] if "instead" in found else []
    return Step(
        access_name(found["access"]), price_html(Decimal(found.get("unit_price", found["found"])), currency, per),
        outcome="taken", note=" · ".join(note for note in notes if note), below=below,
    )  # fmt: skip


def _discounts(line: LineView, told: LineTold | None, order: OrderTold | None, currency: str) -> Iterator[Step]:
    """Yield the amount before discounts with what was taken off it, and the rules that gave nothing, with why."""
    if line.discount_minor:
        yield Step("List", money_html(line.list_minor, currency), note=_product(line, currency))
    for step in told.steps if told else ():
        left = (
            "its share of a discount on the order" if step.left is None else f"leaves {price_text(step.left, currency)}"
        )
        yield Step(state_label(step.rule), money_html(-step.minor, currency), outcome="applied", note=left)
    if told is None and line.discount_minor:
        yield Step(
            "Discount",
            money_html(-line.discount_minor, currency),
            outcome="applied",
            note=access_name(line.price_source),
        )
    lost = list(told.lost) if told else []
    if told and order:
        lost += order.lost
    if lost:
        rows = [
            Step(
                state_label(each.rule), outcome="missed",
                note=each.words + (f"; it would have taken {price_text(_major(each.minor, currency), currency)}" if each.minor else ""),
            )
            for each in lost
        ]  # fmt: skip
        yield Step("Not given", below=rows, is_open=False, note=f"{len(rows)} rule{'' if len(rows) == 1 else 's'}")


def _floors(told: LineTold | None, currency: str) -> Iterator[Step]:
    for floor in told.floors if told else ():
        label = f"Floor: {state_label(floor['rule'])}"
        if "missed" in floor:
            yield Step(label, outcome="missed", note=words_for(str(floor["missed"])))
            continue
        held = told is not None and told.net_minor < floor["least_minor"]
        least = money_html(floor["least_minor"], currency)
        yield Step(
            label,
            least,
            outcome="refused" if held else "taken",
            note="the net is below it" if held else "the net is not below it",
        )


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


def order_steps(order: OrderTold, currency: str) -> list[Step]:
    """Return what rules did to the whole order: discounts, charges, coupons."""
    steps = []
    for rule, base, minor, goods in order.steps:
        given = ", ".join(f"{number_text(Decimal(quantity))} x {sku}" for sku, quantity in goods)
        note = f"on {price_text(_major(base, currency), currency)}"
        steps.append(
            Step(state_label(rule), money_html(-minor, currency) if minor else given, outcome="applied", note=note)
        )
    for rule, base, _, minor in order.charges:
        note = f"on {price_text(_major(base, currency), currency)}"
        steps.append(Step(state_label(rule), money_html(minor, currency), outcome="applied", note=note))
    for code, campaign, why in order.coupons:
        steps.append(
            Step(f"Coupon {code}", campaign, outcome="refused" if why else "taken", note=words_for(why) if why else "")
        )
    rows = [Step(state_label(each.rule), outcome="missed", note=each.words) for each in order.lost]
    return [*steps, Step("Not given", below=rows, is_open=False)] if rows else steps


def _major(minor: int | None, currency: str) -> Decimal:
    return to_major(minor or 0, currency)


def _access(item: Mapping[str, Any], currency: str) -> Step:
    """Return a step of the access sequence, which decided before there were rules."""
    label = access_name(str(item.get("access", "")))
    if "missed" in item:
        least = number_text(Decimal(str(item.get("least", 0))))
        return Step(label, outcome="missed", note=words_for(str(item["missed"]), detail=least))
    if item.get("found") == "agreed":
        return Step(label, "agreed", outcome="taken")
    scale = Decimal(str(item.get("from_quantity", 0)))
    note = " ".join((str(item.get("list", "")), f"from {number_text(scale)} on" if scale > 0 else "")).strip()
    return Step(label, price_html(Decimal(str(item["found"])), currency), outcome="taken", note=note)


def traces_of(lines: Sequence[LineView], explanation: Mapping[str, Any]) -> dict[UUID, Mapping[str, Any]]:
    """Return each line's part of the decision by line id: matched by product and quantity, as they were asked."""
    pool: dict[tuple[str, Decimal], list[Mapping[str, Any]]] = {}
    for decided in explanation["lines"]:
        pool.setdefault((decided["product"], Decimal(decided["quantity"])), []).append(decided)
    found = {}
    for line in lines:
        if line.product and line.kind in ("product", "bundle"):
            asked = pool.get((str(line.product.id), line.ordered_quantity or line.quantity))
            if asked:
                found[line.id] = asked.pop(0)
    return found
