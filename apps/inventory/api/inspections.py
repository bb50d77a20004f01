"""Inspecting what came back, over the API."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from pydantic import AwareDatetime, BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.answers import MovementsMade
from apps.inventory.api.bodies import SourceRef
from apps.inventory.api.shapes import shown_result, text
from apps.inventory.decisions.facts.inspecting import Finding
from apps.inventory.models import Inspection
from apps.inventory.permissions import INSPECT_RETURNS, VIEW_STOCK
from apps.inventory.selectors.inspections import INSPECTION_SORT, inspections
from apps.inventory.services.inspecting import record_findings
from apps.masterdata.contract import actor_of
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.values import STRICT, Answer, Exact, Number, Text, strict
from ordercash.web.api.wanted import text_wanted

Part = Annotated[Exact, Field(ge=0, le=Decimal("1000000000"), decimal_places=4, allow_inf_nan=False)]


class FindingBody(BaseModel):
    """How much of what waits is good (can be sold), damaged (kept apart) or scrapped (leaves stock); the rest goes on waiting."""

    model_config = STRICT

    inspection_id: UUID
    good: Part = Decimal(0)
    damaged: Part = Decimal(0)
    scrapped: Part = Decimal(0)
    source_ref: SourceRef
    note: Annotated[Text, Field(max_length=200)] = ""


class FindingBodies(BaseModel):
    """Up to 200 findings."""

    model_config = strict(
        findings=[
            {
                "inspection_id": "019b7e7a-0000-7000-8000-000000000001",
                "good": "2",
                "damaged": "1",
                "source_ref": "INSP-9/1",
                "note": "One is chipped",
            }
        ]
    )

    findings: Annotated[list[FindingBody], Field(min_length=1, max_length=200)]


class InspectionShown(Answer):
    """Goods that came back; `waits` is what nobody has looked at yet."""

    id: UUID
    order_id: UUID
    line_id: UUID
    sku: str
    warehouse: str
    lot: str | None
    return_ref: str
    quantity: Number
    waits: Number
    good: Number
    damaged: Number
    scrapped: Number
    since: AwareDatetime


class Inspections(APIView):
    """GET what waits to be looked at, the oldest first; POST what was found: good ones go to those who wait."""

    permissions = {"GET": VIEW_STOCK, "POST": INSPECT_RETURNS}
    shapes = {
        "GET": Shape(
            answer=InspectionShown, query={"sku": "Part of the SKU or name", "warehouse": "One warehouse"}, paged=True
        ),
        "POST": Shape(request=FindingBodies, answer=MovementsMade, keyed=True),
    }

    def get(self, request: Request) -> Response:
        rows = inspections(text=text_wanted(request, "sku"), warehouse=text_wanted(request, "warehouse"))
        return page_response(request, rows, sort=INSPECTION_SORT, show=lambda page: [_shown(row) for row in page])

    def post(self, request: Request) -> HttpResponse:
        now, actor = clock.now(), actor_of(request.user)
        findings = [_finding(body, now) for body in read_body(FindingBodies, request.data).findings]

        def work(_: str) -> tuple[int, dict[str, Any]]:
            return 200, shown_result(record_findings(findings, now=now, actor=actor))

        return respond_once(request, work)


def _finding(body: FindingBody, now: datetime) -> Finding:
    return Finding(occurred_at=now, **body.model_dump())


def _shown(row: Inspection) -> dict[str, Any]:
    return {
        "id": row.pk,
        "order_id": row.order_id,
        "line_id": row.line_id,
        "sku": row.stock.product.sku,
        "warehouse": row.stock.warehouse.code,
        "lot": row.lot.code if row.lot else None,
        "return_ref": row.return_ref,
        "quantity": text(row.quantity),
        "waits": text(row.waits),
        "good": text(row.good),
        "damaged": text(row.damaged),
        "scrapped": text(row.scrapped),
        "since": row.opened_at,
    }
