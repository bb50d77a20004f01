"""Allocation runs keep to the rules of sourcing: nobody is given, by strategy or by hand, what a restriction keeps from him."""

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.inventory.contract import LineTag, reserve_lines
from apps.inventory.decisions.document import SOURCING
from apps.inventory.models import Stock
from apps.inventory.services.allocation_facts import Scope
from apps.inventory.services.allocation_runs import GivenByHandRefused, commit_allocation, simulate_allocation
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import NOW
from tests.factories.near_and_far import RULES, near_and_far, wanted
from tests.factories.rulebooks import put_in_force
from tests.inventory.test_allocation_record import replayed
from tests.inventory.test_allocation_runs import rules, tags
from tests.inventory.test_sourced import EDINBURGH, LONDON, lies

__all__ = ["tags"]

pytestmark = pytest.mark.django_db

NORTH = [{"name": "north", "when": "warehouse == 'UK-1' && zone == 'far'"}]


@pytest.fixture
def place(tags):
    """Nobody in the north is sent anything from London."""
    put_in_force(SOURCING, RULES | {"restrictions": NORTH})
    return near_and_far(per_day=None)


def placed(place, tags, quantity, group, **where):
    made = wanted(place, quantity, **where)
    about = replace(made.about, group=group)
    made = replace(made, about=about, net_minor=100 * quantity)
    tags[made.line_id] = LineTag(
        made.line_id, made.order_id, None, group, "", about.country, about.currency, 100 * quantity, made.quantity, None,
        made.occurred_at, postal_code=about.postal_code,
    )  # fmt: skip
    reserve_lines([made])
    return made


def carried_out(place, strategy="", **more):
    trial = simulate_allocation(Scope(place.entity.id), strategy=strategy, actor=SYSTEM, now=NOW, **more)
    return commit_allocation(trial.pk, reason="Gold waits", actor=SYSTEM, now=NOW)


def test_nobody_takes_goods_that_may_not_be_sent_to_him(place, tags):
    rules()
    southern = placed(place, tags, 5, "C", code="EC2V 7HN")
    northern = placed(place, tags, 5, "C")
    assert (lies(place, southern), lies(place, northern)) == ({LONDON: 5}, {EDINBURGH: 5})
    gold = placed(place, tags, 7, "A")
    carried_out(place)
    assert (lies(place, gold), lies(place, southern)) == ({EDINBURGH: 5}, {LONDON: 5})
    assert replayed() == "1 decisions replayed, 1 the same, 0 different"


def test_nobody_is_given_free_goods_that_may_not_be_sent_to_him(place, tags):
    rules("manual", take_from=())
    Stock.objects.update(safety_stock=5)
    north, south = placed(place, tags, 3, "C"), placed(place, tags, 3, "C", code="EC2V 7HN")
    Stock.objects.filter(warehouse=place.warehouses[LONDON]).update(safety_stock=0)
    with pytest.raises(GivenByHandRefused):
        carried_out(place, "manual", by_hand={north.line_id: Decimal(1)})
    carried_out(place, "first_come")
    assert (lies(place, north), lies(place, south)) == ({}, {LONDON: 3})
