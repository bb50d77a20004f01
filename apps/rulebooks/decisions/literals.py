"""Integer literals where a condition means numbers: CEL keeps integers and fractions apart, people do not."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from apps.rulebooks.decisions.tokens import Token

_MIXED: Final = re.compile(r"applied to '\((double, (?:list\()?int\)?|int, double|list\(int\), double)\)'")


def written_with(tokens: Sequence[Token], numbers: Collection[int]) -> str:
    """Return the text with the integer literals at these offsets written as numbers."""
    return "".join(_written(token, numbers) for token in tokens)


def place_before(tokens: Sequence[Token], numbers: Collection[int], offset: int) -> int:
    """Return where an offset of the rewritten text lies in the text as written by its author."""
    shift = 0
    for token in tokens:
        longer = len(_written(token, numbers)) - len(token.written)
        if token.start + len(token.written) + shift + longer > offset:
            break
        shift += longer
    return offset - shift


def as_doubles(tokens: Sequence[Token], places: Iterable[tuple[int, str]]) -> frozenset[int]:
    """Return the offsets of integer literals that stand beside a number, going by what the compiler says and where."""
    words = [token for token in tokens if token.sort != "space"]
    at = {word.start: index for index, word in enumerate(words)}
    found: set[int] = set()
    for offset, says in places:
        if "invalid int literal" in says:
            found.add(offset)
        elif (mixed := _MIXED.search(says)) and offset in at:
            left, right = words[: at[offset]], words[at[offset] + 1 :]
            found |= _before(left) if mixed[1].startswith("int") else _after(right)
    return frozenset(found)


def _after(words: Sequence[Token]) -> set[int]:
    """Find the literal after an operator, inside parentheses and behind a minus, or every literal of a list."""
    for index, word in enumerate(words):
        if word.sort == "integer":
            return {word.start}
        if word.written == "[":
            end = next((place for place, each in enumerate(words) if each.written == "]"), len(words))
            return {each.start for each in words[index:end] if each.sort == "integer"}
        if word.written not in {"(", "-"}:
            break
    return set()


def _before(words: Sequence[Token]) -> set[int]:
    for word in reversed(words):
        if word.sort == "integer":
            return {word.start}
        if word.written != ")":
            break
    return set()


def _written(token: Token, numbers: Collection[int]) -> str:
    if token.start not in numbers or token.sort != "integer":
        return token.written
    return f"{int(token.written, 0) if token.written[:2].lower() == '0x' else int(token.written)}.0"
