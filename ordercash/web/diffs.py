"""Differences between two documents, line by line, for people."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

CONTEXT_LINES = 3


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line: `sign` is "+", "-", " " or "…" for a run of equal lines left out."""

    sign: str
    before: int | None
    after: int | None
    text: str


def diff_lines(before: str | Mapping[str, Any], after: str | Mapping[str, Any]) -> list[DiffLine]:
    """Return what changed with three equal lines around each change; documents are compared with sorted names."""
    old, new = _lines(before), _lines(after)
    groups = list(SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT_LINES))
    found: list[DiffLine] = []
    for number, group in enumerate(groups):
        if number or group[0][1] > 0:
            found.append(DiffLine("…", None, None, ""))
        for opcode in group:
            found.extend(_of_opcode(opcode, old, new))
    return found


def _lines(value: str | Mapping[str, Any]) -> list[str]:
    text = (
        value
        if isinstance(value, str)
        else json.dumps(value, indent=2, sort_keys=True, default=str, ensure_ascii=False)
    )
    return text.splitlines()


def _of_opcode(opcode: tuple[str, int, int, int, int], old: list[str], new: list[str]) -> Iterator[DiffLine]:
    tag, i1, i2, j1, j2 = opcode
    if tag == "equal":
        for offset, text in enumerate(old[i1:i2]):
            yield DiffLine(" ", i1 + offset + 1, j1 + offset + 1, text)
        return
    for offset, text in enumerate(old[i1:i2]):
        yield DiffLine("-", i1 + offset + 1, None, text)
    for offset, text in enumerate(new[j1:j2]):
        yield DiffLine("+", None, j1 + offset + 1, text)
