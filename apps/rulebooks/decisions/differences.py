"""What differs between two documents of a kind, in words: rules added, removed and changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pydantic

from apps.rulebooks.decisions.kinds import Kind, RuleText


@dataclass(frozen=True, slots=True)
class Change:
    """One property of a rule before and after; "" where it was not there."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.what} {self.after} (new)"
        return f"{self.what} {self.before} → {self.after}" if self.after else f"{self.what} {self.before} (gone)"


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that was added, removed or changed, with the properties concerned."""

    rule: str
    title: str
    how: Literal["added", "removed", "changed"]
    changes: tuple[Change, ...]


def differences(kind: Kind, before: Any, after: Any) -> list[Difference]:
    """Return what differs between two documents (plain values): removed, changed, added.

    A kind that names no rules is compared member by member; so is whatever its words do not tell apart.
    """
    if before == after:
        return []
    return _in_words(kind, before, after) or list(_compared(_members(before), _members(after)))


def _in_words(kind: Kind, before: Any, after: Any) -> list[Difference]:
    """Compare rule by rule; nothing when the kind has no words, or a text of earlier times does not fit it any more."""
    if kind.rules is None:
        return []
    try:
        parsed = [kind.schema.model_validate(document) for document in (before, after)]
    except pydantic.ValidationError:
        return []
    return list(_compared(kind.rules(parsed[0]), kind.rules(parsed[1])))


def _compared(before: Mapping[str, RuleText], after: Mapping[str, RuleText]) -> Iterator[Difference]:
    for name, text in before.items():
        if name not in after:
            yield _whole(name, text, "removed")
    for name, text in before.items():
        if name in after and (changes := _changes(text, after[name])):
            yield Difference(name, after[name].title, "changed", tuple(changes))
    for name, text in after.items():
        if name not in before:
            yield _whole(name, text, "added")


def _whole(name: str, text: RuleText, how: Literal["added", "removed"]) -> Difference:
    plain = [
        Change(what, "" if how == "added" else said, said if how == "added" else "")
        for what, said in text.words.items()
    ]
    return Difference(name, text.title, how, tuple(plain))


def _changes(before: RuleText, after: RuleText) -> list[Change]:
    titles = [Change("title", before.title, after.title)] if before.title != after.title else []
    names = [*before.words, *(name for name in after.words if name not in before.words)]
    return titles + [
        Change(name, before.words.get(name, ""), after.words.get(name, ""))
        for name in names
        if before.words.get(name, "") != after.words.get(name, "")
    ]


def _members(document: Any) -> dict[str, RuleText]:
    """Take every member of a document for a rule, with its values by their path."""
    if not isinstance(document, Mapping):
        return {"document": RuleText("document", dict(_values(document, "")))}
    return {str(name): RuleText(str(name), dict(_values(value, ""))) for name, value in document.items()}


def _values(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _values(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for place, item in enumerate(value, 1):
            yield from _values(item, f"{path}[{place}]")
    else:
        yield path or "value", spoken(value)


def spoken(value: Any) -> str:
    """Return a plain value as somebody would write it: texts as they are, lists with commas, nothing as "none"."""
    if value is None or value in ((), [], {}, ""):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {spoken(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(spoken(item) for item in value)
    return str(value)
