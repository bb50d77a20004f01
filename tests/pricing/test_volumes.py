"""What customers bought, added up by day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from apps.pricing.models import PurchaseVolume
from apps.pricing.services.volumes import VolumeChange, add_volumes
from ordercash.kernel.sql import run
from ordercash.kernel.transactions import writes
from tests.factories.counting import counted
from tests.factories.masterdata import a_currency, a_customer, a_product

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 2)
add = writes(add_volumes)


def test_a_batch_is_added_with_two_statements_and_taken_off_again() -> None:
    a_currency()
    customers, products = [a_customer() for _ in range(5)], [a_product() for _ in range(4)]
    changes = [
        VolumeChange(customer.pk, product.pk, DAY, "GBP", Decimal("1.5"), 250)
        for customer in customers
        for product in products
    ]
    with counted() as statements:
        add(changes * 3)
    assert len([sql for sql in statements.statements if "pricing_purchasevolume" in sql]) == 2
    rows = PurchaseVolume.objects.all()
    assert {(row.quantity, row.net_minor) for row in rows} == {(Decimal("4.5"), 750)}
    assert len(rows) == 20
    add([change._replace(quantity=-change.quantity, net_minor=-change.net_minor) for change in changes * 3])
    assert {(row.quantity, row.net_minor) for row in PurchaseVolume.objects.all()} == {(Decimal(0), 0)}
    with counted() as none:
        add([])
    assert not [sql for sql in none.statements if "pricing" in sql]


def test_many_at_once_in_any_order_lose_nothing() -> None:
    a_currency()
    customer, products = a_customer(), [a_product() for _ in range(6)]
    changes = [VolumeChange(customer.pk, product.pk, DAY, "GBP", Decimal(1), 100) for product in products]

    def some(turn: int) -> None:
        try:
            for _ in range(5):
                add(changes[turn % 6 :] + changes[: turn % 6])
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(some, range(8)))
    assert {(row.quantity, row.net_minor) for row in PurchaseVolume.objects.all()} == {(Decimal(40), 4000)}


def test_less_than_nothing_was_never_bought() -> None:
    a_currency()
    change = VolumeChange(a_customer().pk, a_product().pk, DAY, "GBP", Decimal(2), 200)
    add([change])
    with pytest.raises(IntegrityError, match="purchase_volume_not_negative"):
        add([change._replace(quantity=Decimal(-3))])
    with pytest.raises(IntegrityError, match="purchase_volume_not_negative"):
        run("UPDATE pricing_purchasevolume SET quantity = -1")
    with pytest.raises(IntegrityError, match="purchase_volume_once"):
        run(
            "INSERT INTO pricing_purchasevolume (id, customer_id, product_id, day, currency)"
            " SELECT gen_random_uuid(), customer_id, product_id, day, currency FROM pricing_purchasevolume"
        )
    assert PurchaseVolume.objects.get().quantity == 2
