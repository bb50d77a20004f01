"""The verbs of the journey over the API. A refused verb is a problem (409 or 422) and changes nothing; all may be repeated."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.billing.contract import why_set_aside
from apps.masterdata.contract import actor_of
from apps.orders.api.answers import OrderShown
from apps.orders.api.bodies import AllowBody, CancelBody, LineBody, LinePriceBody, ReasonBody, ReturnBody, ShipBody
from apps.orders.api.shapes import shown_order
from apps.orders.permissions import (
    ALLOW_BELOW_FLOOR,
    BILL_ORDERS,
    CANCEL_ORDERS,
    RELEASE_ORDERS,
    RETURN_GOODS,
    SET_PRICES,
    SHIP_ORDERS,
)
from apps.orders.selectors.detail import order_detail
from apps.orders.services.bill import ALL_MODES, bill_orders
from apps.orders.services.by_hand import set_line_discount, set_line_price
from apps.orders.services.cancel import CancelOrder, cancel_in
from apps.orders.services.floors import allow_below_floor
from apps.orders.services.give_back import GiveBack, give_back_in
from apps.orders.services.outcomes import NotDone
from apps.orders.services.release import release_orders
from apps.orders.services.ship import ShipOrder, ship_in
from ordercash.kernel import clock
from ordercash.kernel.errors import Conflict, Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import named_request, respond_once
from ordercash.web.api.openapi import Shape
from ordercash.web.api.problems import InvalidInput


class VerbRefused(Conflict):
    """The verb cannot be carried out on this order now; nothing has changed."""

    code = "verb_refused"


class Release(APIView):
    """Release a held order."""

    permissions = {"POST": RELEASE_ORDERS}
    shapes = {"POST": Shape(request=ReasonBody, answer=OrderShown)}

    def post(self, request: Request, order_id: UUID) -> Response:
        body = read_body(ReasonBody, request.data)
        outcome = release_orders([order_id], reason=body.reason, actor=actor_of(request.user), now=clock.now())
        return _answer(order_id, outcome.refused)


class LinePrice(APIView):
    """Set the price of a line of a held order by hand, or take per cent off it; the order is decided anew and stays held."""

    permissions = {"POST": SET_PRICES}
    shapes = {"POST": Shape(request=LinePriceBody, answer=OrderShown)}

    def post(self, request: Request, order_id: UUID, line_no: int) -> Response:
        body = read_body(LinePriceBody, request.data)
        actor, now = actor_of(request.user), clock.now()
        if (body.unit_price is None) == (body.discount_percent is None):
            raise InvalidInput(faults=[Fault("/unit_price", "one_of_two", "Give unit_price or discount_percent.")])
        if body.unit_price is not None:
            refused = set_line_price(
                order_id, line_no, unit_price=body.unit_price, reason=body.reason, actor=actor, now=now
            )
        else:
            percent = body.discount_percent or Decimal(0)
            refused = set_line_discount(order_id, line_no, percent=percent, reason=body.reason, actor=actor, now=now)
        return _answer(order_id, refused)


class AllowBelowFloor(APIView):
    """Allow the lines of a held order that are below a floor, at what they cost now; never by whoever asked for it."""

    permissions = {"POST": ALLOW_BELOW_FLOOR}
    shapes = {"POST": Shape(request=AllowBody, answer=OrderShown)}

    def post(self, request: Request, order_id: UUID) -> Response:
        body = read_body(AllowBody, request.data)
        refused = allow_below_floor(
            order_id, reason=body.reason, expires_at=body.expires_at, actor=actor_of(request.user), now=clock.now()
        )
        return _answer(order_id, refused)


class Cancel(APIView):
    """Cancel what is open of an order; the Idempotency-Key names the cancellation, so repeating it cancels no second part."""

    permissions = {"POST": CANCEL_ORDERS}
    shapes = {"POST": Shape(request=CancelBody, answer=OrderShown, keyed=True)}

    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        body, actor, now = read_body(CancelBody, request.data), actor_of(request.user), clock.now()
        wanted = CancelOrder(order_id, _quantities(body.lines))

        def work(_: str) -> tuple[int, dict[str, Any]]:
            return 200, _outcome(order_id, cancel_in([wanted], reason=body.reason, actor=actor, now=now).refused)

        return respond_once(request, work)


class Ship(APIView):
    """Ship what is reserved of an order; the Idempotency-Key names the shipment, so repeating it ships nothing twice."""

    permissions = {"POST": SHIP_ORDERS}
    shapes = {"POST": Shape(request=ShipBody, answer=OrderShown, keyed=True)}

    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        body = read_body(ShipBody, request.data)
        actor, now = actor_of(request.user), clock.now()
        wanted = ShipOrder(
            order_id=order_id,
            source_ref=f"ship:{order_id}:{named_request(request).digest}",
            shipped_at=_not_later(body.shipped_at, now),
            lines=_quantities(body.lines),
            warehouse_id=body.warehouse_id,
            carrier=body.carrier,
            tracking=body.tracking,
        )
        return respond_once(request, lambda _: (200, _outcome(order_id, ship_in([wanted], actor=actor).refused)))


class Bill(APIView):
    """Invoice what was shipped of an order and is not invoiced yet."""

    permissions = {"POST": BILL_ORDERS}
    shapes = {"POST": Shape(answer=OrderShown)}

    def post(self, request: Request, order_id: UUID) -> Response:
        now = clock.now()
        bill_orders(until=now, order_ids=[order_id], modes=ALL_MODES, actor=actor_of(request.user), now=now)
        if why := why_set_aside([order_id]):
            raise VerbRefused(why[order_id])
        return _answer(order_id, [])


class Return(APIView):
    """Take shipped quantities back: stock, credit note and ledger follow; the Idempotency-Key names the return."""

    permissions = {"POST": RETURN_GOODS}
    shapes = {"POST": Shape(request=ReturnBody, answer=OrderShown, keyed=True)}

    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        body, actor, now = read_body(ReturnBody, request.data), actor_of(request.user), clock.now()
        wanted = GiveBack(
            order_id=order_id,
            source_ref=f"return:{order_id}:{named_request(request).digest}",
            lines=_quantities(body.lines) or {},
            restock=body.restock,
            reason=body.reason,
            inspect=body.inspect,
        )
        return respond_once(request, lambda _: (200, _outcome(order_id, give_back_in(wanted, actor=actor, now=now))))


def _quantities(lines: list[LineBody] | None) -> dict[UUID, Decimal] | None:
    """Return quantities by line; a line that is named twice counts once with the sum."""
    if lines is None:
        return None
    found: dict[UUID, Decimal] = {}
    for line in lines:
        found[line.line_id] = found.get(line.line_id, Decimal(0)) + line.quantity
    return found


def _not_later(wanted: datetime | None, now: datetime) -> datetime:
    if wanted is not None and wanted > now:
        raise InvalidInput(faults=[Fault("/shipped_at", "in_the_future", "Not later than now.")])
    return wanted or now


def _answer(order_id: UUID, refused: Sequence[NotDone]) -> Response:
    return Response(_outcome(order_id, refused))


def _outcome(order_id: UUID, refused: Sequence[NotDone]) -> dict[str, Any]:
    """Return the order as it now stands; raises NotFound for an unknown one, VerbRefused with the reason."""
    order = order_detail(order_id)
    if refused:
        raise VerbRefused(refused[0].detail, extra={"reason": refused[0].code})
    return shown_order(order)
