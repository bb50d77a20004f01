"""A late supply and its re-plan: worked out, carried out once, refused when something changed; the case and time passing by."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.exceptions.models import Case
from apps.inventory.models import Backorder, BrokenPromise, PromiseChange, Supply
from apps.inventory.services.replanning import NothingToReplan, ReplanStale, apply_replan, replans_of
from apps.inventory.services.watching import forget_ended, watch_supplies
from apps.masterdata.models import LegalEntity
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from tests.factories.inventory import NOW, a_place
from tests.factories.rulebooks import put_standard_in_force
from tests.factories.web import make_user
from tests.inventory.test_promises import announce, day, move, order

pytestmark = pytest.mark.django_db(transaction=True)


class Context:
    """What a job is given, as far as this one looks."""

    def __init__(self, now):
        self.now = now


@pytest.fixture
def late():
    """Two lines share 20 that were to come on day 5; 12 of them come on day 9, 10 others on day 20."""
    place = a_place(warehouses=2)
    put_standard_in_force("inventory_availability.yaml")
    announce(place, 20, "po:1", 5)
    announce(place, 10, "po:2", 20)
    dear, _ = order(place, 12, net_minor=60_000)
    cheap, _ = order(place, 8, net_minor=4_000, minutes=1)
    Supply.objects.filter(source_ref="po:1").update(quantity=12)
    move(place, "po:1", 9)
    return place, Supply.objects.get(source_ref="po:1"), dear, cheap


def days():
    return list(Backorder.objects.order_by("occurred_at").values_list("promised_on", flat=True))


def carry_out(supply, way="cheapest", stamp=None):
    return apply_replan(supply_id=supply.pk, way=way, stamp=stamp, actor=SYSTEM, now=NOW)


def test_the_cheapest_replan_is_carried_out_and_the_case_closed(late):
    _, supply, dear, cheap = late
    assert Case.objects.get().money_at_risk_minor == 64_000
    found = replans_of(supply.pk, now=NOW)
    best = found.ways[0]
    assert (best.name, best.moved) == ("cheapest", 2)
    assert {each.line.line_id: each.promised_on for each in best.days} == {dear.line_id: day(9), cheap.line_id: day(20)}
    # 12 of 60,000 four days late at one per cent a day, 8 of 4,000 fifteen days.
    assert best.costs == {"GBP": 2_400 + 600}
    carry_out(supply, stamp=found.stamp)
    assert days() == [day(9), day(20)]
    assert not BrokenPromise.objects.exists()
    case = Case.objects.get()
    assert (case.state, case.resolution) == ("resolved", "replanned")
    history = PromiseChange.objects.filter(line_id=cheap.line_id).order_by("promise_no")
    assert [(row.was_on, row.promised_on, row.why, row.supply_id) for row in history] == [
        (None, day(5), "promised", None), (day(5), day(20), "replanned", supply.pk),
    ]  # fmt: skip


def test_a_replan_of_yesterday_is_not_carried_out(late):
    place, supply, _, _ = late
    stamp = replans_of(supply.pk, now=NOW).stamp
    announce(place, 1, "po:3", 7)
    with pytest.raises(ReplanStale):
        carry_out(supply, stamp=stamp)
    with pytest.raises(NotFound):
        carry_out(supply, way="dearest")
    with pytest.raises(NotFound):
        replans_of(new_id(), now=NOW)
    assert days() == [day(5), day(5)]
    carry_out(supply)
    with pytest.raises(NothingToReplan):
        carry_out(supply)


def test_time_breaks_promises_and_lines_that_end_close_the_case():
    place = a_place()
    put_standard_in_force("inventory_availability.yaml")
    announce(place, 20, "po:1", 5)
    order(place, 12, net_minor=500)
    assert watch_supplies(Context(NOW + timedelta(days=4))) == {"ended": 0, "groups": 0}
    assert not Case.objects.exists()
    assert watch_supplies(Context(NOW + timedelta(days=6)))["groups"] == 1
    assert Case.objects.get().state == "open"
    Backorder.objects.all().delete()
    assert forget_ended(now=NOW + timedelta(days=6)) == 1
    assert Case.objects.get().state == "resolved"


def signed_in(*permissions):
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_of_a_replan_carries_out_what_it_showed(late, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    place, supply, _, _ = late
    here = f"/supplies/{supply.pk}/re-plan/"
    client = signed_in("inventory.view_promises", "inventory.apply_replan")
    text = client.get(here).content.decode()
    assert "640.00" in text
    assert "Carry out: Cheapest" in text
    stamp = replans_of(supply.pk, now=NOW).stamp
    form = {"verb": "apply_cheapest", "apply_cheapest-stamp": stamp}
    assert signed_in("inventory.view_promises").post(here, form).status_code == 403
    announce(place, 1, "po:3", 7)
    client.post(here, form)
    assert days() == [day(5), day(5)]
    form["apply_cheapest-stamp"] = replans_of(supply.pk, now=NOW).stamp
    assert client.post(here, form).status_code == 303
    assert not BrokenPromise.objects.exists()
    assert "Every promise of this product can be kept" in client.get(here).content.decode()


def test_the_page_of_what_can_be_promised(late, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client = signed_in("inventory.view_promises")
    assert "Name a product" in client.get("/atp/").content.decode()
    text = client.get("/atp/?sku=UK-P00000&warehouse=UK-1&days=30").content.decode()
    assert Supply.objects.get(source_ref="po:2").number in text
    assert "Can be promised" in text
    nobody = client.get("/atp/?sku=NONE").content.decode()
    assert "There are no goods with this SKU" in nobody and "/backorders/board/" in nobody
    assert '<label for="f-sku">' in nobody
    assert signed_in("inventory.view_stock").get("/atp/").status_code == 403


def test_what_can_be_promised_starts_where_the_product_is_at_home(late, monkeypatch):
    """Of several legal entities the one that has to do with the product, whatever its code; of others that of one's own time zone."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    place, supply, _, _ = late
    first = a_place(code="AA")
    text = signed_in("inventory.view_promises").get("/atp/?sku=UK-P00000").content.decode()
    assert supply.number in text
    LegalEntity.objects.filter(pk=first.entity.pk).update(time_zone="Asia/Tokyo")
    forget_everything()
    assert f'value="{place.entity.code}" selected' in signed_in("inventory.view_promises").get("/atp/").content.decode()
