"""Checking a document before it is kept: exact numbers, plain values, the schema of its kind, what the kind examines."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final

import pydantic

from apps.rulebooks.decisions.canonical import FloatRefused, canonical_json, digest_of, refuse_floats
from apps.rulebooks.decisions.kinds import Finding, Kind
from ordercash.kernel.errors import DomainError, Fault

# What a schema's mistakes say to people who write documents.
_WORDS: Final = {
    "missing": "this member is required",
    "model_type": "this is a mapping of names to values",
    "dict_type": "this is a mapping of names to values",
    "list_type": "this is a list",
    "tuple_type": "this is a list",
    "string_type": "this is a text",
    "too_short": "this needs more items",
}


class DocumentInvalid(DomainError):
    """A document does not fit the schema of its kind, or its kind finds an error in it."""

    code, title = "document_invalid", "The document does not fit its kind"


def checked_text(kind: Kind, document: Any) -> tuple[str, bytes]:
    """Return the canonical text and its SHA-256; raises FloatRefused or DocumentInvalid with a JSON pointer per mistake.

    A mistake inside a condition carries line and column of the condition's text.
    """
    refuse_floats(document)
    try:
        text = canonical_json(document)
        found = examined(kind, kind.schema.model_validate_json(text))
    except pydantic.ValidationError as mistakes:
        faults = [_fault(kind, mistake) for mistake in mistakes.errors(include_url=False, include_context=False)]
        raise DocumentInvalid(f"{counted(faults)} in the {kind.name} document.", faults=faults) from None
    except TypeError as mistake:
        raise DocumentInvalid(f"The document holds something that JSON cannot say: {mistake}.") from None
    _refuse(kind, [finding for finding in found if finding.severity == "error"])
    return text, digest_of(text)


def findings_of(kind: Kind, document: Any) -> list[Finding]:
    """Return everything that is found in a document, the mistakes that would refuse it first."""
    try:
        text, _ = checked_text(kind, document)
    except (FloatRefused, DocumentInvalid) as refusal:
        faults = refusal.faults or [Fault("", refusal.code, refusal.detail)]
        return [Finding("error", each.pointer, each.code, each.detail, each.line, each.column) for each in faults]
    return list(examined(kind, kind.schema.model_validate_json(text)))


def examined(kind: Kind, parsed: Any) -> Sequence[Finding]:
    """Return what the kind finds in a parsed document."""
    return kind.examine(parsed) if kind.examine else []


def _refuse(kind: Kind, errors: Sequence[Finding]) -> None:
    if errors:
        faults = [Fault(each.pointer, each.code, _placed(each), each.line, each.column) for each in errors]
        raise DocumentInvalid(f"{counted(faults)} in the {kind.name} document.", faults=faults)


def _placed(finding: Finding) -> str:
    place = f"line {finding.line}, column {finding.column}: " if finding.line is not None else ""
    return place + finding.message


def counted(mistakes: Sequence[object]) -> str:
    """Return "1 mistake", "4 mistakes"."""
    return f"{len(mistakes)} mistake{'' if len(mistakes) == 1 else 's'}"


def _fault(kind: Kind, mistake: Any) -> Fault:
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in mistake["loc"])
    code = str(mistake["type"])
    if code == "extra_forbidden":
        return Fault(pointer, code, _no_member(kind, str(mistake["loc"][-1])))
    return Fault(pointer or "/", code, _WORDS.get(code) or str(mistake["msg"]).removeprefix("Value error, "))


def _no_member(kind: Kind, name: str) -> str:
    close = get_close_matches(name, sorted(set(_members(kind.schema.model_json_schema()))), n=1)
    return f"there is no member {name!r} here" + (f"; did you mean {close[0]!r}?" if close else "")


def _members(schema: Any) -> Iterator[str]:
    """Return the names of the members of a JSON schema, wherever they stand."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        yield from (name for each in schema.values() for name in _members(each))
