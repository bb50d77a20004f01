"""How the language of conditions (CEL) comes in: it belongs to rulebooks and is handed over, so that decisions stay pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class Condition(Protocol):
    """A compiled condition."""

    def test(self, facts: Any, /) -> bool: ...


class Conditioned(NamedTuple):
    """A rule with its condition, as the language examines it; `pointer` (RFC 6901) says where the condition stands."""

    name: str
    pointer: str
    when: str
    scope: str = ""


class Language(NamedTuple):
    """`compile(text, names)` makes a condition ready; its test raises `failed` when it has no answer.

    `examine(rules, names, first_wins=)` finds what is wrong with the conditions of rules in the order in which they are tried.
    """

    compile: Callable[[str, Mapping[str, Any]], Condition]
    examine: Callable[..., Sequence[Any]]
    failed: type[Exception]


class Test:
    """A condition that may be missing: then it always holds. One that has no answer for the facts does not hold."""

    __slots__ = ("_condition", "_failed")

    def __init__(self, when: str | None, names: Mapping[str, str], language: Language) -> None:
        self._condition = language.compile(when, names) if when else None
        self._failed = language.failed

    def holds(self, facts: Any) -> bool:
        """Say whether the condition holds."""
        if self._condition is None:
            return True
        try:
            return self._condition.test(facts)
        except self._failed:
            return False
