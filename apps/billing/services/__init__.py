"""Verbs of billing that open their own transaction; the files beside hold the parts that join one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from apps.billing.decisions.facts import (
    ApplicationOutcome,
    ApplicationRequest,
    Collected,
    IssuedInvoice,
    PaymentDraft,
    PaymentResult,
    WriteOffRequest,
)
from apps.billing.selectors.set_aside import reasons_of
from apps.billing.services import applying, collector, invoicing, payments
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import writes


@writes
def invoice_owed(
    *,
    until: datetime,
    now: datetime,
    actor: Actor,
    legal_entity_id: UUID | None = None,
    modes: Sequence[str] = ("per_shipment", "per_day"),
    dated: Literal["now", "supply"] = "now",
    limit: int = 2000,
) -> list[IssuedInvoice]:
    """Invoice what occurred before `until`; call again while it returns invoices. See `invoice_obligations`."""
    return invoicing.invoice_obligations(
        until=until, now=now, actor=actor, legal_entity_id=legal_entity_id, modes=modes, dated=dated, limit=limit
    )


@writes
def retry_deliveries(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """Resolution of a case: invoice now what was set aside of these shipments or collected days; answers each with what became of it."""
    issued = invoicing.invoice_set_aside(subject_ids, now=now, actor=actor)
    why = reasons_of(subject_ids)
    numbers = {shipment_id: invoice.number for invoice in issued for shipment_id in invoice.shipment_ids}
    return {id: why.get(id) or f"Invoiced{f' as {numbers[id]}' if id in numbers else ''}." for id in subject_ids}


@writes
def record_payments(*, drafts: Sequence[PaymentDraft], actor: Actor) -> PaymentResult:
    """Record payments, each once, and apply them to the invoices they name."""
    return payments.record_payments(drafts, actor=actor)


@writes
def apply_cash(*, requests: Sequence[ApplicationRequest], actor: Actor, now: datetime) -> ApplicationOutcome:
    """Use unapplied payments and open credit notes for open invoices."""
    return applying.apply_cash(requests, now=now, actor=actor)


@writes
def write_off(*, requests: Sequence[WriteOffRequest], actor: Actor, now: datetime) -> ApplicationOutcome:
    """Give up open amounts, each with its reason."""
    return applying.write_off(requests, now=now, actor=actor)


@writes
def collect_due(*, until: datetime, actor: Actor, limit: int = 1000) -> Collected:
    """Let the sandbox collector pay what is due; call again while payments come back."""
    return collector.collect_due(until=until, actor=actor, limit=limit)
