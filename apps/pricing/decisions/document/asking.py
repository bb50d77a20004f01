"""Asking conditions: once per distinct values of the names that they read, unless asking is as quick as remembering.

Conditions that read the same names are asked together.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

from apps.pricing.decisions.document.conditions import (
    LINE_NAMES,
    OF_ORDERS,
    RUNNING_NAMES,
    SUM_NAMES,
    Condition,
    Readable,
)

MOST_REMEMBERED: Final = 20_000
MOST_CONTEXTS: Final = 500
CONDITION_FALSE: Final = "condition_false"
CONDITION_FAILED: Final = "condition_failed"
_CHANGING: Final = frozenset({*SUM_NAMES, *RUNNING_NAMES})
# Where a running line holds what conditions read.
PLACES: Final = {
    "sku": "facts.sku",
    "category": "facts.category",
    "unit": "facts.unit",
    "quantity": "facts.quantity",
    "own_quantity": "own",
    "list_price": "list_price",
    "net": "net",
}


class Test:
    """A compiled condition that answers once per distinct values of the names that it reads. Without an answer it does not hold.

    `keys`: names that must have one of these values, as far as plain comparisons tell.
    """

    __slots__ = ("_condition", "_failed", "_known", "_quick", "keys", "names", "reads")

    def __init__(self, condition: Condition, failed: type[Exception], keys: Mapping[str, frozenset[str]]) -> None:
        self._condition, self._failed, self.keys = condition, failed, keys
        self._known: dict[tuple[Any, ...], str] = {}
        self._quick = condition.quick
        self.names = tuple(sorted(condition.names))
        self.reads = frozenset(self.names)

    def holds(self, view: Readable) -> bool:
        """Return whether it holds for a mapping with (at least) its names; numbers are Decimals."""
        return not self.why_not(view)

    def why_not(self, view: Readable) -> str:
        """Return "" when it holds, "condition_false", or "condition_failed:" and why it has no answer."""
        if self._quick is not None:
            try:
                return "" if self._quick(view) else CONDITION_FALSE
            except (KeyError, TypeError):
                return self._ask(view)
        key = tuple([view[name] for name in self.names])
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._ask(view)
        return known

    def _ask(self, view: Readable) -> str:
        try:
            return "" if self._condition.test(view) else CONDITION_FALSE
        except self._failed as failure:
            return f"{CONDITION_FAILED}:{getattr(failure, 'why', 'no_answer')}"


def has_failed(why: str) -> bool:
    """Return whether a condition had no answer."""
    return why.startswith(CONDITION_FAILED)


def of_order(when: Test | None) -> bool:
    """Return whether a condition reads nothing of a line."""
    return when is None or when.reads <= OF_ORDERS.keys()


def is_late(when: Test | None) -> bool:
    """Return whether a condition reads what changes while a cart is priced, and so is asked when its turn comes."""
    return when is not None and not when.reads.isdisjoint(_CHANGING)


class Known(dict[Any, int]):
    """The bits that are known by the values of a line; `failed`: where a condition had no answer, its bit and why."""

    __slots__ = ("failed",)

    def __init__(self) -> None:
        super().__init__()
        self.failed: dict[Any, list[tuple[int, str]]] = {}

    def clear(self) -> None:
        super().clear()
        self.failed.clear()


class Together:
    """Conditions on lines that read the same names; each has a bit, and the bits of those that hold are the answer."""

    __slots__ = ("_by_key", "_key", "_known", "_rest", "order_names", "values_of")

    def __init__(self, names: Iterable[str]) -> None:
        names = list(names)
        self.order_names = tuple(name for name in names if name not in LINE_NAMES)
        self.values_of: Callable[[Any], Any] = attrgetter(*(PLACES[name] for name in names if name in LINE_NAMES))
        self._key = next((name for name in ("sku", "category", "unit") if name in names), "")
        self._by_key: dict[str, list[tuple[int, Test]]] = {}
        self._rest: list[tuple[int, Test]] = []
        self._known: dict[tuple[Any, ...], Known] = {}

    def add(self, bit: int, test: Test) -> None:
        """Take in a condition that reads these names; one that wants certain products is asked of these alone."""
        if self._key not in test.keys:
            self._rest.append((bit, test))
            return
        for value in test.keys[self._key]:
            self._by_key.setdefault(value, []).append((bit, test))

    def known_for(self, view: Mapping[str, Any]) -> Known:
        """Return what is known where the order has these values: the bits by the values of a line."""
        if len(self._known) >= MOST_CONTEXTS:
            self._known.clear()
        return self._known.setdefault(tuple([view[name] for name in self.order_names]), Known())

    def ask(self, known: Known, values: Any, line: Readable) -> int:
        """Return the bits of the conditions that hold for a line, and keep them."""
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        tests = (*self._rest, *self._by_key.get(line[self._key], ())) if self._by_key else self._rest
        answers = [(bit, test.why_not(line)) for bit, test in tests]
        bits = known[values] = sum([bit for bit, why in answers if not why])
        if failed := [answer for answer in answers if has_failed(answer[1])]:
            known.failed[values] = failed
        return bits


class Asked:
    """All conditions of a document that are settled before a line's turn comes, grouped for asking.

    `bits`: of rules whose condition is asked of lines. `of_order`: conditions that are asked once per order. `values_of`: all that
    conditions read of a line. `fitted`: what fits lines of these values, remembered for all plans together.
    """

    __slots__ = ("_contexts", "bits", "fitted", "of_order", "order_names", "together", "values_of")

    def __init__(self, tests: Mapping[str, Test | None]) -> None:
        self.bits: dict[str, int] = {}
        self.of_order: list[Test] = []
        groups: dict[tuple[str, ...], Together] = {}
        for rule, test in tests.items():
            if test is None or is_late(test):
                continue
            if of_order(test):
                self.of_order.append(test)
                continue
            bit = self.bits[rule] = 1 << len(self.bits)
            groups.setdefault(test.names, Together(test.names)).add(bit, test)
        self.together = tuple(groups.values())
        self.order_names = sorted({name for group in self.together for name in group.order_names})
        self.values_of = _reading({name for group in groups for name in group if name in LINE_NAMES})
        self._contexts: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self.fitted: dict[tuple[Any, ...], Any] = {}

    def context(self, view: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what the answers for all lines of an order depend on."""
        values = tuple(view.values())
        known = self._contexts.get(values)
        if known is None:
            if len(self._contexts) >= MOST_REMEMBERED:
                self._contexts.clear()
            answers = [test.why_not(view) for test in self.of_order]
            known = self._contexts[values] = (*answers, *[view[name] for name in self.order_names])
        return known


def _reading(names: Iterable[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads these names of a line, always as a tuple."""
    places = [PLACES[name] for name in sorted(names)]
    if len(places) > 1:
        return attrgetter(*places)
    return lambda line: tuple([attrgetter(place)(line) for place in places])
