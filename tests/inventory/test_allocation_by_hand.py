"""Goods given by hand: tried, carried out and taken back like every run; nobody is given what is not there or not wanted."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from apps.inventory.models import AllocationRun, Backorder, OrderPolicy, Quota
from apps.inventory.services.allocation_facts import Scope
from apps.inventory.services.allocation_runs import (
    AllocationStale,
    GivenByHandRefused,
    StrategyUnknown,
    commit_allocation,
    roll_back_allocation,
    simulate_allocation,
)
from apps.rulebooks.models import Decision
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import NOW, stocked
from tests.inventory.test_allocation_record import replayed
from tests.inventory.test_allocation_runs import LATER, held, line, place, rules, tags, waits

__all__ = ["place", "tags"]

pytestmark = pytest.mark.django_db


def by_hand(place, **said):
    quantities = {each.line_id: Decimal(quantity) for each, quantity in said.values()}
    return simulate_allocation(Scope(place.entity.id), strategy="manual", by_hand=quantities, actor=SYSTEM, now=NOW)


@pytest.fixture
def waiting(place, tags):
    """Two lines wait, and eight pieces lie there that are only given by hand."""
    rules("manual")
    lines = line(place, tags, "A", 6), line(place, tags, "C", 6, minutes=1)
    stocked(place, 5)
    stocked(place, 3, warehouse=1)
    return lines


def test_who_is_given_something_gets_it_and_nobody_else(place, waiting):
    first, second = waiting
    run = by_hand(place, a=(second, "5"), b=(first, "2"))
    assert (run.strategy, run.figures["winners"], run.figures["losers"]) == ("manual", 2, 0)
    assert run.figures["compared"]["manual"]["units_gained"] == "7"
    assert run.figures["compared"]["first_come"]["units_gained"] == "8"
    assert (held(first), held(second)) == (0, 0)
    commit_allocation(run.pk, reason="As agreed by phone", actor=SYSTEM, now=LATER)
    assert (held(first), held(second), waits(first), waits(second)) == (2, 5, 4, 1)
    assert Decision.objects.get().subject_id == run.pk
    assert replayed() == "1 decisions replayed, 1 the same, 0 different"
    roll_back_allocation(run.pk, reason="A mistake", actor=SYSTEM, now=LATER)
    assert (held(first), held(second), waits(first), waits(second)) == (0, 0, 6, 6)


def refused(place, **said):
    with pytest.raises(GivenByHandRefused) as caught, transaction.atomic():
        by_hand(place, **said)
    assert not AllocationRun.objects.exists()
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def test_more_than_lies_there_is_refused_for_the_line_that_cannot_have_it(place, waiting):
    first, second = waiting
    assert refused(place, a=(first, "6"), b=(second, "3")) == [("/quantities/1", "not_free")]


def test_what_is_wrong_with_quantities_is_said_of_each(place, waiting):
    first, second = waiting
    stranger = replace(first, line_id=first.order_id)
    assert refused(place, a=(first, "7"), b=(second, "0.5"), c=(stranger, "1")) == [
        ("/quantities/0", "more_than_waits"),
        ("/quantities/1", "too_fine"),
        ("/quantities/2", "not_waiting"),
    ]
    assert refused(place, a=(first, "-1")) == [("/quantities/0", "not_positive")]


def test_what_is_kept_for_a_channel_is_given_to_nobody_else(place, waiting):
    first, _ = waiting
    day = NOW.date()
    Quota.objects.create(
        legal_entity_id=place.entity.id, product_id=place.products[0].id, channel="web", quantity=4,
        from_on=day, release_on=day + timedelta(days=9),
    )  # fmt: skip
    assert refused(place, a=(first, "5")) == [("/quantities/0", "not_free")]
    by_hand(place, a=(first, "4"))


def test_a_part_of_a_kit_that_is_served_whole_is_not_given_alone(place, waiting):
    first, _ = waiting
    OrderPolicy.objects.create(order_id=first.order_id, kits_whole=True)
    Backorder.objects.filter(line_id=first.line_id).update(kit_no=1, per_kit=1)
    assert refused(place, a=(first, "2")) == [("/quantities/0", "whole_kit")]


def test_quantities_belong_to_giving_by_hand(place, waiting):
    first, _ = waiting
    with pytest.raises(StrategyUnknown):
        simulate_allocation(Scope(place.entity.id), strategy="manual", actor=SYSTEM, now=NOW)
    said = {first.line_id: Decimal(1)}
    with pytest.raises(StrategyUnknown):
        simulate_allocation(Scope(place.entity.id), strategy="priority", by_hand=said, actor=SYSTEM, now=NOW)


def test_when_somebody_else_took_of_it_it_is_tried_again(place, waiting):
    first, second = waiting
    run, other = by_hand(place, a=(first, "5")), by_hand(place, b=(second, "6"))
    commit_allocation(run.pk, reason="He came first", actor=SYSTEM, now=LATER)
    with pytest.raises(AllocationStale):
        commit_allocation(other.pk, reason="He called", actor=SYSTEM, now=LATER)
