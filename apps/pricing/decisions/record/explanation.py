"""A stored trace put together for people: per line where its price was looked for, what was taken off, and who lost why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from apps.pricing.decisions.cart.trace import floor_told

# Why an access had no price, or a rule gave nothing, in words; {by} is who was better, {detail} what the code adds.
WHY: Final[Mapping[str, str]] = {
    "no_agreed_price": "no price was agreed",
    "no_price_in_force": "no price is in force there",
    "no_customer_group": "the customer is in no group",
    "below_least_quantity": "prices begin at a quantity of {detail}",
    "other_currency": "prices there are in another currency",
    "no_rate": "no rate is known to convert the price",
    "other_unit": "prices there are for another unit",
    "not_tried": "not tried, because this does not hold: {detail}",
    "not_tried_failed": "not tried, because its condition could not be evaluated: {detail}",
    "not_a_bundle": "it is no bundle",
    "part_without_price": "its part {detail} has no price alone",
    "amount_out_of_range": "the amount is too large to be booked",
    "condition_false": "its condition does not hold",
    "condition_failed": "its condition could not be evaluated: {detail}",
    "not_yet": "it has not begun",
    "ended": "it has ended",
    "coupon_missing": "no coupon of its campaign was given",
    "coupon_refused": "its coupon was refused: {detail}",
    "no_amount_in_currency": "it has no amount in the order's currency",
    "worse_than": "{by} saves the customer more",
    "lower_priority": "{by} goes first",
    "excluded_by": "{by} excludes everything after it",
    "nothing_left": "nothing is left to take it off",
    "no_saving": "it would not lower the price",
    "below_threshold": "its threshold is not reached",
    "below_quantity": "its quantity is not reached",
    "below_weight": "its weight is not reached",
    "set_incomplete": "the set is not complete",
    "no_line_matches": "no line fulfils its condition",
    "product_unknown": "the product that it adds is not known",
    "no_cost": "the product's cost is not known",
}  # fmt: skip


class Missed(NamedTuple):
    """An access that had no price."""

    access: str
    why: str
    detail: str

    @property
    def words(self) -> str:
        return words_for(self.why, detail=self.detail)


class Step(NamedTuple):
    """A rule that took something off the line: `left` is exact and None for a share of a discount on the order."""

    rule: str
    minor: int
    before_minor: int
    after_minor: int
    left: Decimal | None


class Loser(NamedTuple):
    """A rule that gave nothing: why, who was better, and what it would have saved (None: not reckoned)."""

    rule: str
    why: str
    by: str
    minor: int | None

    @property
    def words(self) -> str:
        return reason_words(self.why, by=self.by)


class LineTold(NamedTuple):
    """The explanation of one line. `found`: see `accesses`; `floors` and `parts`: see `floors_and_splits`; `borne`: see `charges_borne`."""

    missed: tuple[Missed, ...]
    found: Mapping[str, Any] | None
    gross_minor: int
    gross: Decimal | None
    final: bool
    steps: tuple[Step, ...]
    lost: tuple[Loser, ...]
    closed_by: str
    net_minor: int
    floors: tuple[Mapping[str, Any], ...]
    parts: tuple[Mapping[str, Any], ...]
    borne: Mapping[str, Decimal]


class OrderTold(NamedTuple):
    """What happened to the whole order: (rule, base, taken, goods), charges (rule, base, exact, amount), losers, coupons.

    `weight`: kilograms, None where no rule asks for them; `unweighed`: products whose weight nobody knows.
    """

    steps: tuple[tuple[str, int, int, Sequence[Sequence[str]]], ...]
    charges: tuple[tuple[str, int, Decimal, int], ...]
    lost: tuple[Loser, ...]
    coupons: tuple[tuple[str, str, str], ...]
    weight: Decimal | None
    unweighed: tuple[str, ...]


def words_for(code: str, *, by: str = "", detail: str = "") -> str:
    """Return a reason in words; a code that is not known is told as it is."""
    return WHY.get(code, code.replace("_", " ")).format(by=by, detail=detail)


def reason_words(why: str, *, by: str = "") -> str:
    """Return a reason of a trace in words: a code, and after a colon what it adds."""
    code, _, detail = why.partition(":")
    return words_for(code, by=by, detail=detail.replace("_", " "))


def explain_line(trace: Mapping[str, Any], place: int, gross_minor: int) -> LineTold:
    """Return the explanation of the line at a place of the trace; `gross_minor` is in the outcome."""
    told = trace["lines"][place]
    steps = tuple(_steps(told, gross_minor))
    lost = tuple(map(_loser, told.get("lost", ())))
    failed = {each.rule for each in lost if each.why.startswith("condition_failed")}
    unmet = (*trace["not_for"][told["not_for"]], *trace["for_none"]) if "not_for" in told else ()
    return LineTold(
        tuple(Missed(row[0], row[1], row[2] if len(row) > 2 else "") for row in trace["missed"][told["missed"]]),
        told.get("found"),
        gross_minor,
        Decimal(told["gross"]) if "gross" in told else None,
        told.get("final", False),
        steps,
        (*lost, *(Loser(rule, "condition_false", "", None) for rule in unmet if rule not in failed)),
        told.get("closed_by", ""),
        steps[-1].after_minor if steps else gross_minor,
        tuple(_floors(told.get("floors", ()), trace)),
        tuple(told.get("parts", ())),
        charges_borne(trace, place),
    )


def explain_order(trace: Mapping[str, Any]) -> OrderTold:
    """Return what the trace tells of the order."""
    order, weight = trace["order"], trace.get("weight", {})
    return OrderTold(
        tuple((rule, base, minor, goods) for rule, base, minor, goods in order.get("steps", ())),
        tuple((row[0], row[1], Decimal(row[2]), row[3]) for row in order.get("charges", ())),
        tuple(map(_loser, order["lost"])),
        tuple((code, campaign, why) for code, campaign, why in trace.get("coupons", ())),
        Decimal(weight["kg"]) if weight else None,
        tuple(weight.get("unknown", ())),
    )


def charges_borne(trace: Mapping[str, Any], place: int) -> dict[str, Decimal]:
    """Return what the line at a place of the trace bears of each charge, unrounded; charges that are not by lines are left out."""
    charges = trace["order"].get("charges", ())
    return {row[0]: Decimal(row[4][place]) for row in charges if len(row) > 4}


def _steps(told: Mapping[str, Any], gross_minor: int) -> Iterator[Step]:
    now = gross_minor
    for row in told.get("steps", ()):
        yield Step(row[0], row[1], now, now - row[1], Decimal(row[2]) if len(row) > 2 else None)
        now -= row[1]


def _floors(told: int | Sequence[Mapping[str, Any]], trace: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Return the floors that were held against a line; the first editions wrote them on each line."""
    return map(floor_told, trace["floors"][told]) if isinstance(told, int) else told


def _loser(row: Sequence[Any]) -> Loser:
    return Loser(row[0], row[1], row[2] if len(row) > 2 else "", row[3] if len(row) > 3 else None)
