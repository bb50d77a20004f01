"""Orders come in: one at a time, or up to 1,000 in one request with an answer for each."""

from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of
from apps.orders.api.answers import BatchPlaced, OrderBatchBody
from apps.orders.api.gather import submit
from apps.orders.decisions.canonical import CanonicalOrder, read_order
from apps.orders.permissions import PLACE_ORDERS
from apps.orders.services.submit import Answer, Submission, submit_batch
from ordercash.kernel import clock
from ordercash.kernel.errors import DomainError, Fault
from ordercash.web.api.keys import body_hash, idempotency_key
from ordercash.web.api.openapi import Shape
from ordercash.web.api.parsers import BrokenLine, JsonParser, NdjsonParser

LARGEST_BATCH = 1_000


class BatchMalformed(DomainError):
    """The batch is no list of orders, or too long; nothing of it was kept."""

    code, title, status = "batch_malformed", "The batch cannot be read", 422


class LineUnreadable(DomainError):
    """One document of a batch is not JSON; the others go on."""

    code, title, status = "malformed", "The body cannot be read", 400


def place_order(request: Request) -> HttpResponse:
    """Carry out POST /orders: 201 with the order (confirmed or held), or a problem; repeated requests get the same bytes."""
    key = idempotency_key(request)
    order = _read(request.data)
    submission = Submission(actor_of(request.user), key, body_hash(request), order)
    return as_response(submit(submission, now=clock.now()))


class OrderBatch(APIView):
    """POST /orders:batch — a JSON array or newline-delimited JSON of up to 1,000 orders; one answer per order, in order."""

    permissions = {"POST": PLACE_ORDERS}
    shapes = {"POST": Shape(request=OrderBatchBody, answer=BatchPlaced, keyed=True)}
    parser_classes: list[type[BaseParser]] = [JsonParser, NdjsonParser]

    def post(self, request: Request) -> HttpResponse:
        key = idempotency_key(request)
        documents = request.data
        if not isinstance(documents, list) or not documents:
            raise BatchMalformed("Send a JSON array, or newline-delimited JSON, of at least one order.")
        if len(documents) > LARGEST_BATCH:
            raise BatchMalformed(f"A batch holds at most {LARGEST_BATCH} orders, this one holds more.")
        orders = [_read(document) for document in documents]
        answer = submit_batch(actor_of(request.user), key, body_hash(request), orders, now=clock.now())
        return as_response(answer)


def as_response(answer: Answer) -> HttpResponse:
    """Return the stored bytes as they are."""
    kind = "application/json" if answer.status < 400 else "application/problem+json"
    response = HttpResponse(answer.body, status=answer.status, content_type=kind)
    if answer.status == 201:
        response["Location"] = orjson.loads(answer.body)["url"]
    return response


def _read(document: Any) -> CanonicalOrder | DomainError:
    """Return the order, or the refusal that is its answer."""
    if isinstance(document, BrokenLine):
        return LineUnreadable(
            document.detail, faults=[Fault("", "malformed", f"Line {document.number}: {document.detail}")]
        )
    try:
        return read_order(document)
    except DomainError as refusal:
        return refusal
