"""How fresh the stock of other systems is."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.shapes import text
from apps.inventory.models import SyncClock
from apps.inventory.permissions import VIEW_SYNC
from apps.inventory.selectors import sync
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.values import Answer, Number
from ordercash.web.api.wanted import text_wanted


class ClockShown(Answer):
    """A shelf that another system tells of: how old the last word is, what others sell an hour, what may be sold of it now."""

    stock_id: UUID
    sku: str
    warehouse: str
    said_at: AwareDatetime
    applied_at: AwareDatetime
    latency_ms: int
    sold_elsewhere_per_hour: Number
    free: Number
    held_back: Number
    may_sell: Number
    rule: str


class Sync(APIView):
    """GET the shelves that other systems tell of, the longest unheard first."""

    permissions = {"GET": VIEW_SYNC}
    shapes = {
        "GET": Shape(answer=ClockShown, query={"warehouse": "Code of a warehouse", "q": "Part of a SKU"}, paged=True)
    }

    def get(self, request: Request) -> Response:
        rows = sync.clocks(warehouse=text_wanted(request, "warehouse"), text=text_wanted(request, "q"))
        return page_response(
            request, rows, sort=sync.OLDEST, show=lambda page: [shown_clock(row) for row in page], id_field="stock_id"
        )


def shown_clock(row: SyncClock) -> dict[str, Any]:
    """Return a shelf as it is shown."""
    numbers: Any = row
    return {
        "stock_id": row.stock_id,
        "sku": row.stock.product.sku,
        "warehouse": row.stock.warehouse.code,
        "said_at": row.source_at,
        "applied_at": row.applied_at,
        "latency_ms": sync.latency_ms(row),
        "sold_elsewhere_per_hour": text(row.stock.sale_rate * 3600),
        "free": text(row.stock.free),
        "held_back": text(numbers.held_back),
        "may_sell": text(numbers.may_sell),
        "rule": row.rule,
    }
