"""Canonical texts, documents and files."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rulebooks.decisions.canonical import FloatRefused, canonical_json, digest_of
from apps.rulebooks.decisions.documents import DocumentInvalid, checked_text
from apps.rulebooks.decisions.files import FileUnreadable, read_file, write_file
from apps.rulebooks.decisions.kinds import KindUnknown, kind_of
from tests.rulebooks.a_kind import KIND, TEXT_KIND

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=12)
leaves = st.none() | st.booleans() | st.integers(min_value=-(2**53), max_value=2**53) | texts
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=20
)


def test_a_canonical_text_is_one_text() -> None:
    one = {"b": Decimal("1.10"), "a": [UUID(int=1), datetime(2026, 3, 5, 12, tzinfo=UTC)], "ä": None}
    assert canonical_json(one) == (
        '{"a":["00000000-0000-0000-0000-000000000001","2026-03-05T12:00:00Z"],"b":"1.10","ä":null}'
    )
    assert canonical_json(dict(reversed(one.items()))) == canonical_json(one)


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="complex"):
        canonical_json({"a": 1j})


@given(documents)
def test_reading_what_was_written_gives_the_same_hash(document: Any) -> None:
    text = write_file(kind="k", name="n", legal_entity="", document=document)
    assert digest_of(canonical_json(read_file(text)["document"])) == digest_of(canonical_json(document))


def test_a_document_stands_in_the_order_of_its_schema() -> None:
    document = {"words": {"b": "2", "a": "1"}, "large_factor": 3, "factor": 2}
    text = write_file(kind=KIND, name="n", legal_entity="", document=document)
    assert text.split("document:\n")[1] == "  factor: 2\n  words:\n    a: '1'\n    b: '2'\n  large_factor: 3\n"
    misfit = write_file(kind=KIND, name="n", legal_entity="", document={"zone": 1, "factor": "many"})
    assert misfit.split("document:\n")[1] == "  factor: many\n  zone: 1\n"
    rule = {"when": "size > 1", "name": "big"}
    ruled = write_file(kind=TEXT_KIND, name="n", legal_entity="", document={"rules": [rule]})
    assert ruled.endswith("  - name: big\n    when: size > 1\n")


def test_a_file_keeps_its_order() -> None:
    text = write_file(kind="k", name="n", legal_entity="DE1", document={"b": "1.10", "a": "2026-01-01"})
    assert text == "kind: k\nname: n\nlegal_entity: DE1\ndocument:\n  a: '2026-01-01'\n  b: '1.10'\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: [", "not YAML"),
        ("- kind", "is a mapping"),
        ("kind: k\nname: n", r"missing: \['document'\]"),
        ("kind: k\nname: n\ndocument: {}\nauthor: me", r"not known: \['author'\]"),
        ("!!python/object/apply:os.system ['true']", "not YAML"),
    ],
)
def test_what_is_no_rulebook_file_is_refused(text: str, says: str) -> None:
    with pytest.raises(FileUnreadable, match=says):
        read_file(text)


def test_floats_are_refused_with_their_place() -> None:
    with pytest.raises(FloatRefused) as refused:
        checked_text(kind_of(KIND), {"factor": 2, "words": {"a/b": 0.1}, "list": [1, 2.5]})
    assert [fault.pointer for fault in refused.value.faults] == ["/words/a~1b", "/list/1"]


def test_every_mistake_of_a_document_is_named_with_its_place() -> None:
    with pytest.raises(DocumentInvalid) as refused:
        checked_text(kind_of(KIND), {"factor": "two", "words": {"a": 1}, "more": True})
    assert sorted(fault.pointer for fault in refused.value.faults) == ["/factor", "/more", "/words/a"]


def test_keys_that_are_no_text_are_refused() -> None:
    with pytest.raises(DocumentInvalid, match="JSON cannot say"):
        checked_text(kind_of(KIND), {"factor": 2, "words": {False: "no"}})


def test_an_unknown_kind_names_the_known() -> None:
    with pytest.raises(KindUnknown, match=KIND):
        kind_of("test.nothing")
