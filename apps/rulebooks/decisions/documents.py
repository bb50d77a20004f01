"""Checking a document before it is kept: exact numbers, plain values, the schema of its kind."""

from typing import Any

import pydantic

from apps.rulebooks.decisions.canonical import canonical_json, digest_of, refuse_floats
from apps.rulebooks.decisions.kinds import Kind
from ordercash.kernel.errors import DomainError, Fault


class DocumentInvalid(DomainError):
    """A document does not fit the schema of its kind."""

    code, title = "document_invalid", "The document does not fit its kind"


def checked_text(kind: Kind, document: Any) -> tuple[str, bytes]:
    """Return the canonical text and its SHA-256; raises FloatRefused or DocumentInvalid with a JSON pointer per mistake."""
    refuse_floats(document)
    try:
        text = canonical_json(document)
        kind.schema.model_validate_json(text)
    except pydantic.ValidationError as mistakes:
        faults = [_fault(mistake) for mistake in mistakes.errors(include_url=False, include_context=False)]
        raise DocumentInvalid(f"{len(faults)} mistake(s) in the {kind.name} document.", faults=faults) from None
    except TypeError as mistake:
        raise DocumentInvalid(f"The document holds something that JSON cannot say: {mistake}.") from None
    return text, digest_of(text)


def _fault(mistake: Any) -> Fault:
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in mistake["loc"])
    return Fault(pointer or "/", str(mistake["type"]), str(mistake["msg"]))
