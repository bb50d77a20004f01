"""Conditions that could grow without end: lists walked inside lists, each step building a longer text or list than the one before.

The evaluator counts steps, not bytes: a hundred letters can ask for more memory than there is.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from apps.rulebooks.decisions.tokens import Token

_WALKS: Final = frozenset({"all", "exists", "exists_one", "filter", "map"})
_OPENS: Final = {"(": ")", "[": "]", "{": "}"}
_BUILDS: Final = frozenset("+[{")
MOST_DEEP: Final = 2


class _Walk(NamedTuple):
    """A walk over a list: the places (among the words) of its receiver's beginning, its name and its closing parenthesis."""

    begin: int
    name: int
    end: int


def endless_at(tokens: Sequence[Token]) -> int | None:
    """Return the offset of the first walk that works on what two walks before it built, None when there is none.

    A walk works on another one when it stands inside of it or takes its result. Walks that build nothing may be as deep as they like.
    """
    words = [token for token in tokens if token.sort != "space"]
    if not any(word.written in _BUILDS for word in words if word.sort == "sign"):
        return None
    walks = _walks(words, _partners(words))
    depths: dict[_Walk, int] = {}
    for walk in sorted(walks, key=lambda each: each.name):
        before = [other for other in depths if _feeds(other, walk)]
        depths[walk] = 1 + max((depths[other] for other in before), default=0)
        if depths[walk] > MOST_DEEP:
            return words[walk.name].start
    return None


def _feeds(other: _Walk, walk: _Walk) -> bool:
    """Say whether a walk stands in the receiver of another one, or around it."""
    return walk.begin <= other.begin < walk.name or other.name < walk.begin < other.end


def _walks(words: Sequence[Token], partners: dict[int, int]) -> list[_Walk]:
    return [
        _Walk(_begin(words, partners, place - 1), place, partners[place + 1])
        for place, word in enumerate(words)
        if word.written in _WALKS and place and words[place - 1].written == "." and place + 1 in partners
        if words[place + 1].written == "("
    ]


def _begin(words: Sequence[Token], partners: dict[int, int], point: int) -> int:
    """Return where the receiver before a point begins: names, members, calls, places of lists, and what stands in parentheses."""
    place = point
    while place > 0:
        before, first = words[place - 1], place == point
        if before.written in {")", "]", "}"} and place - 1 in partners:
            place = partners[place - 1]
        elif (
            before.written == "."
            or (before.sort == "text" and first)
            or (before.sort == "name" and (first or words[place].written in {"(", "[", "."}))
        ):
            place -= 1
        else:
            break
    return place


def _partners(words: Sequence[Token]) -> dict[int, int]:
    """Return, both ways, which bracket closes which."""
    open_ones: list[int] = []
    found: dict[int, int] = {}
    for place, word in enumerate(words):
        if word.sort != "sign":
            continue
        if word.written in _OPENS:
            open_ones.append(place)
        elif open_ones and word.written == _OPENS[words[open_ones[-1]].written]:
            begin = open_ones.pop()
            found[begin], found[place] = place, begin
    return found
