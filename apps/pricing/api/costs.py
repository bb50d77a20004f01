"""Costs of products over the API."""

from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of
from apps.pricing.api.answers import CostsAdded, CostShown, CostsImported
from apps.pricing.api.bodies import CostFile, CostUntil, NewCosts
from apps.pricing.api.endpoints import known_entity
from apps.pricing.decisions.cost_plan import CostPlan, CostTold, shown_first
from apps.pricing.models import CostRecord
from apps.pricing.permissions import CHANGE_COSTS, VIEW_COSTS
from apps.pricing.selectors.costs import costs
from apps.pricing.services.cost_files import import_costs_in, look_at_costs
from apps.pricing.services.costs import CostDraft, add_costs, end_cost
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response

MOST_SHOWN: Final = 500


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


class CostImport(APIView):
    """POST a file of costs with an Idempotency-Key: with `dry_run` it is looked at, else carried out, all of it or nothing.

    `looked_at` is the fingerprint of the look: when it comes to something else meanwhile, the answer is 409.
    """

    permissions = {"POST": CHANGE_COSTS}
    shapes = {"POST": Shape(request=CostFile, answer=CostsImported, keyed=True)}

    def post(self, request: Request) -> HttpResponse:
        given, actor, now = read_body(CostFile, request.data), actor_of(request.user), clock.now()

        def work(source_ref: str) -> tuple[int, Any]:
            content = given.text.encode()
            if given.dry_run:
                return 200, _imported(look_at_costs(content, zone=given.zone, now=now), is_done=False)
            plan = import_costs_in(content, zone=given.zone, looked_at=given.looked_at, actor=actor, now=now)
            return 200, _imported(plan, is_done=True)

        return respond_once(request, work)


class CostDetail(APIView):
    """PATCH the end of a cost."""

    permissions = {"PATCH": CHANGE_COSTS}
    shapes = {"PATCH": Shape(request=CostUntil, answer=CostShown)}

    def patch(self, request: Request, cost_id: UUID) -> Response:
        until_at = read_body(CostUntil, request.data).valid_until_at
        return Response(_cost(end_cost(cost_id, until_at=until_at, actor=actor_of(request.user), now=clock.now())))


def _imported(plan: CostPlan, *, is_done: bool) -> dict[str, Any]:
    return {
        "is_done": is_done,
        "looked_at": plan.fingerprint,
        "counts": plan.counts,
        "rows": [_told(each) for each in islice(shown_first(plan.told), MOST_SHOWN)],
    }


def _told(each: CostTold) -> dict[str, Any]:
    same = ("row", "action", "sku", "currency", "column", "code", "detail")
    return {
        **{name: getattr(each, name) for name in same},
        "legal_entity": each.legal_entity or None,
        "before": None if each.before is None else f"{each.before.normalize():f}",
        "after": None if each.after is None else f"{each.after.normalize():f}",
        "valid_from_at": each.begins,
        "valid_until_at": each.until,
    }


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
