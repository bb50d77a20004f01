"""Conditions in CEL (the Common Expression Language): checked against the names of the facts, then evaluated in microseconds.

A kind declares its names. A number is a CEL double, exact to 15 digits; an integer literal beside a number is accepted as written.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from cel_expr_python import cel

from apps.rulebooks.decisions.growth import endless_at
from apps.rulebooks.decisions.literals import as_doubles, place_before, written_with
from apps.rulebooks.decisions.outright import outright
from apps.rulebooks.decisions.tokens import free_names, offset_of, place_of, tokens_of
from ordercash.kernel.errors import DomainError

NameType = Literal["string", "number", "bool", "list", "instant"]
Names = Mapping[str, NameType]

_TYPES: Final = {
    "string": cel.Type.STRING,
    "number": cel.Type.DOUBLE,
    "bool": cel.Type.BOOL,
    "list": cel.Type.List(cel.Type.STRING),
    "instant": cel.Type.TIMESTAMP,
}
_SPOKEN: Final = {
    "double": "a number", "int": "a whole number", "uint": "an unsigned number", "string": "a text", "bool": "true or false",
    "list(string)": "a list", "google.protobuf.Timestamp": "an instant", "google.protobuf.Duration": "a duration",
    "null_type": "nothing", "dyn": "anything",
}  # fmt: skip
_MISTAKE: Final = re.compile(r"(?m)^(?:\w+: )?ERROR: <input>:(\d+):(\d+): (.*?)(?: \[\w+\])?$")
_OVERLOAD: Final = re.compile(r"found no matching overload for '(.+?)' applied to '(?:.*\.)?\((.*)\)'")
_UNDECLARED: Final = re.compile(r"undeclared reference to '(\w+)'")
_EXPECTING: Final = re.compile(
    r"^Syntax error: (?:mismatched|extraneous) input '(.*?)' expecting .*|^Syntax error: (.*)"
)
MOST_LETTERS: Final = 4000


class Mistake(NamedTuple):
    """What is wrong with a condition, at a line and column of its text (from 1)."""

    line: int
    column: int
    message: str


class ConditionInvalid(DomainError):
    """A condition cannot be understood; `mistakes` holds every mistake, `line`, `column` and `message` the first."""

    code, title = "condition_invalid", "The condition cannot be understood"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        self.line, self.column, self.message = self.mistakes[0]
        super().__init__(f"line {self.line}, column {self.column}: {self.message}")


# What a refusal of the evaluator means: its own words change with its versions and may repeat facts, which traces must not.
_FAILURES: Final = (
    (re.compile(r"(?:divide|modulus) by zero"), "division_by_zero"),
    (re.compile(r"cannot convert|[Cc]onversion (?:failed|error)"), "text_not_convertible"),
    (re.compile(r"Index error"), "no_such_place_in_list"),
    (re.compile(r"Key not found"), "no_such_key"),
    (re.compile(r"OUT_OF_RANGE|overflow"), "number_out_of_range"),
    (re.compile(r"regular expression"), "pattern_not_understood"),
)


class ConditionFailed(DomainError):
    """A condition has no answer for these facts; `why` is a word for it, like "division_by_zero", that stays the same."""

    code, title = "condition_failed", "The condition has no answer"

    def __init__(self, detail: str, why: str = "no_answer") -> None:
        super().__init__(detail)
        self.why = why


class Condition:
    """A compiled condition: `text` as written, `names` that it reads, `test` to ask it.

    `quick` answers plain comparisons in less time than a remembered answer is looked up; see `outright`.
    """

    __slots__ = ("_ask", "_make", "_readers", "names", "quick", "text")

    def __init__(self, text: str, names: Names, program: Any, environment: Any) -> None:
        self.text = text
        self.names = tuple(sorted(set(free_names(tokens_of(text))) & set(names)))
        self._readers: list[tuple[str, Callable[[Any], Any]]] = [(name, _READERS[names[name]]) for name in self.names]
        self._make, self._ask = environment.Activation, program.eval
        self.quick = outright(text, names)

    def test(self, facts: Mapping[str, Any]) -> bool:
        """Say whether it holds for facts: texts, numbers (also Decimal), booleans, sequences of texts, aware or ISO instants.

        Raises ConditionFailed. Facts that it does not read are not looked at.
        """
        if self.quick is not None:
            with suppress(KeyError, TypeError):
                return self.quick(facts)
        return self._interpreted(facts)

    def _interpreted(self, facts: Mapping[str, Any]) -> bool:
        try:
            known = {name: read(facts[name]) for name, read in self._readers}
            answer = self._ask(self._make(known)).value()
        except KeyError as missing:
            raise ConditionFailed(f"{missing} is not among the facts of {self.text!r}.", "fact_missing") from None
        except MemoryError:
            raise ConditionFailed(f"{self.text!r} needs more memory than there is.", "too_large") from None
        except RuntimeError as refusal:
            raise ConditionFailed(f"{self.text!r} has no answer: {refusal}", _failure(str(refusal))) from None
        if answer is True or answer is False:
            return bool(answer)
        raise ConditionFailed(f"{self.text!r} has no answer: {answer}", _failure(str(answer)))


def _failure(refusal: str) -> str:
    return next((why for sign, why in _FAILURES if sign.search(refusal)), "no_answer")


def compile_condition(text: str, names: Names) -> Condition:
    """Compile a condition over declared names; raises ConditionInvalid with line and column of every mistake."""
    if len(text) > MOST_LETTERS:
        raise ConditionInvalid([Mistake(1, MOST_LETTERS, f"longer than {MOST_LETTERS} characters")])
    endless = endless_at(tokens_of(text))
    if endless is not None:
        raise ConditionInvalid(
            [Mistake(*place_of(text, endless), "lists are walked too deep for what is built on the way")]
        )
    environment = _environment(tuple(sorted(names.items())))
    program = _compiled(text, names, environment)
    if program.return_type() != cel.Type.BOOL:
        spoken = _spoken(program.return_type().name())
        raise ConditionInvalid([Mistake(1, 1, f"a condition is true or false, this is {spoken}")])
    return Condition(text, names, program, environment)


def _compiled(text: str, names: Names, environment: Any) -> Any:
    """Compile, and where an integer literal meets a number, compile again with the literal as a number."""
    tokens, numbers = tokens_of(text), frozenset[int]()
    while True:
        written = written_with(tokens, numbers)
        try:
            return environment.compile(written)
        except RuntimeError as refusal:
            found = [
                (offset_of(written, int(row), int(column)), says)
                for row, column, says in _MISTAKE.findall(str(refusal))
            ]
            places = [(place_before(tokens, numbers, offset), says) for offset, says in found]
            more = as_doubles(tokens, places) - numbers
            if not more:
                raise ConditionInvalid(_mistakes(text, names, places) or [Mistake(1, 1, str(refusal))]) from None
            numbers |= more


def _mistakes(text: str, names: Names, places: Sequence[tuple[int, str]]) -> list[Mistake]:
    told = [Mistake(*place_of(text, offset), _sentence(says, names)) for offset, says in places]
    return sorted(set(told))


def _sentence(says: str, names: Names) -> str:
    if unknown := _UNDECLARED.search(says):
        near = difflib.get_close_matches(unknown[1], names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(names))}"
        return f"unknown name {unknown[1]!r}; {hint}"
    if overload := _OVERLOAD.search(says):
        sign = overload[1].replace("_", "").strip("@")
        given = " and ".join(_spoken(each) for each in re.split(r", (?![^(]*\))", overload[2]))
        return f"{sign!r} does not go with {given}"
    if syntax := _EXPECTING.search(says):
        return f"syntax: {_unexpected(syntax[1]) if syntax[1] is not None else syntax[2]}"
    return says


def _unexpected(word: str) -> str:
    return "something is missing at the end" if word == "<EOF>" else f"{word!r} is not expected here"


def _spoken(name: str) -> str:
    return _SPOKEN.get(name, _SPOKEN.get({"BOOL": "bool", "DOUBLE": "double"}.get(name, name.lower()), name))


@lru_cache(maxsize=64)
def _environment(names: tuple[tuple[str, str], ...]) -> Any:
    return cel.NewEnv(variables={name: _TYPES[kind] for name, kind in names})


def _same(value: Any) -> Any:
    return value


def _instant(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "string": _same, "number": float, "bool": _same, "list": list, "instant": _instant,
}  # fmt: skip
