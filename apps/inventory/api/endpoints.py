"""Stock, receipts, counted differences and shipments. Orders are shipped through the orders' own endpoint."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.answers import (
    AvailabilityShown,
    BackorderShown,
    MovementsMade,
    ReceiptsTaken,
    ShipmentRow,
    ShipmentShown,
    StockShown,
    WarehouseShown,
)
from apps.inventory.api.bodies import Adjustments, Receipts
from apps.inventory.api.drafts import adjustment_drafts, receipt_drafts
from apps.inventory.api.shapes import (
    shown_backorder,
    shown_lines,
    shown_places,
    shown_result,
    shown_shipment,
    shown_stock,
    shown_warehouse,
)
from apps.inventory.contract import availability
from apps.inventory.permissions import ADJUST_STOCK, RECEIVE_STOCK, VIEW_SHIPMENTS, VIEW_STOCK
from apps.inventory.selectors import lists
from apps.inventory.services.desk import adjust_stock, announce_receipts, record_receipts
from apps.masterdata.contract import actor_of, products_by_sku
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.wanted import flag_wanted, id_wanted, text_wanted

MOST_SKUS = 200

Q = "Part of a SKU or product name"
WAREHOUSE = "Code of a warehouse"


class StockRows(APIView):
    """GET stock by SKU: on hand, reserved, available, value."""

    permissions = {"GET": VIEW_STOCK}
    shapes = {
        "GET": Shape(
            answer=StockShown,
            query={
                "q": Q,
                "sku": "One product",
                "warehouse": WAREHOUSE,
                "none_free": Query("true: only where nothing is available", bool),
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        rows = lists.stock_rows(
            text=text_wanted(request, "q"),
            sku=text_wanted(request, "sku"),
            warehouse=text_wanted(request, "warehouse"),
            none_free=flag_wanted(request, "none_free"),
        )
        return page_response(request, rows, sort=lists.STOCK_SORT, show=lambda page: [shown_stock(row) for row in page])


class StockAvailability(APIView):
    """GET what every warehouse has of up to 200 products: `?sku=A,B`."""

    permissions = {"GET": VIEW_STOCK}
    shapes = {
        "GET": Shape(
            answer=AvailabilityShown,
            query={"sku": Query(f"1 to {MOST_SKUS} products, with commas between", required=True)},
            listed=True,
        )
    }

    def get(self, request: Request) -> Response:
        skus = list(dict.fromkeys(part.strip() for part in text_wanted(request, "sku").split(",") if part.strip()))
        if not 1 <= len(skus) <= MOST_SKUS:
            raise InvalidInput(faults=[Fault("?sku", "sku_count", f"Name 1 to {MOST_SKUS} SKUs.")])
        known = products_by_sku(skus)
        if missing := [sku for sku in skus if sku not in known]:
            raise InvalidInput(
                faults=[Fault("?sku", "unknown_product", f"There is no product {sku}.") for sku in missing]
            )
        ids = {sku: known[sku].id for sku in skus}
        return Response({"items": shown_places(availability(ids.values()), ids)})


class StockReceipts(APIView):
    """POST goods that came in; those due later are planned. Each source_ref is carried out once, however often it is sent."""

    permissions = {"POST": RECEIVE_STOCK}
    shapes = {"POST": Shape(request=Receipts, answer=ReceiptsTaken)}

    def post(self, request: Request) -> Response:
        now, actor = clock.now(), actor_of(request.user)
        drafts = receipt_drafts(read_body(Receipts, request.data).receipts, now=now)
        here, later = [d for d in drafts if d.due_at <= now], [d for d in drafts if d.due_at > now]
        received = record_receipts(receipts=here, actor=actor)
        planned = announce_receipts(receipts=later, actor=actor, now=now)
        return Response({"received": shown_result(received), "planned": shown_result(planned)})


class StockAdjustments(APIView):
    """POST counted differences. Each source_ref is carried out once; what stock or reservations forbid is refused by itself."""

    permissions = {"POST": ADJUST_STOCK}
    shapes = {"POST": Shape(request=Adjustments, answer=MovementsMade)}

    def post(self, request: Request) -> Response:
        drafts = adjustment_drafts(read_body(Adjustments, request.data).adjustments, now=clock.now())
        return Response(shown_result(adjust_stock(adjustments=drafts, actor=actor_of(request.user))))


class Backorders(APIView):
    """GET the lines that wait for goods, the oldest first."""

    permissions = {"GET": VIEW_STOCK}
    shapes = {"GET": Shape(answer=BackorderShown, query={"q": Q}, paged=True)}

    def get(self, request: Request) -> Response:
        return page_response(
            request,
            lists.backorders(text=text_wanted(request, "q")),
            sort=lists.BACKORDER_SORT,
            show=lambda page: [shown_backorder(row) for row in page],
            id_field="line_id",
        )


class Warehouses(APIView):
    """GET the warehouses by code."""

    permissions = {"GET": VIEW_STOCK}
    shapes = {"GET": Shape(answer=WarehouseShown, paged=True)}

    def get(self, request: Request) -> Response:
        return page_response(
            request, lists.places(), sort="code", show=lambda page: [shown_warehouse(row) for row in page]
        )


class Shipments(APIView):
    """GET shipments, the newest first."""

    permissions = {"GET": VIEW_SHIPMENTS}
    shapes = {
        "GET": Shape(
            answer=ShipmentRow,
            query={
                "order": Query("Shipments of one order", UUID),
                "number": "One shipment, such as SH-12",
                "warehouse": WAREHOUSE,
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        rows = lists.shipments(
            order_id=id_wanted(request, "order"),
            number=text_wanted(request, "number"),
            warehouse=text_wanted(request, "warehouse"),
        )
        return page_response(
            request, rows, sort=lists.SHIPMENT_SORT, show=lambda page: [shown_shipment(row) for row in page]
        )


class ShipmentDetail(APIView):
    """GET one shipment with its lines."""

    permissions = {"GET": VIEW_SHIPMENTS}
    shapes = {"GET": Shape(answer=ShipmentShown)}

    def get(self, request: Request, shipment_id: UUID) -> Response:
        row = lists.shipment(shipment_id)
        lines = shown_lines(lists.lines_of(row.pk), row.legal_entity.currency_id)
        return Response({**shown_shipment(row), "lines": lines})
