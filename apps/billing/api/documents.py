"""Invoices and credit notes over the API."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.billing.api.answers import Ageing, ApplicationShown, InvoiceRow, InvoiceShown, Issued
from apps.billing.api.shapes import NotApplied, shown_application, shown_invoices, shown_view
from apps.billing.api.wanted import entity_wanted, words_wanted
from apps.billing.decisions.document import CREDIT_NOTE, INVOICE
from apps.billing.decisions.facts import Application, ApplicationOutcome, ApplicationRequest, WriteOffRequest
from apps.billing.documents import invoice_pdf
from apps.billing.permissions import APPLY_CASH, ISSUE_INVOICES, VIEW_INVOICES, WRITE_OFF
from apps.billing.selectors.balances import ageing
from apps.billing.selectors.detail import InvoiceUnknown, invoice_view
from apps.billing.selectors.listing import invoices
from apps.billing.services import invoice_owed
from apps.billing.services.applying import apply_cash, write_off
from apps.masterdata.contract import actor_of, entities_by_id
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.values import STRICT, Instant, Text, Whole, strict
from ordercash.web.api.wanted import day_wanted, id_wanted, text_wanted

AmountMinor = Annotated[Whole, Field(gt=0, lt=10**18)]
LIST: Mapping[str, str | Query] = {
    "number": "The whole number, with or without its zeros",
    "state": "issued, settled; several with commas",
    "customer_id": Query("Documents of one customer", UUID),
    "order_id": Query("Documents of one order", UUID),
    "legal_entity": "Code of the legal entity",
    "issued_from": Query("The first day of issue", date),
    "issued_until": Query("The first day of issue that is not shown", date),
    "due_until": Query("The first due date that is not shown", date),
}


class WriteOffBody(BaseModel):
    """How much to give up, all that is open when left out, and why."""

    model_config = strict(reason="Too small to chase", amount_minor=12)

    reason: Annotated[Text, Field(min_length=1, max_length=200)]
    amount_minor: AmountMinor | None = None


class UseBody(BaseModel):
    """Which invoice to pay, and how much of it; as much as possible when left out."""

    model_config = STRICT

    invoice_id: UUID
    amount_minor: AmountMinor | None = None


class IssueBody(BaseModel):
    """What to invoice: everything that occurred before `until`, now when left out."""

    model_config = STRICT

    until: Instant | None = None
    modes: Annotated[list[Literal["per_shipment", "per_day"]], Field(min_length=1)] = ["per_shipment", "per_day"]
    limit: Annotated[Whole, Field(ge=1, le=10_000)] = 2000


class Invoices(APIView):
    """GET issued invoices, the latest recorded first."""

    permissions = {"GET": VIEW_INVOICES}
    shapes = {"GET": Shape(answer=InvoiceRow, query=LIST, paged=True)}
    kind = INVOICE

    def get(self, request: Request) -> Response:
        found = invoices(
            kind=self.kind,
            states=words_wanted(request, "state", ["issued", "settled"]),
            number=text_wanted(request, "number"),
            customer_id=id_wanted(request, "customer_id"),
            order_id=id_wanted(request, "order_id"),
            legal_entity_id=entity_wanted(request),
            issued_from=day_wanted(request, "issued_from"),
            issued_until=day_wanted(request, "issued_until"),
            due_until=day_wanted(request, "due_until"),
        )
        return page_response(request, found, sort="-id", show=shown_invoices)


class CreditNotes(Invoices):
    """GET credit notes, the latest recorded first."""

    kind = CREDIT_NOTE


class InvoiceDetail(APIView):
    """GET one invoice with its lines, taxes and what settled it."""

    permissions = {"GET": VIEW_INVOICES}
    shapes = {"GET": Shape(answer=InvoiceShown)}
    kind = INVOICE

    def get(self, request: Request, invoice_id: UUID) -> Response:
        view = invoice_view(invoice_id)
        if view.invoice.kind != self.kind:
            raise InvoiceUnknown()
        return Response(shown_view(view))


class CreditNoteDetail(InvoiceDetail):
    """GET one credit note with its lines, taxes and what it was used for."""

    kind = CREDIT_NOTE


class InvoicePdf(APIView):
    """GET an invoice or credit note as PDF."""

    permissions = {"GET": VIEW_INVOICES}
    shapes = {"GET": Shape(media="application/pdf")}

    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        return pdf_response(invoice_id)


class Issue(APIView):
    """POST to invoice what is owed; call again while `invoices` is not empty. Repeating it invoices nothing twice."""

    permissions = {"POST": ISSUE_INVOICES}
    shapes = {"POST": Shape(request=IssueBody, answer=Issued)}

    def post(self, request: Request) -> Response:
        body, now = read_body(IssueBody, request.data), clock.now()
        if body.until is not None and body.until > now:
            raise InvalidInput(faults=[Fault("/until", "in_the_future", "Not later than now.")])
        issued = invoice_owed(
            until=body.until or now, now=now, actor=actor_of(request.user), modes=body.modes, limit=body.limit
        )
        shown = [
            {"id": row.id, "number": row.number, "gross_minor": row.gross_minor, "currency": row.currency}
            for row in issued
        ]
        return Response({"invoices": shown})


class WriteOff(APIView):
    """POST to give up what is open of an invoice, or a part of it. Needs an Idempotency-Key."""

    permissions = {"POST": WRITE_OFF}
    shapes = {"POST": Shape(request=WriteOffBody, answer=ApplicationShown, keyed=True)}

    def post(self, request: Request, invoice_id: UUID) -> HttpResponse:
        body, actor, now = read_body(WriteOffBody, request.data), actor_of(request.user), clock.now()

        def work(source_ref: str) -> tuple[int, object]:
            wanted = WriteOffRequest(source_ref, invoice_id, body.reason, body.amount_minor)
            return 200, shown_application(the_application(write_off([wanted], now=now, actor=actor)))

        return respond_once(request, work)


class ApplyCredit(APIView):
    """POST to use a credit note's open amount for an invoice. Needs an Idempotency-Key."""

    permissions = {"POST": APPLY_CASH}
    shapes = {"POST": Shape(request=UseBody, answer=ApplicationShown, keyed=True)}

    def post(self, request: Request, invoice_id: UUID) -> HttpResponse:
        body, actor, now = read_body(UseBody, request.data), actor_of(request.user), clock.now()

        def work(source_ref: str) -> tuple[int, object]:
            wanted = ApplicationRequest(
                source_ref, body.invoice_id, credit_note_id=invoice_id, amount_minor=body.amount_minor
            )
            return 200, shown_application(the_application(apply_cash([wanted], now=now, actor=actor)))

        return respond_once(request, work)


