"""Goods set aside, and everything that is reserved."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from pydantic import AwareDatetime, BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.bodies import Code, Quantity
from apps.inventory.api.shapes import text
from apps.inventory.contract import HoldFacts, HoldWish, hold_goods, holds_by_id, warehouses
from apps.inventory.models import Reservation, ReservationState
from apps.inventory.permissions import HOLD_GOODS, VIEW_PROMISES
from apps.inventory.selectors.holds import RESERVATION_SORT, reservations
from apps.inventory.services.holding import HoldUnknown, release_hold
from apps.masterdata.contract import ProductFacts, actor_of, entities_by_code, products_by_id, products_by_sku
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.values import STRICT, Answer, Number, Whole, strict
from ordercash.web.api.wanted import id_wanted, text_wanted


class HoldLine(BaseModel):
    """A quantity of a product."""

    model_config = STRICT

    sku: Code
    quantity: Quantity


class HoldBody(BaseModel):
    """Goods to be set aside, all of them or none, for at most a day."""

    model_config = strict(legal_entity="UK01", for_seconds=600, lines=[{"sku": "MUG-BLUE", "quantity": "2"}])

    legal_entity: Code
    for_seconds: Annotated[Whole, Field(ge=1, le=86_400)] = 900
    lines: Annotated[list[HoldLine], Field(min_length=1, max_length=200)]


class HeldShown(Answer):
    """What is set aside in one warehouse."""

    sku: str
    warehouse: str
    quantity: Number


class HoldShown(Answer):
    """A hold; an order claims it by naming its id in `hold`, before `expires_at`."""

    id: UUID
    state: Literal["held", "claimed", "released", "expired"]
    expires_at: AwareDatetime
    order_id: UUID | None
    goods: list[HeldShown]


class ReservationShown(Answer):
    """A quantity that is promised to a line of an order, or set aside."""

    id: UUID
    order_id: UUID
    line_id: UUID
    hold_id: UUID | None
    sku: str | None
    warehouse: str
    quantity: Number
    state: str
    expires_at: AwareDatetime | None
    since: AwareDatetime


class Holds(APIView):
    """POST goods to be set aside for a while; 409 when not all of them are free. Needs an Idempotency-Key."""

    permissions = {"POST": HOLD_GOODS}
    shapes = {"POST": Shape(request=HoldBody, answer=HoldShown, status=201, keyed=True)}

    def post(self, request: Request) -> HttpResponse:
        body, actor, now = read_body(HoldBody, request.data), actor_of(request.user), clock.now()
        wishes = _wishes(body)

        def work(source_ref: str) -> tuple[int, Any]:
            made = hold_goods(wishes, source_ref=source_ref, for_seconds=body.for_seconds, actor=actor, now=now)
            return 201, _shown(made)

        return respond_once(request, work)


class HoldDetail(APIView):
    """GET one hold; DELETE to let its goods go."""

    permissions = {"GET": VIEW_PROMISES, "DELETE": HOLD_GOODS}
    shapes = {"GET": Shape(answer=HoldShown), "DELETE": Shape(status=204)}

    def get(self, request: Request, hold_id: UUID) -> Response:
        found = holds_by_id([hold_id]).get(hold_id)
        if found is None:
            raise HoldUnknown()
        return Response(_shown(found))

    def delete(self, request: Request, hold_id: UUID) -> Response:
        release_hold(hold_id, actor=actor_of(request.user), now=clock.now())
        return Response(status=204)


class Reservations(APIView):
    """GET what is promised to orders or set aside, the newest first."""

    permissions = {"GET": VIEW_PROMISES}
    shapes = {
        "GET": Shape(
            answer=ReservationShown,
            query={
                "sku": "SKUs that begin so",
                "warehouse": "Code of a warehouse",
                "state": Query("In one state", words=ReservationState.values),
                "order": Query("Of one order", UUID),
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        state = text_wanted(request, "state")
        if state and state not in ReservationState.values:
            raise InvalidInput(
                faults=[Fault("?state", "unknown_state", f"One of {', '.join(ReservationState.values)}.")]
            )
        found = reservations(
            text=text_wanted(request, "sku"),
            warehouse=text_wanted(request, "warehouse"),
            state=state,
            order_id=id_wanted(request, "order"),
        )
        return page_response(
            request, found, sort=RESERVATION_SORT, show=lambda rows: [_reservation(row) for row in rows]
        )


def _wishes(body: HoldBody) -> list[HoldWish]:
    entity = entities_by_code().get(body.legal_entity)
    products = products_by_sku({line.sku for line in body.lines})
    faults = [] if entity else [Fault("/legal_entity", "unknown_legal_entity", "There is no such legal entity.")]
    for index, line in enumerate(body.lines):
        if fault := _fault(line, products.get(line.sku)):
            faults.append(Fault(f"/lines/{index}/{fault[0]}", fault[1], fault[2]))
    if faults or entity is None:
        raise InvalidInput(faults=faults[:100])
    return [HoldWish(entity.id, products[line.sku].id, line.quantity) for line in body.lines]


def _fault(line: HoldLine, product: ProductFacts | None) -> tuple[str, str, str] | None:
    if product is None:
        return "sku", "unknown_product", f"There is no product {line.sku}."
    if not product.is_stocked:
        return "sku", "not_stocked", f"{line.sku} is never scarce."
    if line.quantity != round(line.quantity, product.decimals):
        return "quantity", "too_many_decimals", f"{line.sku} is counted with {product.decimals} decimals."
    return None


def _shown(hold: HoldFacts) -> dict[str, Any]:
    products, places = products_by_id({goods.product_id for goods in hold.goods}), warehouses()
    return {
        "id": hold.id,
        "state": hold.state,
        "expires_at": hold.expires_at,
        "order_id": hold.order_id,
        "goods": [
            {
                "sku": products[goods.product_id].sku,
                "warehouse": places[goods.warehouse_id].code if goods.warehouse_id in places else "",
                "quantity": text(goods.quantity),
            }
            for goods in hold.goods
        ],
    }


def _reservation(row: Reservation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "order_id": row.order_id,
        "line_id": row.line_id,
        "hold_id": row.hold_id,
        "sku": row.stock.product.sku if row.stock else None,
        "warehouse": row.warehouse.code,
        "quantity": text(row.quantity),
        "state": row.state,
        "expires_at": row.expires_at,
        "since": row.occurred_at,
    }
