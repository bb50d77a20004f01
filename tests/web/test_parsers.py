"""JSON in: exact numbers, precise refusals."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercash.web.api.parsers import BrokenLine, Malformed, NdjsonParser, parse_json
from ordercash.web.api.renderers import encode
from tests.web.sample_urls import SOME_ID

WRONG = [
    (b'{"a": 1.}', "line 1 column"),
    (b'{"a": 1,\n "b": }', "line 2 column"),
    (b"", "EOF"),
    (b"[1, 2", "line 1 column"),
    (b'{"a": NaN}', "line 1 column"),
    (b'{"a": -Infinity}', "line 1 column"),
    (b'{"a": 1} x', "trailing"),
    (b'{"a": 1, "a": 2}', 'duplicate key "a"'),
    (b'["\\ud800"]', "line 1 column"),
    (b'{"a":\n"\xff"}', "byte 7 (line 2) is 0xff"),
    (b"\xef\xbb\xbf{}", "byte order mark"),
    (b'{"a": ["x", "y\\u0000"]}', "/a/1"),
    (b"[" * 100_000, "recursion"),
    (b"9" * 5_000, "number"),
]


@pytest.mark.parametrize(("body", "told"), WRONG)
def test_what_cannot_be_read_is_told_with_its_place(body: bytes, told: str) -> None:
    with pytest.raises(Malformed) as refusal:
        parse_json(body)
    assert told.lower() in refusal.value.detail.lower()
    assert refusal.value.status == 400


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_a_fraction_keeps_its_decimal_text(number: Decimal) -> None:
    read = parse_json(f'{{"price": {number:f}}}'.encode())["price"]
    assert str(read) == f"{number:f}"
    assert isinstance(read, Decimal)


def test_whole_numbers_are_integers_of_any_size() -> None:
    assert parse_json(b"[1, 12345678901234567890123]") == [1, 12345678901234567890123]


def test_an_escaped_backslash_before_u0000_is_text() -> None:
    assert parse_json(b'["\\\\u0000"]') == ["\\u0000"]


def test_a_broken_line_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stream:
        def read(self, size: int) -> bytes:
            return b'{"a": 1}\n\n{"a": }\n{"a": 2.50}'

    first, broken, last = NdjsonParser().parse(Stream())  # type: ignore[arg-type]
    assert first == {"a": 1}
    assert isinstance(broken, BrokenLine)
    assert broken.number == 3
    assert last == {"a": Decimal("2.50")}


def test_reading_lines_ends_where_a_batch_is_too_long() -> None:
    class Stream:
        def read(self, size: int) -> bytes:
            return b"{\n\n" * 4_000_000

    assert len(NdjsonParser().parse(Stream())) == NdjsonParser.most + 1  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.urls("tests.web.sample_urls")
class TestOverHttp:
    def test_a_body_in_chunks_is_not_taken_for_an_empty_one(self, signed_in: Any) -> None:
        answer = signed_in("sample.write").post(
            "/api/v1/echo", b"", "application/json", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"
        )
        assert answer.status_code == 411
        assert answer.json()["code"] == "length_required"

    def test_a_body_over_the_limit_is_413_before_it_is_parsed(self, signed_in: Any, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
        answer = signed_in("sample.write").post("/api/v1/echo", b"[" * (1024 * 1024 + 1), "application/json")
        assert answer.status_code == 413
        assert answer.json()["code"] == "body_too_large"
        assert "1 MB" in answer.json()["detail"]

    def test_the_bytes_are_kept_for_the_idempotency_hash(self, signed_in: Any) -> None:
        answer = signed_in("sample.write").post("/api/v1/echo", b'{"a":  1.10}', "application/json")
        assert answer.json() == {"shown": "{'a': Decimal('1.10')}", "bytes": 12}

    def test_broken_utf8_is_400(self, signed_in: Any) -> None:
        answer = signed_in("sample.write").post("/api/v1/echo", b'{"a": "\xc3"}', "application/json")
        assert answer.status_code == 400
        assert "byte 7" in answer.json()["detail"]


def test_answers_keep_decimals_and_instants_exact() -> None:
    assert encode({"a": Decimal("1.10"), "id": SOME_ID, "b": {2}, 3: b"\x01"}) == (
        b'{"a":"1.10","id":"01900000-0000-7000-8000-000000000001","b":[2],"3":"01"}'
    )
    with pytest.raises(TypeError):
        encode(object())
