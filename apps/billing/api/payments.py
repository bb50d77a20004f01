"""Payments over the API."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.billing.api.answers import ApplicationShown, PaymentRecorded, PaymentRow, PaymentShown
from apps.billing.api.documents import AmountMinor, UseBody, the_application
from apps.billing.api.shapes import shown_application, shown_outcome, shown_payment_view, shown_payments
from apps.billing.api.wanted import entity_wanted
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
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.values import Instant, Text, strict
from ordercash.web.api.wanted import day_wanted, flag_wanted, id_wanted, text_wanted

Number = Annotated[Text, Field(max_length=40)]


class PaymentRefused(DomainError):
    """The payment cannot be recorded; nothing has changed."""

    code, title = "payment_refused", "The payment cannot be recorded"


class PaymentBody(BaseModel):
    """Money that came in. `source_ref` names it at its origin (a bank line's id); the Idempotency-Key does when it is left out."""

    model_config = strict(
        legal_entity="UK01", currency="GBP", amount_minor=5034, customer="C-1001", reference="INV-2026-000001"
    )

    legal_entity: Annotated[Text, Field(min_length=1, max_length=20)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    amount_minor: AmountMinor
    method: Annotated[Text, Field(min_length=1, max_length=30)] = "transfer"
    reference: Annotated[Text, Field(max_length=200)] = ""
    customer: Annotated[Text, Field(max_length=40)] = ""
    received_at: Instant | None = None
    invoice_numbers: Annotated[list[Number], Field(max_length=200)] = []
    invoice_ids: Annotated[list[UUID], Field(max_length=200)] = []
    source_ref: Annotated[Text, Field(max_length=150)] = ""


class Payments(APIView):
    """GET payments, the latest recorded first; POST one that came in (needs an Idempotency-Key)."""

    permissions = {"GET": VIEW_PAYMENTS, "POST": RECORD_PAYMENTS}
    shapes = {
        "GET": Shape(
            answer=PaymentRow,
            query={
                "customer_id": Query("Payments of one customer", UUID),
                "legal_entity": "Code of the legal entity",
                "unapplied": Query("true: those of which something is left", bool),
                "reference": "The whole reference",
                "received_from": Query("The first day of receipt", date),
                "received_until": Query("The first day of receipt that is not shown", date),
            },
            paged=True,
        ),
        "POST": Shape(request=PaymentBody, answer=PaymentRecorded, status=201, also={200: PaymentRecorded}, keyed=True),
    }

    def get(self, request: Request) -> Response:
        found = payments(
            customer_id=id_wanted(request, "customer_id"),
            legal_entity_id=entity_wanted(request),
            unapplied=flag_wanted(request, "unapplied"),
            reference=text_wanted(request, "reference"),
            received_from=day_wanted(request, "received_from"),
            received_until=day_wanted(request, "received_until"),
        )
        return page_response(request, found, sort="-id", show=shown_payments)

    def post(self, request: Request) -> HttpResponse:
        body, actor = read_body(PaymentBody, request.data), actor_of(request.user)

        def work(source_ref: str) -> tuple[int, object]:
            outcome = _the_outcome(record_payments([_draft(body, source_ref)], actor=actor))
            return (201 if outcome.is_new else 200), shown_outcome(outcome)

        return respond_once(request, work)


class PaymentDetail(APIView):
    """GET one payment with what it was used for."""

    permissions = {"GET": VIEW_PAYMENTS}
    shapes = {"GET": Shape(answer=PaymentShown)}

    def get(self, request: Request, payment_id: UUID) -> Response:
        return Response(shown_payment_view(payment_view(payment_id)))


class ApplyPayment(APIView):
    """POST to use what is unapplied of a payment for an invoice. Needs an Idempotency-Key."""

    permissions = {"POST": APPLY_CASH}
    shapes = {"POST": Shape(request=UseBody, answer=ApplicationShown, keyed=True)}

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
        raise result.refused[0].error or PaymentRefused(
            result.refused[0].detail, extra={"reason": result.refused[0].code}
        )
    return result.recorded[0]