class Receivables(APIView):
    """GET what is open of invoices by days overdue, per legal entity and currency."""

    permissions = {"GET": VIEW_INVOICES}
    shapes = {
        "GET": Shape(
            answer=Ageing,
            query={
                "on": Query("The day to count from; default today (UTC)", date),
                "legal_entity": "Code of the legal entity",
                "customer_id": Query("Invoices of one customer", UUID),
            },
        )
    }

    def get(self, request: Request) -> Response:
        on: date = day_wanted(request, "on") or clock.now().date()
        entities = entities_by_id()
        rows = ageing(on=on, legal_entity_id=entity_wanted(request), customer_id=id_wanted(request, "customer_id"))
        items = [
            {
                "legal_entity": entities[row.legal_entity_id].code,
                "currency": row.currency,
                "bucket": row.bucket,
                "open_minor": row.open_minor,
                "invoices": row.invoices,
            }
            for row in rows
        ]
        return Response({"on": on, "items": items})


def pdf_response(invoice_id: UUID) -> HttpResponse:
    """Answer a document as PDF, to be shown in the browser."""
    response = HttpResponse(invoice_pdf(invoice_id), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{invoice_id}.pdf"'
    return response


def the_application(outcome: ApplicationOutcome) -> Application:
    """Return the one settlement of a request of one; raises NotApplied with the reason of its refusal."""
    if outcome.refused:
        raise outcome.refused[0].error or NotApplied(
            outcome.refused[0].detail, extra={"reason": outcome.refused[0].code}
        )
    return outcome.applied[0]
