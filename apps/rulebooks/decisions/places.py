"""Where a value stands in the text of a file: from a JSON pointer, and a place inside the value, to line and column."""

from functools import cached_property
from typing import Any

import yaml

from apps.rulebooks.decisions.tokens import offset_of, place_of


class Places:
    """The places of a text's values; the text is read once, when the first place is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _root(self) -> Any:
        return yaml.compose(self._text, yaml.SafeLoader)

    def of(self, pointer: str, line: int | None = None, column: int | None = None) -> tuple[int, int]:
        """Return line and column (from 1) of what a JSON pointer names in a YAML text, or of a place inside that value.

        What the pointer names beyond the text (a member that is missing) has the place of what it would belong to.
        """
        node = _node(self._root, pointer)
        if node is None:
            return 1, 1
        if line is None or column is None or not isinstance(node, yaml.ScalarNode):
            return node.start_mark.line + 1, node.start_mark.column + 1
        return _inside(self._text, node, line, column)


def _node(node: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        node = _below(node, step.replace("~1", "/").replace("~0", "~"))
    return node


def _below(node: Any, step: str) -> Any:
    """Step down; a step that is not in the text, such as the name of a sort, stays where it is."""
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if str(key.value) == step), node)
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        return node.value[int(step)]
    return node


def _inside(text: str, node: Any, line: int, column: int) -> tuple[int, int]:
    written = text[node.start_mark.index : node.end_mark.index]
    if node.style == "|":
        first = next((row for row in written.split("\n")[1:] if row.strip()), "")
        return node.start_mark.line + 1 + line, len(first) - len(first.lstrip()) + column
    offset = min(offset_of(node.value, line, column), len(node.value))
    return place_of(text, node.start_mark.index + _followed(written, node.value, node.style, offset))


def _followed(written: str, value: str, style: str | None, offset: int) -> int:
    """Walk a scalar as written until `offset` characters of its value have passed."""
    at = written.find("\n") + 1 if style == ">" else len(style or "")
    for letter in value[:offset]:
        if style == '"' and written[at : at + 1] == "\\":
            at += {"x": 4, "u": 6, "U": 10}.get(written[at + 1 : at + 2], 2)
            continue
        while at < len(written) and written[at] != letter and not (letter.isspace() and written[at].isspace()):
            at += 1
        at += 2 if style == "'" and letter == "'" else 1
        if letter.isspace():
            at += len(written[at:]) - len(written[at:].lstrip()) if written[at - 1 : at] == "\n" else 0
    return min(at, len(written))
