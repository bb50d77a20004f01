"""Bins, safety stock and the stock card over the API."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.answers import MovementsMade, StockCardShown
from apps.inventory.api.bodies import BinMoves, Revaluations, SafetyStocks
from apps.inventory.api.drafts import bin_moves, revaluations, safety_stocks
from apps.inventory.api.shapes import shown_card, shown_result
from apps.inventory.permissions import CHANGE_SAFETY_STOCK, MOVE_BINS, REVALUE_STOCK, VIEW_STOCK
from apps.inventory.selectors.stockcard import stock_card, stock_row
from apps.inventory.services.bins import move_goods
from apps.inventory.services.desk import keep_back
from apps.inventory.services.revaluing import revalue_stock
from apps.masterdata.contract import actor_of
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Shape

ROWS = 200


class BinsMoved(APIView):
    """POST moves between the shelf, the held and the damaged, or out of stock; what the shelf gets goes to those who wait."""

    permissions = {"POST": MOVE_BINS}
    shapes = {"POST": Shape(request=BinMoves, answer=MovementsMade, keyed=True)}

    def post(self, request: Request) -> HttpResponse:
        now, actor = clock.now(), actor_of(request.user)
        moves = bin_moves(read_body(BinMoves, request.data).moves, now=now)

        def work(_: str) -> tuple[int, dict[str, Any]]:
            return 200, shown_result(move_goods(moves, now=now, actor=actor))

        return respond_once(request, work)


class StockRevalued(APIView):
    """POST what goods in stock are worth anew; the difference is posted. Each source_ref is carried out once."""

    permissions = {"POST": REVALUE_STOCK}
    shapes = {"POST": Shape(request=Revaluations, answer=MovementsMade, keyed=True)}

    def post(self, request: Request) -> HttpResponse:
        actor = actor_of(request.user)
        drafts = revaluations(read_body(Revaluations, request.data).revaluations, now=clock.now())

        def work(_: str) -> tuple[int, dict[str, Any]]:
            return 200, shown_result(revalue_stock(drafts, actor=actor))

        return respond_once(request, work)


class SafetyStockSet(APIView):
    """PUT what warehouses keep back of products; the others stay as they are."""

    permissions = {"PUT": CHANGE_SAFETY_STOCK}
    shapes = {"PUT": Shape(request=SafetyStocks, status=204)}

    def put(self, request: Request) -> Response:
        wanted = safety_stocks(read_body(SafetyStocks, request.data).rows)
        keep_back(wanted=wanted, actor=actor_of(request.user), now=clock.now())
        return Response(status=204)


class StockCard(APIView):
    """GET the newest 200 changes of a stock row with the balance after each."""

    permissions = {"GET": VIEW_STOCK}
    shapes = {"GET": Shape(answer=StockCardShown)}

    def get(self, request: Request, stock_id: UUID) -> Response:
        return Response(shown_card(stock_row(stock_id), stock_card(stock_id, limit=ROWS)))
