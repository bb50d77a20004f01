"""Keyset pages: every row once, whatever the direction; cursors that nobody can bend."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from ordercash.web.keyset import BadCursor, BadLimit, Position, read_cursor, read_limit, slice_of, write_cursor
from ordercash.web.models import SavedFilter

OWNER = uuid4()


def fill(count: int) -> list[str]:
    names = [f"name {index:03}" for index in range(count)]
    # Half of the rows share their sort value, so that the id has to decide.
    SavedFilter.objects.bulk_create(
        SavedFilter(user_id=OWNER, page=f"page {index // 2}", name=name, query="") for index, name in enumerate(names)
    )
    return names


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["page", "-page", "name", "-name"])
@pytest.mark.parametrize(
    "among", [[], [Q(name__lt="name 011"), Q(name__gt="name 019"), Q(name__range=("name 011", "name 019"))]]
)
def test_walking_forth_and_back_meets_every_row_once(sort: str, among: list[Q]) -> None:
    fill(23)
    rows = SavedFilter.objects.all()
    down = "-" if sort.startswith("-") else ""
    expected = list(rows.order_by(sort, f"{down}id").values_list("id", flat=True))
    met, cursor, pages = [], "", []
    while True:
        page = slice_of(rows, sort=sort, cursor=cursor, limit=5, among=among)
        met += [row.id for row in page.rows]
        pages.append(page)
        if not page.next:
            break
        cursor = page.next
    assert met == expected
    assert pages[0].previous == ""
    back = slice_of(rows, sort=sort, cursor=pages[-1].previous, limit=5, among=among)
    assert [row.id for row in back.rows] == [row.id for row in pages[-2].rows]
    first = slice_of(rows, sort=sort, cursor=pages[1].previous, limit=5, among=among)
    assert [row.id for row in first.rows] == expected[:5]
    assert first.previous == ""
    assert first.next


@pytest.mark.django_db
def test_a_page_is_one_statement_without_count_or_offset() -> None:
    fill(12)
    page = slice_of(SavedFilter.objects.all(), sort="-page", limit=5)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        slice_of(SavedFilter.objects.all(), sort="-page", cursor=page.next, limit=5)
    (statement,) = [query["sql"] for query in asked.captured_queries]
    assert "COUNT" not in statement
    assert "OFFSET" not in statement
    assert '("web_savedfilter"."page", "web_savedfilter"."id") < (' in statement


@given(
    st.one_of(
        st.integers(), st.text(), st.datetimes(), st.dates(), st.uuids(), st.booleans(), st.decimals(allow_nan=False)
    )
)
def test_a_cursor_brings_its_position_back(value: Any) -> None:
    position = Position(value, OWNER, backwards=True)
    assert read_cursor("-at", write_cursor("-at", position)) == position


@pytest.mark.parametrize(
    "bend", [lambda text: text[:-1], lambda text: "x" + text, lambda text: "%00", lambda text: text.replace(":", "")]
)
def test_a_bent_cursor_is_refused(bend: Any) -> None:
    with pytest.raises(BadCursor):
        read_cursor("-at", bend(write_cursor("-at", Position(1, OWNER))))


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(BadCursor):
        read_cursor("at", write_cursor("-at", Position(1, OWNER)))


@pytest.mark.parametrize("text", ["0", "201", "-1", "ten", "1.5", "1e2", "٣", "9" * 5000])
def test_a_limit_is_from_1_to_200(text: str) -> None:
    with pytest.raises(BadLimit):
        read_limit(text)


def test_a_limit_not_said_is_50() -> None:
    assert (read_limit(None), read_limit(""), read_limit("200")) == (50, 50, 200)


@pytest.mark.django_db
@pytest.mark.urls("tests.web.sample_urls")
class TestOverHttp:
    def test_next_is_an_address_that_goes_on(self, signed_in: Any) -> None:
        names = fill(7)
        client = signed_in()
        first = client.get("/api/v1/filters?limit=5").json()
        second = client.get(first["next"]).json()
        assert first["items"] + second["items"] == names
        assert first["previous"] is None
        assert second["next"] is None
        assert client.get(second["previous"]).json()["items"] == first["items"]

    @pytest.mark.parametrize("query", ["cursor=abc", "limit=0", "cursor=%00%ff", "limit=many"])
    def test_what_is_bent_is_400(self, signed_in: Any, query: str) -> None:
        assert signed_in().get(f"/api/v1/filters?{query}").status_code == 400
