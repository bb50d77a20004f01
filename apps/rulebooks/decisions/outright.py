"""Conditions that are plain comparisons of texts and numbers, answered in Python: in a tenth of the interpreter's time, and alike.

Numbers are compared as CEL compares doubles. Whatever is not of the declared type is left to the interpreter, which says what is wrong.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from apps.rulebooks.decisions.comparisons import Comparison, comparisons

Answer = Callable[[Any], bool]

_SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
    "in": lambda value, several: value in several, "not in": lambda value, several: value not in several,
}  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(f"{value!r} is not a text")


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {"number": float, "string": _text}
_LITERALS: Final[Mapping[str, type]] = {"number": float, "string": str}


def outright(text: str, names: Mapping[str, str]) -> Answer | None:
    """Return what answers the condition for facts, None when it is more than comparisons of texts and numbers with literals.

    The answer raises KeyError or TypeError where a fact is missing or not of its type.
    """
    found = comparisons(text)
    if not found or not all(_is_simple(each, names) for each in found):
        return None
    checks = [(each.name, _READERS[names[each.name]], _SIGNS[each.op], each.literal) for each in found]
    return _alone(*checks[0]) if len(checks) == 1 else _all(checks)


def _is_simple(found: Comparison, names: Mapping[str, str]) -> bool:
    wanted = _LITERALS.get(names[found.name])
    literals = found.literal if isinstance(found.literal, tuple) else (found.literal,)
    return wanted is not None and found.op in _SIGNS and all(type(each) is wanted for each in literals)


def _alone(name: str, read: Callable[[Any], Any], holds: Callable[[Any, Any], bool], literal: Any) -> Answer:
    return lambda facts: holds(read(facts[name]), literal)


def _all(checks: Sequence[tuple[str, Callable[[Any], Any], Callable[[Any, Any], bool], Any]]) -> Answer:
    def answer(facts: Any) -> bool:
        for name, read, holds, literal in checks:  # noqa: SIM110 - a generator for all() takes longer than the comparisons
            if not holds(read(facts[name]), literal):
                return False
        return True

    return answer
