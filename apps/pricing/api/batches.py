"""Many prices at once over the API: a preview is asked for, looked at, and committed or discarded."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of
from apps.pricing.api.batch_shapes import BatchListed, BatchRowShown, BatchShown, NewBatch
from apps.pricing.models import BatchAction, PriceBatch, PriceBatchRow
from apps.pricing.permissions import CHANGE_PRICES
from apps.pricing.selectors.batches import batch, batch_rows, batches
from apps.pricing.selectors.lists import price_list
from apps.pricing.services.batches import (
    BatchStale,
    ask_for_edit_in,
    ask_for_file_in,
    carry_out_in,
    discard_batch,
    read_batch,
    read_batch_in,
)
from apps.pricing.services.prices import PriceOverlap
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput

MOST_REFUSED = 100


class Batches(APIView):
    """GET the changes of a list's prices, newest first; POST a file or a rule, with an Idempotency-Key, to see what it comes to."""

    permissions = {"GET": CHANGE_PRICES, "POST": CHANGE_PRICES}
    shapes = {
        "GET": Shape(answer=BatchListed, paged=True),
        "POST": Shape(request=NewBatch, answer=BatchShown, status=201, keyed=True),
    }

    def get(self, request: Request, price_list_id: UUID) -> Response:
        found = batches(price_list(price_list_id).pk)
        return page_response(request, found, sort="-id", show=lambda rows: [_listed(row) for row in rows])

    def post(self, request: Request, price_list_id: UUID) -> HttpResponse:
        given, actor = read_body(NewBatch, request.data), actor_of(request.user)

        def work(source_ref: str) -> tuple[int, Any]:
            made = _asked(price_list_id, given, actor)
            return 201, shown_batch(made if made.job_id else read_batch_in(made.pk, now=clock.now()))

        return respond_once(request, work)


class BatchDetail(APIView):
    """GET changes of many prices: their state, how many rows come to what, and which are refused."""

    permissions = {"GET": CHANGE_PRICES}
    shapes = {"GET": Shape(answer=BatchShown)}

    def get(self, request: Request, batch_id: UUID) -> Response:
        return Response(shown_batch(batch(batch_id)))


class BatchRows(APIView):
    """GET what every row comes to, in the order of the file."""

    permissions = {"GET": CHANGE_PRICES}
    shapes = {
        "GET": Shape(
            answer=BatchRowShown,
            query={"action": Query("Rows that come to this", words=BatchAction.values), "sku": "SKUs that begin so"},
            paged=True,
        )
    }

    def get(self, request: Request, batch_id: UUID) -> Response:
        action = request.query_params.get("action", "")
        if action and action not in BatchAction.values:
            detail = f"One of {', '.join(BatchAction.values)}."
            raise InvalidInput(faults=[Fault("?action", "unknown_action", detail)])
        sku = str(request.query_params.get("sku", "")).replace("\x00", "\ufffd")
        found = batch_rows(batch(batch_id).pk, actions=[action] if action else (), sku=sku)
        return page_response(request, found, sort="row_number", show=lambda rows: [_row(row) for row in rows])


class BatchCommit(APIView):
    """POST, with an Idempotency-Key, to carry it out: all of it or nothing.

    When prices were changed meanwhile the answer is 409 and it is reckoned anew, to be looked at again.
    """

    permissions = {"POST": CHANGE_PRICES}
    shapes = {"POST": Shape(answer=BatchShown, keyed=True)}

    def post(self, request: Request, batch_id: UUID) -> HttpResponse:
        actor, now = actor_of(request.user), clock.now()

        def work(source_ref: str) -> tuple[int, Any]:
            return 200, shown_batch(carry_out_in(batch_id, actor=actor, now=now))

        try:
            return respond_once(request, work)
        except (BatchStale, PriceOverlap) as error:
            read_batch(batch_id, now=now, problem=error.detail)
            raise


class BatchDiscard(APIView):
    """POST to put it away; no price was touched."""

    permissions = {"POST": CHANGE_PRICES}
    shapes = {"POST": Shape(answer=BatchShown)}

    def post(self, request: Request, batch_id: UUID) -> Response:
        return Response(shown_batch(discard_batch(batch_id, actor=actor_of(request.user), now=clock.now())))


def shown_batch(row: PriceBatch) -> dict[str, Any]:
    """Return a batch with the first of its refused rows."""
    counts = row.counts if "refused" in row.counts else None
    refused = batch_rows(row.pk, actions=["refused"])[:MOST_REFUSED] if counts and counts["refused"] else ()
    return {
        **_listed(row),
        "price_list_id": row.price_list_id,
        "problem": row.problem,
        "counts": {name: counts[name] for name in BatchAction.values} if counts else None,
        "refused": [_row(each) for each in refused],
        "job_id": row.job_id,
    }


def _asked(price_list_id: UUID, given: NewBatch, actor: Actor) -> PriceBatch:
    now = clock.now()
    if given.rule is not None:
        return ask_for_edit_in(price_list_id, edit=given.rule.edit, actor=actor, now=now)
    if given.file is None:
        raise InvalidInput(faults=[Fault("", "missing", "Give either a file or a rule.")])
    try:
        content = given.file.content
    except ValueError as error:
        raise InvalidInput(faults=[Fault("/file/base64", "no_base64", str(error))]) from None
    return ask_for_file_in(
        price_list_id, name=given.file.name, content=content, is_whole=given.file.is_whole, actor=actor, now=now
    )


def _listed(row: PriceBatch) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "kind", "name", "state", "requested_at", "written_at")}


def _row(row: PriceBatchRow) -> Mapping[str, Any]:
    same = ("action", "sku", "unit", "valid_from_at", "valid_until_at", "column", "code", "detail")
    numbers = ("min_quantity", "before", "after", "per")
    return {
        "row": row.row_number or None,
        **{name: getattr(row, name) for name in same},
        **{name: _number(getattr(row, name)) for name in numbers},
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
