"""JSON in: exact. A number with a fraction keeps its decimal text, and what cannot be read is told with its position."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import IO, Any, ClassVar

import jiter
from django.conf import settings
from rest_framework.parsers import BaseParser

from ordercash.kernel.errors import DomainError
from ordercash.web.api.problems import escape, too_large


class Malformed(DomainError):
    """The body is not JSON, or not UTF-8."""

    code, title, status = "malformed", "The body cannot be read", 400


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line of newline-delimited JSON that cannot be read; the lines around it can."""

    number: int
    detail: str


class JsonParser(BaseParser):
    """Reads JSON: Decimal for fractions, int for whole numbers; duplicate names, NaN and Infinity are refused."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the document; raises TooLarge before it is read, Malformed with line, column or byte after."""
        body = read_bytes(stream, parser_context or {})
        return parse_json(body)


class NdjsonParser(BaseParser):
    """Reads one document per line; a line that cannot be read becomes a BrokenLine, so that the others go on.

    It reads `most` documents and one more, by which the endpoint sees that there are too many: a body of ten million broken
    lines costs no more than a small one.
    """

    media_type = "application/x-ndjson"
    most: ClassVar[int] = 1_000

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the list of documents in the order of their lines; empty lines are passed over."""
        return list(islice(_lines(read_bytes(stream, parser_context or {})), self.most + 1))


def raw_body(request: Any) -> bytes:
    """Return the bytes of a body that a parser of this module has read (for the hash of an Idempotency-Key)."""
    request.data  # noqa: B018 - parsing is lazy; the parser keeps the bytes
    body: bytes = getattr(request, "raw_body", b"")
    return body


def read_bytes(stream: IO[bytes], context: Mapping[str, Any]) -> bytes:
    """Read a body up to the limit and keep its bytes with the request; raises TooLarge."""
    request = context.get("request")
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    declared = str(request.META.get("CONTENT_LENGTH") or "") if request is not None else ""
    if declared.isdigit() and int(declared) > limit:
        raise too_large()
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise too_large()
    if request is not None:
        request.raw_body = body
    return body


def parse_json(body: bytes) -> Any:
    """Return the document that the bytes hold; raises Malformed."""
    try:
        document = jiter.from_json(body, float_mode="decimal", allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        raise Malformed(_position(body, error)) from None
    if b"\\u0000" in body:
        _refuse_nul(document, "")
    return document


def _lines(body: bytes) -> Iterator[Any]:
    for number, line in enumerate(BytesIO(body), start=1):
        if not line.strip():
            continue
        try:
            yield parse_json(line)
        except Malformed as error:
            yield BrokenLine(number, error.detail)


def _position(body: bytes, error: ValueError) -> str:
    """Say where: the byte of broken UTF-8, or the line and column that the JSON reader stopped at."""
    try:
        body.decode()
    except UnicodeDecodeError as broken:
        line = body.count(b"\n", 0, broken.start) + 1
        return f"The body is not UTF-8: byte {broken.start} (line {line}) is 0x{body[broken.start]:02x}."
    if body.startswith(b"\xef\xbb\xbf"):
        return "The body starts with a byte order mark, which JSON does not allow (RFC 8259, section 8.1)."
    return f"The body is not JSON: {error}."


def _refuse_nul(value: Any, pointer: str) -> None:
    """Refuse the character U+0000, which no text column can hold, with its pointer."""
    if isinstance(value, str) and "\x00" in value:
        raise Malformed(f"The text at {pointer or 'the root'} holds the character U+0000, which cannot be stored.")
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_nul(key, pointer)
            _refuse_nul(item, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_nul(item, f"{pointer}/{index}")
