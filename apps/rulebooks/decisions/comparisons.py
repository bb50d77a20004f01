"""Conditions that are plain comparisons joined by `&&`: these can be reasoned about. Everything else is left undecided."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from apps.rulebooks.decisions.tokens import Token, tokens_of

Operator = Literal["<", "<=", ">", ">=", "==", "!=", "in", "not in", "has", "lacks"]
Value = str | float | bool
Literals = Value | tuple[Value, ...]

_OPPOSITE: Final[dict[str, Operator]] = {
    "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "in": "not in", "not in": "in", "has": "lacks",
    "lacks": "has",
}  # fmt: skip
_MIRRORED: Final[dict[str, Operator]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Comparison(NamedTuple):
    """A name compared with a literal: a text, a number (as CEL compares it), a boolean, or for "in" and "not in" several.

    "has" and "lacks" speak of a name that is a list.
    """

    name: str
    op: Operator
    literal: Literals

    def __str__(self) -> str:
        if self.op in {"has", "lacks"}:
            plain = f"{_shown(self.literal)} in {self.name}"
            return plain if self.op == "has" else f"!({plain})"
        if self.op == "not in":
            return f"!({self.name} in {_shown(self.literal)})"
        return f"{self.name} {self.op} {_shown(self.literal)}"


class _NotPlain(Exception):
    """The text is more than plain comparisons."""


def comparisons(text: str) -> list[Comparison] | None:
    """Return the comparisons that a condition joins by `&&`, or None when it is anything else. The text is one that compiles."""
    words = _Words([token for token in tokens_of(text) if token.sort != "space"])
    try:
        found = _conjunction(words)
        return found if words.done else None
    except _NotPlain:
        return None


class _Words:
    """The words of a condition, read from left to right."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens, self._next = tokens, 0

    @property
    def done(self) -> bool:
        return self._next >= len(self._tokens)

    def peek(self, ahead: int = 0) -> str:
        place = self._next + ahead
        return self._tokens[place].written if place < len(self._tokens) else ""

    def take(self) -> Token:
        if self.done:
            raise _NotPlain
        self._next += 1
        return self._tokens[self._next - 1]

    def skip(self, written: str) -> bool:
        if self.peek() != written:
            return False
        self._next += 1
        return True

    def need(self, written: str) -> None:
        if not self.skip(written):
            raise _NotPlain


def _conjunction(words: _Words) -> list[Comparison]:
    found = _part(words)
    while words.skip("&&"):
        found += _part(words)
    return found


def _part(words: _Words) -> list[Comparison]:
    if words.skip("!"):
        if words.peek() not in {"(", "!"} and words.peek(1) not in {"", "&&", ")"}:
            raise _NotPlain
        inside = _part(words)
        if len(inside) != 1:
            raise _NotPlain
        name, op, literal = inside[0]
        return [Comparison(name, _OPPOSITE[op], literal)]
    if words.skip("("):
        found = _conjunction(words)
        words.need(")")
        return found
    return [_comparison(words)]


def _comparison(words: _Words) -> Comparison:
    if _is_name(words):
        return _of_name(words.take().written, words)
    literal = _literal(words)
    sign = words.take().written
    name = _name(words)
    if sign == "in":
        return Comparison(name, "has", literal)
    if sign not in _MIRRORED:
        raise _NotPlain
    return _ordered(Comparison(name, _MIRRORED[sign], literal))


def _of_name(name: str, words: _Words) -> Comparison:
    sign = words.peek()
    if sign in {"", "&&", ")"}:
        return Comparison(name, "==", True)
    words.take()
    if sign == "in":
        return Comparison(name, "in", _several(words))
    if sign not in _MIRRORED:
        raise _NotPlain
    literal = _literal(words)
    return _ordered(Comparison(name, sign, literal))  # type: ignore[arg-type]


def _ordered(found: Comparison) -> Comparison:
    """Texts are compared for equality only: which texts lie between two others is nothing to reason about."""
    if found.op not in {"==", "!="} and not isinstance(found.literal, float):
        raise _NotPlain
    return found


def _several(words: _Words) -> tuple[Value, ...]:
    words.need("[")
    found: list[Value] = []
    while not words.skip("]"):
        found.append(_literal(words))
        if words.peek() != "]":
            words.need(",")
    if len({type(each) for each in found}) > 1:
        raise _NotPlain
    return tuple(found)


def _is_name(words: _Words) -> bool:
    word = words.peek()
    return word.isidentifier() and word not in {"true", "false", "null"} and words.peek(1) not in {"(", ".", "["}


def _name(words: _Words) -> str:
    if not _is_name(words):
        raise _NotPlain
    return words.take().written


def _literal(words: _Words) -> Value:
    minus = words.skip("-")
    word = words.take()
    if word.sort in {"integer", "fraction"}:
        number = float(int(word.written, 16)) if word.written[:2].lower() == "0x" else float(word.written)
        return -number if minus else number
    if minus:
        raise _NotPlain
    if word.written in {"true", "false"}:
        return word.written == "true"
    plain = word.sort == "text" and word.written[0] in "\"'" and "\\" not in word.written
    if not plain or word.written[:3] in {'"""', "'''"}:
        raise _NotPlain
    return word.written[1:-1]


def _shown(literal: Literals) -> str:
    if isinstance(literal, tuple):
        return f"[{', '.join(_shown(each) for each in literal)}]"
    if isinstance(literal, bool):
        return "true" if literal else "false"
    return f'"{literal}"' if isinstance(literal, str) else format(literal, "g")
