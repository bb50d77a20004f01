"""How the takers of a product are kept apart."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.bodies import Code
from apps.inventory.api.shapes import text
from apps.inventory.permissions import CHANGE_HANDLING, VIEW_STOCK
from apps.inventory.selectors import handling as handled
from apps.inventory.services.handling import MOST_SLOTS, set_handling
from apps.masterdata.contract import actor_of, products_by_sku
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Shape
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.values import Answer, Number, Whole, strict
from ordercash.web.api.wanted import text_wanted


class HandlingBody(BaseModel):
    """A product and how its takers are kept apart; `slots` counts those of each stock row, for slots alone."""

    model_config = strict(sku="MUG-BLUE", handling="slots", slots=16)

    sku: Code
    handling: Literal["conditional", "row_lock", "slots", "eventual"]
    slots: Annotated[Whole, Field(ge=2, le=MOST_SLOTS)] = 16


class HandledRow(Answer):
    """A stock row, how it is handled, and what its slots hold."""

    sku: str
    warehouse: str
    handling: str
    slots: int
    in_slots: Number
    taken_from_slots: Number


class HandlingOfProducts(APIView):
    """GET the stock rows that are not handled as usual, or those of one product; PUT how a product is handled from now on."""

    permissions = {"GET": VIEW_STOCK, "PUT": CHANGE_HANDLING}
    shapes = {
        "GET": Shape(answer=HandledRow, query={"sku": "One product"}, listed=True),
        "PUT": Shape(request=HandlingBody, answer=HandledRow, listed=True),
    }

    def get(self, request: Request) -> Response:
        return _answer(text_wanted(request, "sku"))

    def put(self, request: Request) -> Response:
        body = read_body(HandlingBody, request.data)
        product = products_by_sku([body.sku]).get(body.sku)
        if product is None:
            raise InvalidInput(faults=[Fault("/sku", "unknown_product", f"There is no product {body.sku}.")])
        set_handling(
            product_id=product.id,
            handling=body.handling,
            slots=body.slots,
            actor=actor_of(request.user),
            now=clock.now(),
        )
        return _answer(body.sku)


def _answer(sku: str) -> Response:
    return Response({"items": [_shown(row) for row in handled.handled_rows(sku=sku)]})


def _shown(row: handled.HandledRow) -> dict[str, Any]:
    return {**row._asdict(), "in_slots": text(row.in_slots), "taken_from_slots": text(row.taken_from_slots)}
