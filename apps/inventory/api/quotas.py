"""Quotas of channels over the API."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.bodies import Code, Quantity
from apps.inventory.api.shapes import text
from apps.inventory.contract import warehouses
from apps.inventory.decisions.facts.quotas import QuotaDraft
from apps.inventory.models import Quota
from apps.inventory.permissions import CHANGE_QUOTAS, VIEW_ALLOCATION
from apps.inventory.selectors.quotas import QUOTA_SORT, quotas, state_of
from apps.inventory.services.desk import keep_for_channels
from apps.inventory.services.quotas import QuotaRefused, withdraw_quotas
from apps.masterdata.contract import actor_of, channels_by_code, entities_by_code, products_by_sku
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.values import STRICT, Answer, Day, Number, strict
from ordercash.web.api.wanted import text_wanted


class QuotaBody(BaseModel):
    """A quantity kept for a channel on the days [from_on, release_on), in one warehouse or, without one, wherever it lies.

    Legal entity, product, warehouse, channel and first day name it: the same again changes its quantity and the day of its release.
    """

    model_config = STRICT

    legal_entity: Code
    sku: Code
    warehouse: Code | None = None
    channel: Code
    quantity: Quantity
    from_on: Day
    release_on: Day


class QuotaBodies(BaseModel):
    """Up to 200 quotas, set together or not at all."""

    model_config = strict(
        quotas=[
            {
                "legal_entity": "UK01",
                "sku": "MUG-BLUE",
                "channel": "web",
                "quantity": "40",
                "from_on": "2026-07-01",
                "release_on": "2026-08-01",
            }
        ]
    )

    quotas: Annotated[list[QuotaBody], Field(min_length=1, max_length=200)]


class QuotaShown(Answer):
    """A quota; `taken` is what is reserved of it or left already, `left` what nobody took."""

    id: UUID
    legal_entity: str
    sku: str
    warehouse: str | None
    channel: str
    quantity: Number
    taken: Number
    left: Number
    from_on: date
    release_on: date
    state: Literal["planned", "kept", "used up", "released"]


class Quotas(APIView):
    """GET quotas, the next to be released first; PUT sets some, and changes those that there are."""

    permissions = {"GET": VIEW_ALLOCATION, "PUT": CHANGE_QUOTAS}
    shapes = {
        "GET": Shape(
            answer=QuotaShown,
            query={"sku": "Part of the SKU or name", "channel": "One channel", "legal_entity": "One legal entity"},
            paged=True,
        ),
        "PUT": Shape(request=QuotaBodies, answer=QuotaShown, listed=True),
    }

    def get(self, request: Request) -> Response:
        rows = quotas(
            text=text_wanted(request, "sku"),
            channel=text_wanted(request, "channel"),
            legal_entity=text_wanted(request, "legal_entity"),
        )
        return page_response(request, rows, sort=QUOTA_SORT, show=lambda page: [_shown(row) for row in page])

    def put(self, request: Request) -> Response:
        drafts = _drafts(read_body(QuotaBodies, request.data).quotas)
        try:
            ids = keep_for_channels(drafts=drafts, now=clock.now(), actor=actor_of(request.user))
        except QuotaRefused as error:
            faults = [Fault(f"/quotas/{each.source_ref}", each.code, each.detail) for each in error.refused]
            raise InvalidInput(faults=faults) from error
        rows = {row.pk: row for row in quotas().filter(pk__in=ids.values())}
        return Response({"items": [_shown(rows[ids[place]]) for place in sorted(ids)]})


class QuotaWithdrawn(APIView):
    """POST keeps no more of a quota than was taken of it; the rest goes to those who wait."""

    permissions = {"POST": CHANGE_QUOTAS}
    shapes = {"POST": Shape(status=204, keyed=True)}

    def post(self, request: Request, quota_id: UUID) -> HttpResponse:
        now, actor = clock.now(), actor_of(request.user)

        def work(_: str) -> tuple[int, None]:
            withdraw_quotas([quota_id], now=now, actor=actor)
            return 204, None

        return respond_once(request, work)


def _drafts(bodies: Sequence[QuotaBody]) -> list[QuotaDraft]:
    products = products_by_sku({body.sku for body in bodies})
    places, entities, channels = {p.code: p for p in warehouses().values()}, entities_by_code(), channels_by_code()
    faults, drafts = [], []
    for number, body in enumerate(bodies):
        at, product = f"/quotas/{number}", products.get(body.sku)
        entity, place = entities.get(body.legal_entity), places.get(body.warehouse or "")
        if entity is None:
            faults.append(Fault(f"{at}/legal_entity", "unknown_legal_entity", "There is no such legal entity."))
        if product is None or not product.is_stocked:
            faults.append(Fault(f"{at}/sku", "unknown_product", f"There are no goods {body.sku}."))
        elif body.quantity != round(body.quantity, product.decimals):
            detail = f"{product.sku} is counted in {product.unit} with {product.decimals} decimals."
            faults.append(Fault(f"{at}/quantity", "too_many_decimals", detail))
        if body.warehouse and place is None:
            faults.append(Fault(f"{at}/warehouse", "unknown_warehouse", f"There is no warehouse {body.warehouse}."))
        if body.channel not in channels:
            faults.append(Fault(f"{at}/channel", "unknown_channel", f"There is no channel {body.channel}."))
        if entity and product:
            drafts.append(
                QuotaDraft(
                    entity.id, product.id, place.id if place else None, body.channel, body.quantity, body.from_on, body.release_on,
                )
            )  # fmt: skip
    if faults:
        raise InvalidInput(faults=faults[:100])
    return drafts


def _shown(row: Quota) -> dict[str, Any]:
    return {
        "id": row.pk,
        "legal_entity": row.legal_entity.code,
        "sku": row.product.sku,
        "warehouse": row.warehouse.code if row.warehouse else None,
        "channel": row.channel,
        "quantity": text(row.quantity),
        "taken": text(row.taken),
        "left": text(row.quantity - row.taken),
        "from_on": row.from_on,
        "release_on": row.release_on,
        "state": state_of(row, clock.now()),
    }
