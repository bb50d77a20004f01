"""Costs of products over the API."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of
from apps.pricing.api.answers import CostsAdded, CostShown
from apps.pricing.api.bodies import CostUntil, NewCosts
from apps.pricing.api.endpoints import known_entity
from apps.pricing.models import CostRecord
from apps.pricing.permissions import CHANGE_COSTS, VIEW_COSTS
from apps.pricing.selectors.costs import costs
from apps.pricing.services.costs import CostDraft, add_costs, end_cost
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response


class Costs(APIView):
    """GET costs in the order they were made; POST up to 1,000 new ones, all or none."""

    permissions = {"GET": VIEW_COSTS, "POST": CHANGE_COSTS}
    shapes = {
        "GET": Shape(answer=CostShown, query={"sku": "Costs of one product"}, paged=True),
        "POST": Shape(request=NewCosts, answer=CostsAdded, status=201),
    }

    def get(self, request: Request) -> Response:
        sku = str(request.query_params.get("sku", "")).replace("\x00", "\ufffd")
        return page_response(request, costs(sku=sku), sort="id", show=lambda rows: [_cost(row) for row in rows])

    def post(self, request: Request) -> Response:
        drafts = [
            _draft(cost.model_dump(), index) for index, cost in enumerate(read_body(NewCosts, request.data).costs)
        ]
        made = add_costs(drafts, actor=actor_of(request.user), now=clock.now())
        return Response({"ids": [row.pk for row in made]}, status=201)


class CostDetail(APIView):
    """PATCH the end of a cost."""

    permissions = {"PATCH": CHANGE_COSTS}
    shapes = {"PATCH": Shape(request=CostUntil, answer=CostShown)}

    def patch(self, request: Request, cost_id: UUID) -> Response:
        until_at = read_body(CostUntil, request.data).valid_until_at
        return Response(_cost(end_cost(cost_id, until_at=until_at, actor=actor_of(request.user), now=clock.now())))


def _draft(given: dict[str, Any], index: int) -> CostDraft:
    entity = known_entity(given.pop("legal_entity"), f"/costs/{index}/legal_entity")
    return CostDraft(**given, legal_entity_id=entity)


def _cost(row: CostRecord) -> dict[str, Any]:
    return {
        "id": row.pk,
        "sku": row.product.sku,
        "currency": row.currency_id,
        "unit_cost": f"{row.unit_cost.normalize():f}",
        "legal_entity": row.legal_entity.code if row.legal_entity else None,
        "valid_from_at": row.valid_from_at,
        "valid_until_at": row.valid_until_at,
    }
