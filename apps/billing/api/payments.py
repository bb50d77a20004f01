"""Payments over the API."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import AwareDatetime, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.billing.api.documents import AmountMinor, Body, UseBody, the_application
from apps.billing.api.once import respond_once
from apps.billing.api.shapes import shown_application, shown_outcome, shown_payment_view, shown_payments
from apps.billing.api.wanted import day_wanted, entity_wanted, id_wanted, text_wanted
from apps.billing.decisions.facts import ApplicationRequest, PaymentDraft, PaymentOutcome, PaymentResult
from apps.billing.permissions import APPLY_CASH, RECORD_PAYMENTS, VIEW_PAYMENTS
from apps.billing.selectors.detail import payment_view
from apps.billing.selectors.listing import payments
from apps.billing.services.applying import apply_cash
from apps.billing.services.payments import record_payments
from apps.masterdata.contract import actor_of, customers_by_code, entities_by_code
from ordercash.kernel import clock
from ordercash.kernel.errors import DomainError, Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput

Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class PaymentRefused(DomainError):
    """The payment cannot be recorded; nothing has changed."""

    code, title = "payment_refused", "The payment cannot be recorded"


class PaymentBody(Body):
    """Money that came in. `source_ref` names it at its origin (a bank line's id); the Idempotency-Key does when it is left out."""

    legal_entity: Annotated[str, Field(min_length=1, max_length=20)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    amount_minor: AmountMinor
    method: Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[^\x00]*$")] = "transfer"
    reference: Text = ""
    customer: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""
    received_at: AwareDatetime | None = None
    invoice_numbers: Annotated[
        Sequence[Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]], Field(max_length=200)
    ] = ()
    invoice_ids: Annotated[Sequence[UUID], Field(max_length=200)] = ()
    source_ref: Annotated[str, Field(max_length=150, pattern=r"^[^\x00]*$")] = ""


class Payments(APIView):
    """GET payments, the latest recorded first; POST one that came in (needs an Idempotency-Key)."""

    permissions = {"GET": VIEW_PAYMENTS, "POST": RECORD_PAYMENTS}

    @extend_schema(
        parameters=[
            OpenApiParameter("customer_id", OpenApiTypes.UUID),
            OpenApiParameter("legal_entity", str, description="Code of the legal entity."),
            OpenApiParameter("unapplied", bool, description="true: those of which something is left."),
            OpenApiParameter("reference", str, description="The whole reference."),
            OpenApiParameter("received_from", OpenApiTypes.DATE),
            OpenApiParameter("received_until", OpenApiTypes.DATE, description="The first day that is not shown."),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        found = payments(
            customer_id=id_wanted(request, "customer_id"),
            legal_entity_id=entity_wanted(request),
            unapplied=text_wanted(request, "unapplied") in {"true", "1"},
            reference=text_wanted(request, "reference"),
            received_from=day_wanted(request, "received_from"),
            received_until=day_wanted(request, "received_until"),
        )
        return page_response(request, found, sort="-id", show=shown_payments)

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> HttpResponse:
        body, actor = read_body(PaymentBody, request.data), actor_of(request.user)

        def work(source_ref: str) -> tuple[int, object]:
            outcome = _the_outcome(record_payments([_draft(body, source_ref)], actor=actor))
            return (201 if outcome.is_new else 200), shown_outcome(outcome)

        return respond_once(request, work)


class PaymentDetail(APIView):
    """GET one payment with what it was used for."""

    permissions = {"GET": VIEW_PAYMENTS}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, payment_id: UUID) -> Response:
        return Response(shown_payment_view(payment_view(payment_id)))


class ApplyPayment(APIView):
    """POST to use what is unapplied of a payment for an invoice. Needs an Idempotency-Key."""

    permissions = {"POST": APPLY_CASH}

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, payment_id: UUID) -> HttpResponse:
        body, actor, now = read_body(UseBody, request.data), actor_of(request.user), clock.now()

        def work(source_ref: str) -> tuple[int, object]:
            wanted = ApplicationRequest(
                source_ref, body.invoice_id, payment_id=payment_id, amount_minor=body.amount_minor
            )
            return 200, shown_application(the_application(apply_cash([wanted], now=now, actor=actor)))

        return respond_once(request, work)


def _draft(body: PaymentBody, source_ref: str) -> PaymentDraft:
    now = clock.now()
    entities = entities_by_code()
    faults = []
    if body.legal_entity not in entities:
        faults.append(Fault("/legal_entity", "unknown", f"One of: {', '.join(entities)}."))
    customers = customers_by_code([body.customer]) if body.customer else {}
    if body.customer and body.customer not in customers:
        faults.append(Fault("/customer", "unknown", "There is no customer with this code."))
    if body.received_at and body.received_at > now:
        faults.append(Fault("/received_at", "in_the_future", "Not later than now."))
    if faults:
        raise InvalidInput(faults=faults)
    return PaymentDraft(
        source_ref=body.source_ref or source_ref,
        legal_entity_id=entities[body.legal_entity].id,
        currency=body.currency,
        amount_minor=body.amount_minor,
        method=body.method,
        received_at=body.received_at or now,
        customer_id=customers[body.customer].id if body.customer else None,
        reference=body.reference,
        invoice_ids=body.invoice_ids,
        invoice_numbers=body.invoice_numbers,
    )


def _the_outcome(result: PaymentResult) -> PaymentOutcome:
    if result.refused:
        raise PaymentRefused(result.refused[0].detail, extra={"reason": result.refused[0].code})
    return result.recorded[0]
