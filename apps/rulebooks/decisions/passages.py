"""Finding a named rule in the text of a rulebook, as it is exported."""

import re
from typing import NamedTuple


class Passage(NamedTuple):
    """The text before a rule, the rule's own lines, and the text after."""

    before: str
    own: str
    after: str


def passage_of(text: str, rule: str) -> Passage | None:
    """Return the item of a list whose name is the rule's, with the text around it; None when there is none."""
    lines = text.splitlines(keepends=True)
    named = re.compile(rf"\s*(- )?name: ['\"]?{re.escape(rule)}['\"]?\s*")
    found = next((place for place, line in enumerate(lines) if named.fullmatch(line)), None)
    if found is None:
        return None
    start = found
    while start and not (lines[start].lstrip().startswith("- ") and _depth(lines[start]) <= _depth(lines[found])):
        start -= 1
    end = found + 1
    while end < len(lines) and (not lines[end].strip() or _depth(lines[end]) > _depth(lines[start])):
        end += 1
    return Passage("".join(lines[:start]), "".join(lines[start:end]), "".join(lines[end:]))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
