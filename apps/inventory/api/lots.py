"""Lots over the API: what expires when, and who was sent goods of one."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.answers import LotRow, LotShown
from apps.inventory.api.shapes import text
from apps.inventory.decisions.shelf_life import lasts
from apps.inventory.models import Lot
from apps.inventory.permissions import VIEW_STOCK
from apps.inventory.selectors.lots import LOT_SORT, lot, lots, promised, sent
from ordercash.kernel import clock
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import Fault
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.wanted import flag_wanted, text_wanted


class Lots(APIView):
    """GET lots of which something lies there, those first that expire first."""

    permissions = {"GET": VIEW_STOCK}
    shapes = {
        "GET": Shape(
            answer=LotRow,
            query={
                "q": "Part of a lot's code, SKU or product name",
                "sku": "One product",
                "warehouse": "Code of a warehouse",
                "lot": "One lot's code",
                "expiring_before": "A day: only lots that expire before it",
                "empty": Query("true: also lots of which nothing lies there any more", bool),
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        now = clock.now()
        found = lots(
            text=text_wanted(request, "q"),
            sku=text_wanted(request, "sku"),
            warehouse=text_wanted(request, "warehouse"),
            code=text_wanted(request, "lot"),
            expiring_before=_day(text_wanted(request, "expiring_before")),
            empty=flag_wanted(request, "empty"),
        )
        return page_response(request, found, sort=LOT_SORT, show=lambda page: [shown_lot(row, now) for row in page])


class LotDetail(APIView):
    """GET one lot with everything that left of its code in whatever warehouse, and what is promised of it: whom a recall concerns."""

    permissions = {"GET": VIEW_STOCK}
    shapes = {"GET": Shape(answer=LotShown)}

    def get(self, request: Request, lot_id: UUID) -> Response:
        row = lot(lot_id)
        product_id = row.stock.product_id
        return Response(
            {
                **shown_lot(row, clock.now()),
                "sent": [
                    {
                        "shipment_id": each.shipment_id,
                        "shipment": each.number,
                        "warehouse": each.warehouse,
                        "order_id": each.order_id,
                        "line_id": each.line_id,
                        "customer_id": each.customer_id,
                        "quantity": text(each.quantity),
                        "returned": text(each.returned),
                        "shipped_at": each.shipped_at,
                    }
                    for each in sent(product_id, row.code)
                ],
                "promised": [
                    {
                        "order_id": each.order_id,
                        "line_id": each.line_id,
                        "warehouse": each.warehouse,
                        "quantity": text(each.quantity),
                        "state": each.state,
                    }
                    for each in promised(product_id, row.code)
                ],
            }
        )


def shown_lot(row: Any, now: datetime) -> dict[str, Any]:
    """Return one lot, annotated with `free`."""
    found: Lot = row
    entity = found.stock.warehouse.legal_entity
    return {
        "id": found.pk,
        "stock_id": found.stock_id,
        "sku": found.stock.product.sku,
        "warehouse": found.stock.warehouse.code,
        "lot": found.code,
        "expires_on": found.expires_on,
        "state": lasts(found.expires_on, business_date(now, entity.time_zone))[0],
        "on_hand": text(found.on_hand),
        "reserved": text(found.reserved),
        "held": text(found.blocked - found.damaged),
        "damaged": text(found.damaged),
        "free": text(row.free),
    }


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        fault = Fault("?expiring_before", "not_a_day", "Write a day as 2026-03-31.")
        raise InvalidInput(faults=[fault]) from None
