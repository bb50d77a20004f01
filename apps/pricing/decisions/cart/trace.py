"""The trace of a decision: what is equal is written once, and `explain` puts it together again for people.

{"lines": [{"missed": n, "found": {…}, "gross": "…", "steps": [[rule, minor, left?]], "lost": [[rule, why, by?, minor?]], "not_for": n,
"floors": n, …}], "missed": [[[access, why, detail?]]], "for_none": [rule], "not_for": [[rule]], "floors": [[[rule, least, missed?,
holds?]]], "order": {"charges", "lost", "steps"},
"coupons": [[code, campaign, why]], "weight": {"kg": "…", "unknown": [sku]}}. Goods of a step are [sku, quantity, bundle?].
Rules whose condition is false for every line stand once under `for_none`; one whose condition has no answer for a line stands
under `lost` besides. A charge is [rule, base, exact, minor, [exact of each line]?].
"""

from collections.abc import Sequence
from typing import Any, Final

from apps.pricing.decisions.cart.additions import Charges
from apps.pricing.decisions.cart.eligible import FloorRow
from apps.pricing.decisions.cart.facts import AddedLine, Coupon
from apps.pricing.decisions.cart.order_discounts import OrderDiscounts
from apps.pricing.decisions.cart.plans import Plan
from apps.pricing.decisions.cart.running_line import RunningLine
from apps.pricing.decisions.document.numbers import plain

MOST_SHARED: Final = 500
# The rules that do not concern lines, of all lines that differ in them.
Unmet = tuple[tuple[str, ...], ...]


class TraceWriter:
    """Gathers the trace of a cart line by line."""

    __slots__ = ("_floors", "_lines", "_missed", "_not_for", "_shares_floors")

    def __init__(self, edition: int) -> None:
        self._shares_floors = edition > 2
        self._lines: list[dict[str, Any]] = []
        self._floors: dict[tuple[FloorRow, ...], int] = {}
        self._missed: dict[Any, int] = {}
        self._not_for: dict[Any, int] = {}

    def add_line(self, line: RunningLine, floors: tuple[FloorRow, ...], parts: list[dict[str, Any]] | None) -> None:
        """Tell of one line, in the order of the cart."""
        found = line.found
        entry: dict[str, Any] = {"missed": self._missed.setdefault(found.misses, len(self._missed))}
        if found.hit is not None:
            entry["found"] = found.hit
            entry["gross"] = plain(line.gross.normalize())
        if line.final:
            entry["final"] = True
        if line.steps:
            entry["steps"] = line.steps
        if line.lost or line.failed:
            entry["lost"] = _lost(line)
        if line.closed_by:
            entry["closed_by"] = line.closed_by
        if line.fitting is not None:
            entry["not_for"] = self._not_for.setdefault(line.fitting.unmet, len(self._not_for))
        if floors:
            entry["floors"] = (
                self._floors.setdefault(floors, len(self._floors))
                if self._shares_floors
                else [*map(floor_told, floors)]
            )
        if parts:
            entry["parts"] = parts
        self._lines.append(entry)

    def made(self, plan: Plan, order: OrderDiscounts, charges: Charges, coupons: Sequence[Coupon]) -> dict[str, Any]:
        """Return the trace: JSON values, parts of which are shared with other traces; callers do not change them."""
        for_none, not_for = _shared(tuple(self._not_for), plan.shared)
        of_order: dict[str, Any] = {"lost": [*plan.lost, *order.lost, *charges.lost]}
        if order.steps:
            of_order["steps"] = [
                [step.rule, step.taken.base_minor, step.taken.minor, [_goods(free) for free in step.free]]
                for step in order.steps
            ]
        if charges.steps:
            of_order["charges"] = charges.steps
        trace: dict[str, Any] = {
            "for_none": for_none,
            "lines": self._lines,
            "missed": list(self._missed),
            "not_for": not_for,
            "order": of_order,
        }
        if self._floors:
            trace["floors"] = list(self._floors)
        if coupons:
            trace["coupons"] = sorted((coupon.code, coupon.campaign, coupon.why) for coupon in coupons)
        return trace


def floor_told(row: Sequence[Any]) -> dict[str, Any]:
    """Return what was said of a floor by name: its rule, the least price or why that is unknown, and whether it holds then."""
    rule, least, *missed = row
    if not missed:
        return {"least": least, "rule": rule}
    return {"missed": missed[0], "rule": rule, **({"holds": True} if missed[1:] else {})}


def _goods(free: AddedLine) -> list[str]:
    told = [free.sku, plain(free.quantity)]
    return [*told, free.bundle] if free.bundle else told


def _lost(line: RunningLine) -> list[Any]:
    """Return the rules that gave nothing; floors without an answer are told with the floors."""
    if not line.failed:
        return line.lost
    floors = {floor.name for floor in line.context.plan.floors}
    return [*line.lost, *(row for row in line.failed if row[0] not in floors)]


def _shared(unmet: Unmet, known: dict[Unmet, Any]) -> tuple[Sequence[str], list[list[str]]]:
    """Return what all lists have in common, and what each has besides; carts of one plan often have the same ones."""
    shared: tuple[Sequence[str], list[list[str]]] | None = known.get(unmet)
    if shared is None:
        if len(known) >= MOST_SHARED:
            known.clear()
        shared = known[unmet] = _apart(unmet)
    return shared


def _apart(unmet: Unmet) -> tuple[Sequence[str], list[list[str]]]:
    if len(unmet) < 2:
        return (unmet[0] if unmet else (), [[] for _ in unmet])
    common = set(unmet[0]).intersection(*unmet[1:])
    return [rule for rule in unmet[0] if rule in common], [
        [rule for rule in own if rule not in common] for own in unmet
    ]
