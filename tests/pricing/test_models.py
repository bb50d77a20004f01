"""What the database refuses of prices, tried in SQL."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from apps.pricing.models import PriceRecord
from tests.factories.masterdata import a_product
from tests.factories.pricing import a_price, a_price_list

pytestmark = pytest.mark.django_db

COPY = """
INSERT INTO pricing_pricerecord (id, price_list_id, product_id, min_quantity, unit_price, valid_from_at, valid_until_at)
SELECT gen_random_uuid(), price_list_id, product_id, %s, %s, %s, %s FROM pricing_pricerecord
"""


@pytest.fixture
def record() -> PriceRecord:
    return a_price(a_price_list(), a_product(), "2.50", valid_until_at=datetime(2027, 1, 1, tzinfo=UTC))


def copy(min_quantity: int, price: str, since: datetime, until: datetime | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COPY, [min_quantity, Decimal(price), since, until])


def test_two_prices_at_once_are_refused(record: PriceRecord) -> None:
    with pytest.raises(IntegrityError, match="price_record_no_overlap"):
        copy(0, "3.00", datetime(2026, 12, 31, tzinfo=UTC))


def test_the_next_price_begins_when_the_last_one_ends(record: PriceRecord) -> None:
    copy(0, "3.00", datetime(2027, 1, 1, tzinfo=UTC))
    assert PriceRecord.objects.count() == 2


def test_another_scale_may_be_valid_at_once(record: PriceRecord) -> None:
    copy(10, "2.00", datetime(2026, 1, 1, tzinfo=UTC))
    assert PriceRecord.objects.count() == 2


@pytest.mark.parametrize(
    ("min_quantity", "price", "until", "constraint"),
    [
        (5, "-0.01", None, "price_record_not_negative"),
        (-1, "1.00", None, "price_record_min_quantity_not_negative"),
        (5, "1.00", datetime(2026, 1, 1, tzinfo=UTC), "price_record_valid_for_some_time"),
    ],
)
def test_senseless_prices_are_refused(
    record: PriceRecord, min_quantity: int, price: str, until: datetime | None, constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        copy(min_quantity, price, datetime(2026, 1, 1, tzinfo=UTC), until)


def test_every_change_of_a_price_is_written_down(record: PriceRecord) -> None:
    PriceRecord.objects.filter(pk=record.pk).update(unit_price=Decimal(3))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT before, after FROM audit_changerecord WHERE row_id = %s AND operation = 'update'", [str(record.pk)]
        )
        before, after = cursor.fetchone()
    assert ('"unit_price": 2.5' in before, '"unit_price": 3' in after) == (True, True)
