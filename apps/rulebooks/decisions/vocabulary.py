"""What may be written in a document: its members with their types, out of the kind's schema, and the names that conditions read."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from apps.rulebooks.decisions.kinds import Kind

# JSON Schema's words for what somebody writes.
_TYPES: Final = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "number": "number",
    "object": "members",
}


class Member(NamedTuple):
    """A member of a part of a document; `is_needed`: it has no default."""

    name: str
    type: str
    is_needed: bool


class Part(NamedTuple):
    """A part of a document with its members; `title` "" is the document itself."""

    title: str
    says: str
    members: tuple[Member, ...]


class Vocabulary(NamedTuple):
    """What may be written in the documents of a kind; `names`: where a condition stands -> the names that it reads, with their types."""

    kind: str
    title: str
    parts: tuple[Part, ...]
    names: Mapping[str, Mapping[str, str]]


def vocabulary_of(kind: Kind) -> Vocabulary:
    """Return what may be written in the documents of a kind."""
    schema = kind.schema.model_json_schema()
    parts = [_part("", schema), *(_part(title, each) for title, each in schema.get("$defs", {}).items())]
    return Vocabulary(kind.name, kind.title, tuple(part for part in parts if part.members), kind.names)


def _part(title: str, schema: Mapping[str, Any]) -> Part:
    needed = schema.get("required", ())
    members = (Member(name, _type(each), name in needed) for name, each in schema.get("properties", {}).items())
    return Part(title, " ".join(schema.get("description", "").partition("\n\n")[0].split()), tuple(members))


def _type(schema: Mapping[str, Any]) -> str:
    """Return a type in words: "list of Discount", "text or number", "one of web, edi"."""
    return next((say(schema) for name, say in _SAYINGS.items() if name in schema), "") or _plain(schema)


def _plain(schema: Mapping[str, Any]) -> str:
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("format") == "date-time":
        return "date and time"
    if kept := _kept(schema):
        return f"per {kept[0]}: {_type(kept[1])}"
    return _TYPES.get(str(schema.get("type", "")), "anything")


def _choices(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a member may be; a number may always be written as text, to be exact."""
    found = [_type(each) for each in schema.get("anyOf", schema.get("oneOf", ())) if each.get("type") != "null"]
    yield from (each for each in found if each != "text" or "number" not in found)


def _kept(schema: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Return what a map is kept by and what it holds; amounts are kept by currency."""
    patterns = schema.get("patternProperties", {})
    if patterns:
        pattern, each = next(iter(patterns.items()))
        return ("currency" if pattern == "^[A-Z]{3}$" else "name"), each
    each = schema.get("additionalProperties")
    return ("name", each) if isinstance(each, Mapping) and each else None


_SAYINGS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "$ref": lambda schema: str(schema["$ref"]).rpartition("/")[2],
    "enum": lambda schema: f"one of {', '.join(map(str, schema['enum']))}",
    "const": lambda schema: str(schema["const"]),
    "anyOf": lambda schema: " or ".join(dict.fromkeys(_choices(schema))),
    "oneOf": lambda schema: " or ".join(dict.fromkeys(_choices(schema))),
}
