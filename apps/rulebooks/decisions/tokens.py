"""The words of a CEL text with their places."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_WORD: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<fraction>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<unsigned>(?:0[xX][0-9a-fA-F]+|\d+)[uU])
    |(?P<integer>0[xX][0-9a-fA-F]+|\d+)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||[<>=!]=|.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A word: its sort (text, fraction, unsigned, integer, name, sign, space), how it is written, and where it begins (from 0)."""

    sort: str
    written: str
    start: int


def tokens_of(text: str) -> list[Token]:
    """Return every word of a text, spaces and comments too; together they are the text."""
    return [Token(found.lastgroup or "sign", found.group(), found.start()) for found in _WORD.finditer(text)]


def free_names(tokens: Sequence[Token]) -> list[str]:
    """Return the names that are read, in order: not those after a point, which are members or methods."""
    words = [token for token in tokens if token.sort != "space"]
    return [
        word.written
        for before, word in zip([Token("sign", "", 0), *words], words, strict=False)
        if word.sort == "name" and before.written != "."
    ]


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Return line and column (from 1) of an offset."""
    line_start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - line_start + 1


def offset_of(text: str, line: int, column: int) -> int:
    """Return the offset of a line and column (from 1)."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1
