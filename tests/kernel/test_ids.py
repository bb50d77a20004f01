"""Identifiers are UUIDv7: they ascend with time, and a month has a lowest one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ordercash.kernel.ids import lowest_id_at, new_id, new_ids

moments = st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_an_id_is_of_version_7_and_new() -> None:
    ids = new_ids(1000)
    assert {made.version for made in ids} == {7}
    assert len(set(ids)) == 1000


def test_ids_ascend() -> None:
    ids = [*new_ids(1000), new_id()]
    assert ids == sorted(ids)
    assert new_ids(0) == []


def test_an_id_lies_between_the_bounds_of_its_time() -> None:
    now = datetime.now(UTC)
    made = new_id()
    assert lowest_id_at(now - timedelta(seconds=1)) < made < lowest_id_at(now + timedelta(seconds=1))


@given(moments, moments)
def test_bounds_are_ordered_as_their_instants(one: datetime, other: datetime) -> None:
    if one - other >= timedelta(milliseconds=1):
        assert lowest_id_at(one) > lowest_id_at(other)
