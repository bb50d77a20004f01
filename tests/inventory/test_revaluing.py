"""Goods that are worth something else: the value changes to the minor unit, is posted, and nothing else moves."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from apps.inventory.contract import reserve_lines
from apps.inventory.decisions.facts.revaluing import Revaluation
from apps.inventory.models import Stock, StockMovement
from apps.inventory.services.revaluing import revalue_stock
from apps.ledger.models import JournalEntry, Posting
from apps.masterdata.models import Currency
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import NOW, a_place, demand, joined, stocked
from tests.factories.web import make_user


def worth(place, unit_cost, ref="v:1", reason="The price fell"):
    ids = place.warehouses[0].id, place.products[0].id
    return Revaluation(*ids, Decimal(unit_cost), NOW, ref, reason)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("currency", "decimals", "unit_cost", "minor"),
    [("JPY", 0, "1.5", 5), ("GBP", 2, "1.234", 370), ("KWD", 3, "1.2345", 3704), ("GBP", 2, "0", 0)],
)
def test_the_difference_is_posted_in_the_currency_of_the_entity(currency, decimals, unit_cost, minor):
    Currency.objects.get_or_create(code=currency, defaults={"name": currency, "decimals": decimals})
    place = a_place(currency=currency)
    stocked(place, 3, unit_cost="9")
    reserve_lines([demand(place, 2)])
    before = Stock.objects.get()
    assert revalue_stock([worth(place, unit_cost)], actor=SYSTEM).made == ["v:1"]
    assert revalue_stock([worth(place, unit_cost)], actor=SYSTEM).known == ["v:1"]
    row = Stock.objects.get()
    assert (row.value_minor, row.on_hand, row.reserved, row.free) == (minor, 3, 2, before.free)
    movement = StockMovement.objects.get(kind="revaluation")
    assert (movement.value_minor, movement.quantity) == (minor - before.value_minor, 0)
    entry = JournalEntry.objects.get(kind="revaluation")
    amounts = sorted(Posting.objects.filter(entry=entry).values_list("amount_minor", flat=True))
    assert amounts == [-abs(movement.value_minor), abs(movement.value_minor)]


@pytest.mark.django_db
def test_what_cannot_be_worth_something_else():
    place = a_place(products=2)
    stocked(place, 3, product=0)
    good = worth(place, "2")
    wrong = [
        replace(good, source_ref="a", unit_cost=Decimal(-1)),
        replace(good, source_ref="b", unit_cost=Decimal("1e9")),
        replace(good, source_ref="c", reason=" "),
        replace(good, source_ref="d", product_id=place.products[1].id),
        replace(good, source_ref="e", unit_cost=Decimal("2.50")),
        replace(good, source_ref="f", warehouse_id=place.entity.id),
    ]
    result = revalue_stock([*wrong, good], actor=SYSTEM)
    assert result.made == ["v:1"]
    assert {r.source_ref: r.code for r in result.refused} == {
        "a": "cost_out_of_range", "b": "cost_out_of_range", "c": "reason_missing", "d": "nothing_there", "e": "nothing_changes",
        "f": "unknown_warehouse",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_by_api_and_page():
    place = a_place()
    joined(lambda: stocked(place, 4))
    client = Client()
    client.force_login(
        make_user("inventory.view_stock", "inventory.revalue_stock"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    row = {"sku": "UK-P00000", "warehouse": "UK-1", "unit_cost": "1", "source_ref": "R-1", "reason": "Old"}
    for _ in range(2):
        answer = client.post(
            "/api/v1/inventory/revaluations",
            {"revaluations": [row]},
            "application/json",
            headers={"Idempotency-Key": "k"},
        )
        assert answer.json() == {"made": ["R-1"], "known": [], "refused": []}
    assert Stock.objects.get().value_minor == 400
    here = f"/stock/{Stock.objects.get().pk}/"
    form = {"verb": "revalue", "revalue-unit_cost": "3", "revalue-reason": "New", "revalue-reference": "P-1"}
    assert client.post(here, form).status_code == 303
    assert Stock.objects.get().value_minor == 1200
