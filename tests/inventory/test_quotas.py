"""What is kept for a channel: nobody else gets it before its day, not one unit more or less, and then it is anybody's."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from apps.inventory.contract import OrderTag, ReleaseItem, fill_backorders, release_lines, reserve_lines, ship
from apps.inventory.decisions.facts.quotas import QuotaDraft
from apps.inventory.models import Backorder, Quota, Reservation, ShipmentLine, Stock
from apps.inventory.services.quotas import (
    QuotaGone,
    release_due_quotas,
    set_quotas,
    withdraw_quotas,
)
from apps.masterdata.models import Channel, Region
from apps.operations.selectors.prove import prove
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes
from tests.factories.api import a_caller
from tests.factories.inventory import NOW, a_place, demand, handled, joined, ship_request, stocked
from tests.factories.pages import shown, signed_in, told, words
from tests.factories.rulebooks import put_in_force, put_standard_in_force
from tests.inventory.test_parallel import in_parallel
from tests.inventory.test_statements import Counted

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = NOW.date()
API = "/api/v1/inventory/quotas"
reserve = writes(reserve_lines)


@pytest.fixture
def place():
    place = a_place(warehouses=2)
    region = Region.objects.create(code="UK", name="UK")
    for code in ("web", "shop"):
        Channel.objects.create(code=code, name=code, region=region)
    forget_everything()
    return place


def kept(place, channel, quantity, *, warehouse=None, days=10, start=0, now=NOW):
    """Keep a quantity of the first product; returns what was refused."""
    draft = QuotaDraft(
        place.entity.id, place.products[0].id, place.warehouses[warehouse].id if warehouse is not None else None, channel,
        Decimal(quantity), TODAY + timedelta(days=start), TODAY + timedelta(days=days),
    )  # fmt: skip
    return [each.code for each in joined(set_quotas, [draft], now=now, actor=SYSTEM).refused]


def wants(place, channel, quantity, *, at=NOW, **changes):
    line = replace(demand(place, quantity), about=OrderTag(channel=channel, currency="GBP"), occurred_at=at, **changes)
    return line, reserve([line])[line.line_id].reserved


def taken(channel="web"):
    return Quota.objects.get(channel=channel).taken


def held(line):
    return sum(Reservation.objects.filter(line_id=line.line_id).values_list("quantity", flat=True))


def holds():
    """Say whether the equalities about stock, waiting lines and quotas hold."""
    broken = [each for each in prove().equalities if each.code[:2] in ("07", "20", "21") and not each.holds]
    return [row for each in broken for row in each.rows if not row.ref.startswith("order ")] == []


def test_others_get_what_is_left_over_and_the_channel_its_own_first(place):
    stocked(place, 10)
    kept(place, "web", 6)
    _, got = wants(place, "shop", 8)
    assert (got, taken()) == (4, 0)
    web, got = wants(place, "web", 9)
    assert (got, taken()) == (6, 6)
    assert Reservation.objects.get(line_id=web.line_id).quota.channel == "web"
    assert wants(place, "", 1)[1] == 0
    assert holds()


def test_beyond_its_quota_a_channel_takes_what_is_anybodys(place):
    stocked(place, 5)
    stocked(place, 5, warehouse=1)
    kept(place, "web", 3)
    kept(place, "web", 2, warehouse=1)
    assert kept(place, "shop", 1) == []
    line, got = wants(place, "web", 9)
    assert got == 9
    parts = Reservation.objects.filter(line_id=line.line_id).values_list("quota__quantity", "quantity")
    assert sum(quantity for quota, quantity in parts if quota) == 5
    assert all(quota is None or quantity == quota for quota, quantity in parts)
    assert [row.taken for row in Quota.objects.order_by("quantity")] == [0, 2, 3]
    assert wants(place, "web", 1)[1] == 0
    assert wants(place, "shop", 1)[1] == 1
    assert holds()


def test_goods_kept_in_one_warehouse_are_kept_there(place):
    stocked(place, 5)
    stocked(place, 5, warehouse=1)
    kept(place, "web", 4, warehouse=0)
    line, got = wants(place, "shop", 6)
    assert got == 6
    assert dict(Reservation.objects.filter(line_id=line.line_id).values_list("warehouse__code", "quantity")) == {
        "UK-1": 1, "UK-2": 5,
    }  # fmt: skip
    assert wants(place, "shop", 1)[1] == 0


def test_what_is_given_back_counts_no_more_and_what_left_does(place):
    stocked(place, 10)
    kept(place, "web", 6)
    line, _ = wants(place, "web", 5)
    joined(release_lines, [ReleaseItem(line.line_id, Decimal(2))], now=NOW)
    assert taken() == 3
    joined(ship, [ship_request(line)], actor=SYSTEM)
    assert (taken(), ShipmentLine.objects.get().quota.channel) == (3, "web")
    assert wants(place, "web", 9)[1] == 7
    assert (taken(), holds()) == (6, True)


def test_what_comes_in_is_shared_out_by_the_quotas(place):
    kept(place, "web", 6)
    shop, _ = wants(place, "shop", 8)
    web, _ = wants(place, "web", 5, at=NOW + timedelta(minutes=1))
    stocked(place, 7)
    assert (held(shop), held(web), taken()) == (1, 5, 5)
    stocked(place, 4)
    assert (held(shop), taken(), holds()) == (5, 5, True)


@pytest.mark.parametrize("strategy", ["first_come", "priority"])
def test_who_comes_first_does_not_hide_who_may_have_it(place, strategy):
    tiers = [{"name": "gold", "rank": 1, "when": 'customer_group == "A"'}, {"name": "others", "rank": 9}]
    put_in_force("inventory.allocation", {"tiers": tiers, "products": [{"strategy": strategy}]})
    kept(place, "web", 6)
    shop, _ = wants(place, "shop", 8)
    web, _ = wants(place, "web", 5, at=NOW + timedelta(minutes=1))
    stocked(place, 6)
    assert (held(shop), held(web)) == (0, 5)
    assert joined(fill_backorders, now=NOW, limit=1) == []


def test_on_the_day_of_its_release_it_is_anybodys_by_the_clock_of_the_legal_entity(place):
    """On 29 March clocks in London go forward: midnight is at 00:00 UTC before, and at 23:00 UTC from then on."""
    stocked(place, 6)
    kept(place, "web", 6, days=(date(2026, 4, 1) - TODAY).days)
    shop, got = wants(place, "shop", 4)
    before, then = datetime(2026, 3, 31, 22, 59, tzinfo=UTC), datetime(2026, 3, 31, 23, 0, tzinfo=UTC)
    assert (got, release_due_quotas(now=before), held(shop)) == (0, 0, 0)
    assert wants(place, "shop", 1, at=before)[1] == 0
    assert (release_due_quotas(now=then), held(shop)) == (1, 4)
    assert release_due_quotas(now=then) == 0
    assert wants(place, "shop", 1, at=then)[1] == 1


def test_two_channels_at_once_get_exactly_what_is_theirs(place):
    stocked(place, 30)
    stocked(place, 20, warehouse=1)
    kept(place, "web", 20)
    kept(place, "web", 5, warehouse=1)
    kept(place, "shop", 10)
    lines = [
        replace(demand(place, 1), about=OrderTag(channel=("web", "shop", "")[number % 3], currency="GBP"))
        for number in range(150)
    ]
    got = in_parallel(lambda line: (line.about.channel, reserve([line])[line.line_id].reserved), lines, threads=150)
    sums = {channel: sum(quantity for each, quantity in got if each == channel) for channel in ("web", "shop", "")}
    assert sum(sums.values()) == 50
    assert sums["web"] >= 25 and sums["shop"] >= 10 and sums[""] <= 15
    assert {row.quantity - row.taken for row in Quota.objects.all()} == {0}
    assert sum(Stock.objects.values_list("reserved", flat=True)) == 50
    assert holds()


def test_giving_back_and_taking_at_once_leave_no_trace(place):
    stocked(place, 12)
    stocked(place, 12, warehouse=1)
    kept(place, "web", 8)
    kept(place, "shop", 4, warehouse=1)
    first = [wants(place, channel, 3)[0] for channel in ("web", "shop", "web", "", "shop", "web")]

    def turn(number):
        if number < len(first):
            writes(release_lines)([ReleaseItem(first[number].line_id, Decimal(3))], now=NOW)
        else:
            wants(place, ("web", "shop")[number % 2], 2)

    in_parallel(turn, list(range(40)), threads=40)
    assert sum(Stock.objects.values_list("reserved", flat=True)) == 24
    assert holds()


def test_what_cannot_be_set_is_refused(place):
    stocked(place, 10)
    assert kept(place, "web", 6) == []
    assert kept(place, "web", 4, start=3, days=20) == ["overlaps"]
    assert kept(place, "web", 4, warehouse=0, start=3, days=20) == []
    assert kept(place, "", 1) == ["no_channel"]
    assert kept(place, "shop", 0) == ["quantity_out_of_range"]
    assert kept(place, "shop", 1, days=0) == ["no_days"]
    assert kept(place, "shop", 1, start=-9, days=0) == ["is_over"]
    wants(place, "web", 5)
    assert kept(place, "web", 4) == ["below_taken"]
    assert kept(place, "web", 5, days=12) == []
    other = a_place(code="DE", currency="EUR")
    draft = QuotaDraft(
        place.entity.id, place.products[0].id, other.warehouses[0].id, "web", Decimal(1), TODAY, date(2027, 1, 1)
    )
    assert joined(set_quotas, [draft], now=NOW, actor=SYSTEM).refused[0].code == "unknown_warehouse"
    stocked(other, 1)
    handled(other, "slots")
    assert kept(other, "web", 1) == ["handled_otherwise"]


def test_a_quota_that_keeps_less_gives_to_those_who_wait(place):
    stocked(place, 10)
    kept(place, "web", 10)
    shop, _ = wants(place, "shop", 8)
    kept(place, "web", 7)
    assert held(shop) == 3
    wants(place, "web", 2)
    quota = Quota.objects.get()
    joined(withdraw_quotas, [quota.pk], now=NOW, actor=SYSTEM)
    assert (held(shop), Quota.objects.get().quantity) == (8, 2)
    kept(place, "shop", 1)
    unused = Quota.objects.get(channel="shop")
    joined(withdraw_quotas, [unused.pk], now=NOW, actor=SYSTEM)
    with pytest.raises(QuotaGone):
        joined(withdraw_quotas, [unused.pk], now=NOW, actor=SYSTEM)
    recorded = fetch("SELECT operation FROM audit_changerecord WHERE table_name = 'inventory_quota' ORDER BY id")
    assert [row[0] for row in recorded] == ["insert", "update", "update", "insert", "delete"]
    assert holds()


def test_the_database_counts_and_refuses(place):
    stocked(place, 10)
    kept(place, "web", 6)
    line, _ = wants(place, "web", 6)
    with pytest.raises(IntegrityError, match="quota_never_overdrawn"):
        Reservation.objects.filter(line_id=line.line_id).update(quantity=7)
    with pytest.raises(IntegrityError, match="reservation_once_per_quota"):
        row = Reservation.objects.get(line_id=line.line_id)
        row.pk = new_id()
        row.save(force_insert=True)


def test_a_line_without_quotas_asks_nobody(place):
    """The usual statements stay as many; with a quota in force there are as many for one line as for twenty."""
    stocked(place, 1000)
    handled_before = Counted()
    lines = [demand(place, 1) for _ in range(20)]
    assert joined(handled_before.of, reserve_lines, lines) <= 2
    kept(place, "web", 6)
    one = joined(handled_before.of, reserve_lines, [demand(place, 1)])
    assert joined(handled_before.of, reserve_lines, [demand(place, 1) for _ in range(20)]) <= one


def test_what_can_be_promised_to_a_channel(place, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    put_standard_in_force("inventory_availability.yaml")
    stocked(place, 10)
    kept(place, "web", 6)
    caller = a_caller("inventory.view_promises")

    def offered(channel):
        body = {"legal_entity": "UK", "channel": channel, "lines": [{"sku": "UK-P00000", "quantity": "10"}]}
        answer = caller.post("/api/v1/inventory/atp", body, format="json").json()
        return [(part["ship_on"], part["quantity"]) for part in answer["lines"][0]["schedule"]]

    assert offered("web") == [("2026-03-02", "10")]
    assert offered("shop") == offered("") == [("2026-03-02", "4"), ("2026-03-12", "6")]
    _, got = wants(place, "shop", 9)
    assert (got, Backorder.objects.get().promised_on) == (4, date(2026, 3, 12))


def test_quotas_over_the_api(place, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    caller = a_caller("inventory.view_allocation", "inventory.change_quotas")
    row = {
        "legal_entity": "UK",
        "sku": "UK-P00000",
        "channel": "web",
        "quantity": "6",
        "from_on": "2026-03-02",
        "release_on": "2026-03-12",
    }
    made = caller.put(API, {"quotas": [row]}, format="json")
    assert (made.status_code, made.json()["items"][0]["left"]) == (200, "6")
    again = caller.put(API, {"quotas": [row | {"quantity": "8"}]}, format="json").json()
    assert (again["items"][0]["id"], again["items"][0]["quantity"]) == (made.json()["items"][0]["id"], "8")
    assert [each["state"] for each in caller.get(f"{API}?channel=web&sku=p00000").json()["items"]] == ["kept"]
    wrong = caller.put(
        API, {"quotas": [row | {"channel": "fax", "sku": "X", "legal_entity": "XX", "warehouse": "?"}]}, format="json"
    )
    assert (wrong.status_code, len(wrong.json()["errors"])) == (422, 4)
    late = caller.put(API, {"quotas": [row, row | {"release_on": "2026-03-01"}]}, format="json")
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (422, "/quotas/1")
    assert Quota.objects.get().quantity == 8
    gone = caller.post(f"{API}/{again['items'][0]['id']}/withdraw", headers={"Idempotency-Key": "w-1"})
    assert (gone.status_code, Quota.objects.count()) == (204, 0)
    assert a_caller("inventory.view_allocation").put(API, {"quotas": [row]}, format="json").status_code == 403


def test_the_page_of_quotas(place, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    desk = signed_in("inventory.view_allocation", "inventory.change_quotas")
    assert "Nothing is kept for a channel" in words(shown(desk, "/quotas/"))
    form = {
        "legal_entity": "UK",
        "sku": "UK-P00000",
        "channel": "web",
        "quantity": "6",
        "from_on": "2026-03-02",
        "release_on": "2026-03-12",
    }
    posted = {f"set-{name}": value for name, value in form.items()}
    assert "6 of UK-P00000 are kept for web" in words(told(desk, "/quotas/", verb="set", **posted))
    text = words(shown(desk, "/quotas/?channel=web"))
    assert "UK-P00000" in text and "Kept" in text
    assert "UK-P00000" not in words(shown(desk, "/quotas/?q=nothing"))
    wrong = desk.post("/quotas/", {"verb": "set"} | posted | {"set-release_on": "2026-03-02"})
    assert (wrong.status_code, "after its first one" in wrong.content.decode()) == (422, True)
    reader = signed_in("inventory.view_allocation")
    assert "Set a quota" not in words(shown(reader, "/quotas/"))
    assert "withdrawn" in words(told(desk, "/quotas/", verb="withdraw", ids=str(Quota.objects.get().pk)))
    assert not Quota.objects.exists()
