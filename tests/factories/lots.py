"""Goods in lots, for tests."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from apps.inventory.contract import MovementResult, ReceiptDraft, receive_stock
from apps.inventory.models import Lot, Stock
from apps.masterdata.models import Product
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW, Place, a_place, joined

TODAY = NOW.date()


def a_place_of_lots(*, shelf_life_days: int | None = None, **how: Any) -> Place:
    """A place whose products are kept in lots."""
    place = a_place(**how)
    Product.objects.filter(pk__in=[p.pk for p in place.products]).update(
        tracks_lots=True, shelf_life_days=shelf_life_days
    )
    return place


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def received(
    place: Place,
    quantity: int | str,
    lot: str,
    days: int | None = None,
    *,
    warehouse: int = 0,
    ref: str = "",
    **more: Any,
) -> MovementResult:
    """Receive goods of a lot that expires so many days from today."""
    draft = ReceiptDraft(
        place.warehouses[warehouse].id, place.products[0].id, Decimal(quantity), Decimal("2.50"), NOW, ref or f"test:{new_id()}",
        lot_code=lot, expires_on=None if days is None else in_days(days), **more,
    )  # fmt: skip
    result: MovementResult = joined(receive_stock, [draft], actor=SYSTEM)
    return result


def lots() -> dict[str, tuple[Decimal, ...]]:
    """On hand, reserved, blocked and damaged of every lot by its code."""
    return {lot.code: (lot.on_hand, lot.reserved, lot.blocked, lot.damaged) for lot in Lot.objects.order_by("code")}


def reserved_lots(line_id: UUID) -> dict[str, Decimal]:
    """What a line has of which lot."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.code, r.quantity FROM inventory_reservation r JOIN inventory_lot l ON l.id = r.lot_id WHERE r.line_id = %s",
            [line_id],
        )
        return dict(cursor.fetchall())


def agree() -> None:
    """The lots are all of their stock rows, and their own facts sum to them."""
    for stock in Stock.objects.filter(has_lots=True):
        rows = list(Lot.objects.filter(stock=stock))
        sums = [
            sum((getattr(lot, name) for lot in rows), Decimal(0))
            for name in ("on_hand", "reserved", "blocked", "damaged")
        ]
        assert sums == [stock.on_hand, stock.reserved, stock.on_hold + stock.damaged, stock.damaged]
    with connection.cursor() as cursor:
        cursor.execute(
            """
SELECT l.code, l.on_hand, c.quantity, l.blocked, c.blocked, l.reserved, r.quantity FROM inventory_lot l
 CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS quantity, coalesce(sum(held_change + damaged_change), 0) AS blocked
                       FROM inventory_stockcard c WHERE c.lot_id = l.id) c
 CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS quantity FROM inventory_reservation WHERE lot_id = l.id) r
 WHERE l.on_hand <> c.quantity OR l.blocked <> c.blocked OR l.reserved <> r.quantity"""
        )
        assert cursor.fetchall() == []
