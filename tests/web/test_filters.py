"""Filters live in the URL; what cannot be read is named and left out."""

from datetime import date

import pytest
from django.http import QueryDict

from ordercash.web.filters import Filter, read_filters, shown_filters

FILTERS = (
    Filter("q", "Number"),
    Filter("state", "State", kind="choices", choices=[("held", "Held"), ("open", "Open")]),
    Filter("channel", "Channel", kind="choice", choices=lambda: [("web", "Web")]),
    Filter("placed", "Placed", kind="period"),
    Filter("due", "Due", kind="date"),
    Filter("late", "Late", kind="flag"),
)


def test_nothing_asked_is_nothing_wanted() -> None:
    wanted = read_filters(FILTERS, QueryDict(""))
    assert not wanted
    assert (wanted["q"], wanted["state"], wanted["channel"], wanted["placed_from"], wanted["late"]) == (
        "",
        [],
        "",
        None,
        False,
    )


def test_every_kind_is_read() -> None:
    wanted = read_filters(
        FILTERS, QueryDict("q= SO-1 &state=held&state=open&channel=web&placed_from=2024-01-01&due=2024-02-29&late=1")
    )
    assert wanted.values == {
        "q": "SO-1", "state": ["held", "open"], "channel": "web", "placed_from": date(2024, 1, 1), "placed_until": None,
        "due": date(2024, 2, 29), "late": True,
    }  # fmt: skip
    assert not wanted.errors


@pytest.mark.parametrize("query", ["due=2024-02-30", "placed_until=tomorrow", "channel=fax", "state=held&state=gone"])
def test_a_wrong_value_is_named_and_left_out(query: str) -> None:
    wanted = read_filters(FILTERS, QueryDict(query))
    assert len(wanted.errors) == 1
    assert "gone" not in str(wanted.values)
    assert any(shown.error for shown in shown_filters(FILTERS, wanted))


def test_nul_and_endless_text_are_cut() -> None:
    wanted = read_filters(FILTERS, QueryDict("q=a%00b" + "c" * 5000))
    assert "\x00" not in wanted["q"]
    assert len(wanted["q"]) <= 200


def test_a_required_choice_starts_with_its_first_and_is_no_filter_by_itself() -> None:
    filters = (
        Filter("entity", "Legal entity", kind="choice", choices=[("DE01", "DE"), ("UK01", "UK")], required=True),
    )
    standing, asked = read_filters(filters, QueryDict("")), read_filters(filters, QueryDict("entity=UK01"))
    assert (standing["entity"], bool(standing)) == ("DE01", False)
    assert (asked["entity"], bool(asked)) == ("UK01", True)
    assert shown_filters(filters, standing)[0].options == [("DE01", "DE", True), ("UK01", "UK", False)]
