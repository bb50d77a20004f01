"""What may be sold of shelves that others sell from: less, the older the last word is; a silent feed is told within a minute."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some

from apps.audit.models import EventRecord
from apps.exceptions.models import Case
from apps.inventory.contract import FeedTold, note_feed, note_heartbeat, reserve_lines
from apps.inventory.decisions.freshness import Freshness, FreshnessRule, compile_freshness, held_back
from apps.inventory.models import Backorder, Reservation, Stock, SyncClock, SyncFeed
from apps.inventory.selectors.rules import LANGUAGE
from apps.inventory.selectors.sync import clocks
from apps.inventory.services.feeds import watch_feeds
from apps.rulebooks.contract import forget_cached_rulebooks
from ordercash.kernel import clock
from tests.factories.inventory import Place, a_place, demand, joined, stocked

RULE = FreshnessRule(name="shared", factor=Decimal("1.5"))


def in_force(tmp_path: Path, **changes: object) -> None:
    """Put a rulebook of freshness in force."""
    members = {"name": "shared", "factor": '"1.5"', "grace_seconds": 30, "stop_after_seconds": 900} | changes
    text = "kind: inventory.freshness\nname: Freshness\ndocument:\n  rules:\n    - {%s}\n"
    file = tmp_path / "freshness.yaml"
    file.write_text(text % ", ".join(f"{name}: {value}" for name, value in members.items()))
    call_command("rulebooks", "import", str(file), "--activate", verbosity=0, stdout=StringIO())
    forget_cached_rulebooks()


def told(place: Place, *, seconds_ago: float, per_hour: int = 120, seq: int = 1) -> Stock:
    """Let the system of the first warehouse say something of the first product, so long ago."""
    row, now = Stock.objects.get(), clock.now()
    said = now - timedelta(seconds=seconds_ago)
    joined(note_feed, FeedTold(row.pk, seq, said, said, is_shared=True), now=now)
    Stock.objects.update(sale_rate=Decimal(per_hour) / 3600)
    return Stock.objects.get()


@pytest.fixture
def place(transactional_db: None) -> Place:
    place = a_place()
    stocked(place, 40)
    return place


@pytest.mark.parametrize(
    ("per_hour", "age", "held"),
    [(120, 30, 0), (120, 31, 2), (120, 300, 15), (120, 899, 45), (120, 900, 40), (0, 600, 0), (7200, 300, 900)],
)
def test_what_is_held_back(per_hour: int, age: int, held: int) -> None:
    assert held_back(RULE, Decimal(40), Decimal(per_hour), Decimal(age)) == held


def test_rules_are_found_by_warehouse_and_product() -> None:
    rules = Freshness.model_validate(
        {
            "rules": [
                {"name": "dear", "when": 'category == "clocks"', "factor": "3"},
                {"name": "far", "when": 'warehouse == "3PL"'},
            ]
        }
    )
    compiled = compile_freshness(rules, LANGUAGE)
    facts = {"warehouse": "3PL", "legal_entity": "UK", "sku": "A", "category": "clocks"}
    assert [compiled.rule_for(facts | change) and compiled.rule_for(facts | change).name  # type: ignore[union-attr]
            for change in ({}, {"category": ""}, {"category": "", "warehouse": "UK-1"})] == ["dear", "far", None]  # fmt: skip


@given(
    sold=some.lists(some.integers(0, 60), min_size=300, max_size=300),
    stock=some.integers(0, 20_000),
    factor=some.sampled_from(["1", "1.5"]),
)
def test_five_minutes_behind_at_fifty_a_second_nothing_protected_is_oversold(
    sold: list[int], stock: int, factor: str
) -> None:
    """Others sell second by second, their system is five minutes behind; we sell what the rule lets us by their busiest rate."""
    rule = FreshnessRule(name="a", factor=Decimal(factor), grace_seconds=0)
    busiest = max(sold) * 3600
    ours = max(Decimal(stock) - held_back(rule, Decimal(stock), Decimal(busiest), Decimal(300)), Decimal(0))
    assert ours + min(sum(sold), stock) <= stock or ours == 0
    assert ours + sum(sold) <= stock or ours == 0


def test_the_statement_that_sells_holds_back_at_its_own_instant(place: Place, tmp_path: Path) -> None:
    in_force(tmp_path)
    told(place, seconds_ago=290)  # 14.5 to 15 for twenty seconds to come
    shown = clocks().get()
    assert (shown.held_back, shown.may_sell, shown.rule) == (15, 25, "shared")  # type: ignore[attr-defined]
    line = demand(place, 26)
    joined(reserve_lines, [line])
    assert Reservation.objects.get().quantity == 25 and Backorder.objects.get().quantity == 1
    told(place, seconds_ago=0, seq=2)
    other = demand(place, 5)
    joined(reserve_lines, [other])
    assert Reservation.objects.get(line_id=other.line_id).quantity == 5


def test_after_the_feed_counts_as_stopped_nothing_protected_is_sold(place: Place, tmp_path: Path) -> None:
    in_force(tmp_path)
    told(place, seconds_ago=1_000, per_hour=0)
    joined(reserve_lines, [demand(place, 1)])
    assert not Reservation.objects.exists()
    in_force(tmp_path, protected="false")
    joined(lambda: watch_feeds.__wrapped__(now=clock.now()))  # type: ignore[attr-defined]
    joined(reserve_lines, [demand(place, 1)])
    assert Reservation.objects.count() == 1


def test_what_is_fresh_again_goes_to_those_who_wait(place: Place, tmp_path: Path) -> None:
    in_force(tmp_path)
    row = told(place, seconds_ago=1_000)
    joined(reserve_lines, [demand(place, 7)])
    assert Backorder.objects.get().quantity == 7
    now = clock.now()
    joined(note_heartbeat, row.warehouse_id, said_at=now, received_at=now)
    assert (Backorder.objects.count(), Reservation.objects.get().quantity) == (0, 7)


def test_without_a_rule_or_without_others_who_sell_everything_free_is_sold(place: Place) -> None:
    told(place, seconds_ago=5_000, per_hour=9_999)
    joined(reserve_lines, [demand(place, 40)])
    assert Reservation.objects.get().quantity == 40


def test_many_takers_of_a_stale_shelf_get_what_may_be_sold_and_no_more(place: Place, tmp_path: Path) -> None:
    in_force(tmp_path)
    told(place, seconds_ago=290)

    def take() -> None:
        joined(reserve_lines, [demand(place, 1)])
        connection.close()

    takers = [Thread(target=take) for _ in range(35)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert (Reservation.objects.count(), Backorder.objects.count()) == (25, 10)


def test_an_older_word_says_nothing_and_a_heartbeat_makes_everything_fresh(place: Place) -> None:
    row = told(place, seconds_ago=100, seq=5)
    now = clock.now()
    assert not joined(note_feed, FeedTold(row.pk, 4, now, now, is_shared=True), now=now)
    assert SyncClock.objects.get().feed_seq == 5
    joined(note_heartbeat, row.warehouse_id, said_at=now, received_at=now)
    assert Stock.objects.get().synced_at == now


def test_a_silent_feed_is_a_case_within_a_minute_and_closes_it_when_it_speaks(place: Place) -> None:
    row = told(place, seconds_ago=0)
    last = SyncFeed.objects.get().said_at
    looks = [last + timedelta(seconds=seconds) for seconds in (14, 29, 44, 59)]
    found = [watch_feeds(now=look) for look in looks]
    assert found == [(0, 0), (0, 0), (1, 0), (0, 0)], "one case, at the third look"
    case = Case.objects.get()
    assert (case.subject_id, case.state, case.opened_at - last) == (row.warehouse_id, "open", timedelta(seconds=44))
    spoke = last + timedelta(seconds=70)
    joined(note_heartbeat, row.warehouse_id, said_at=spoke, received_at=spoke)
    assert watch_feeds(now=spoke + timedelta(seconds=4)) == (0, 1)
    case.refresh_from_db()
    assert (case.state, case.resolution) == ("resolved", "resumed")
    names = EventRecord.objects.filter(name__startswith="inventory.feed").values_list("name", flat=True)
    assert sorted(names) == ["inventory.feed_resumed", "inventory.feed_stopped"]
