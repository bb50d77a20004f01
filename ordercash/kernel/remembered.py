"""Small answers kept in the process for a few seconds: tables that hardly change, the permissions of a caller.

A change made elsewhere is seen after `seconds` at the latest; whoever changes the rows himself calls `forget`.
"""

from collections.abc import Callable, Hashable
from functools import wraps
from time import monotonic
from typing import Any, Final, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# Beyond this many different questions the memory starts anew, so that it cannot grow without end.
MOST_ANSWERS: Final = 4096

_all: list["Remembered[Any, Any]"] = []


class Remembered(Generic[P, R]):
    """A function whose answers are kept per arguments, which are hashable and positional."""

    def __init__(self, question: Callable[P, R], seconds: float) -> None:
        self._question = question
        self._seconds = seconds
        self._answers: dict[Hashable, tuple[float, R]] = {}
        wraps(question)(self)
        _all.append(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        known = self._answers.get(args)
        if known is not None and known[0] > monotonic():
            return known[1]
        answer = self._question(*args, **kwargs)
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        self._answers[args] = (monotonic() + self._seconds, answer)
        return answer

    def forget(self) -> None:
        """Drop every answer of this function."""
        self._answers.clear()


def remembered(*, seconds: float = 5.0) -> Callable[[Callable[P, R]], Remembered[P, R]]:
    """Keep a function's answers for some seconds."""
    return lambda question: Remembered(question, seconds)


def forget_everything() -> None:
    """Drop every answer of every function; tests do this between each other."""
    for function in _all:
        function.forget()
