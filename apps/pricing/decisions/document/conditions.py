"""What a rule's condition may read, and how the language of conditions comes in.

Conditions are written in CEL. The language itself belongs to rulebooks; the door of pricing hands it in, so that decisions stay pure.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

# Order names: the same for every line. `coupons` are the granted campaigns; `weekday` (mon to sun) and `hour` (0 to 23) are the market's.
ORDER_NAMES: Final[Mapping[str, str]] = {
    "currency": "string",
    "country": "string",
    "state": "string",
    "postal_code": "string",
    "customer": "string",
    "customer_group": "string",
    "channel": "string",
    "legal_entity": "string",
    "weekday": "string",
    "hour": "number",
    "coupons": "list",
}
# Known once all lines have a price: own units, net and kilograms of the whole order, as they stand when the rule is reached.
SUM_NAMES: Final[Mapping[str, str]] = {"order_quantity": "number", "order_net": "number", "order_weight": "number"}
# Line names: `quantity` in the ordered unit, `own_quantity` in the product's own, `list_price` of one own unit before discounts.
LINE_NAMES: Final[Mapping[str, str]] = {
    "sku": "string",
    "category": "string",
    "unit": "string",
    "quantity": "number",
    "own_quantity": "number",
    "list_price": "number",
}
# What is left of the line when the rule is reached, in major units.
RUNNING_NAMES: Final[Mapping[str, str]] = {"net": "number"}

# Known before a line has a price: what conditions of accesses may read.
OF_ACCESSES: Final[Mapping[str, str]] = {
    **ORDER_NAMES,
    "order_quantity": "number",
    **{name: type_ for name, type_ in LINE_NAMES.items() if name != "list_price"},
}
OF_LINES: Final = {**ORDER_NAMES, **SUM_NAMES, **LINE_NAMES, **RUNNING_NAMES}
OF_ORDERS: Final = {**ORDER_NAMES, **SUM_NAMES}
# Where a condition may stand, in words, with what it may read there.
NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "Conditions of accesses": OF_ACCESSES,
    "Conditions of discounts and floors": OF_LINES,
    "Conditions of charges": OF_ORDERS,
}
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Readable(Protocol):
    """What conditions read their names of: a mapping, or a line while it is priced."""

    def __getitem__(self, name: str, /) -> Any: ...


class Condition(Protocol):
    """A compiled condition: `names` are those that it reads; `quick` answers plain comparisons at once, or raises KeyError or TypeError."""

    @property
    def names(self) -> Collection[str]: ...

    @property
    def quick(self) -> Callable[[Any], bool] | None: ...

    def test(self, facts: Any, /) -> bool: ...


class Conditioned(NamedTuple):
    """A rule with its condition, as the language examines it; `pointer` (RFC 6901) says where the condition stands."""

    name: str
    pointer: str
    when: str
    scope: str = ""


class Language(NamedTuple):
    """The language of conditions: to compile one, to examine some, and to compare those that are plain comparisons.

    `compile(text, names)` raises `invalid`, which has line, column and message; a test raises `failed` when it has no answer.
    `examine(rules, names, first_wins=)` finds what is wrong with conditions. `comparisons(text)` is None when a condition is more
    than plain comparisons; `covers(a, b)`: a holds wherever b does; `overlap(a, b)`: both can hold at once.
    """

    compile: Callable[[str, Mapping[str, Any]], Condition]
    examine: Callable[..., Sequence[Any]]
    comparisons: Callable[[str], Sequence[Any] | None]
    covers: Callable[[Sequence[Any], Sequence[Any]], bool]
    overlap: Callable[[Sequence[Any], Sequence[Any]], bool]
    invalid: type[Exception]
    failed: type[Exception]
