"""Canonical texts: equal values give equal bytes, so that a SHA-256 names a document and a replay can be compared."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from ordercash.kernel.errors import DomainError, Fault

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


class FloatRefused(DomainError):
    """A rulebook contains a binary fraction, which cannot be exact."""

    code, title = "float_refused", 'Write fractions as text, e.g. "0.1"'


def canonical_json(value: Any) -> str:
    """Return the canonical text: sorted keys, no white space, UTF-8; Decimals as plain text, UUIDs and instants (UTC, Z) too.

    Decimals keep their written scale ("1.10" stays "1.10"). Raises TypeError for anything that JSON cannot say.
    """
    return orjson.dumps(value, default=_plain, option=_OPTIONS).decode()


def digest_of(text: str) -> bytes:
    """Return the SHA-256 of a canonical text: 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def refuse_floats(document: Any) -> None:
    """Raise FloatRefused with a JSON pointer (RFC 6901) to every float of a document."""
    faults = [Fault(pointer, "float_refused", 'Write it as text, e.g. "0.1".') for pointer in _floats(document, "")]
    if faults:
        raise FloatRefused(f"{len(faults)} number(s) with a fraction are not written as text.", faults=faults)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _floats(value: Any, pointer: str) -> list[str]:
    if isinstance(value, float):
        return [pointer or "/"]
    if isinstance(value, Mapping):
        return [found for key, item in value.items() for found in _floats(item, f"{pointer}/{_escaped(str(key))}")]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [found for index, item in enumerate(value) for found in _floats(item, f"{pointer}/{index}")]
    return []


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
