"""Rebate agreements for tests, in the world of billing."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.billing.contract import CreditRequest, IssuedCredit, IssuedInvoice, credit_lines
from apps.billing.models import InvoiceLine
from apps.pricing.contract import accrue_rebates
from apps.pricing.models import RebateAccount, RebateAgreement
from apps.pricing.services.rebate_accruals import AccrualOutcome
from apps.pricing.services.rebate_agreements import RebateDraft, approve_rebate, draft_rebates
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.ids import new_id
from ordercash.rebates import invoiced_lines
from tests.factories.billing import NOW, World, in_transaction, make_draft
from tests.factories.billing import invoice as issue

ANALYST = Actor(id=new_id(), name="pricing.analyst")
APPROVER = Actor(id=new_id(), name="pricing.approver")
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
# Three tiers on turnover: 1 % from 100, 3 % from 500, 5 % from 1,000.
TIERS = ((Decimal(100), Decimal(1)), (Decimal(500), Decimal(3)), (Decimal(1000), Decimal(5)))


def a_draft(world: World, **values: Any) -> RebateDraft:
    """Return a three-tier retrospective agreement of the world's customer over a year, settled at its end."""
    plain: dict[str, Any] = {
        "code": "RB-1", "legal_entity_id": world.legal_entity_id, "currency": world.currency, "from_date": YEAR[0],
        "until_date": YEAR[1], "tiers": TIERS, "settlement": "at_end", "customer_id": world.customer_id,
    }  # fmt: skip
    return RebateDraft(**(plain | values))


def an_agreement(world: World, **values: Any) -> RebateAgreement:
    """Draft and approve an agreement; needs a test that commits."""
    (row,) = draft_rebates([a_draft(world, **values)], actor=ANALYST, now=NOW)
    return approve_rebate(row.id, actor=APPROVER, now=NOW)


def bought(world: World, *nets: int, quantity: int = 1, at: datetime = NOW, **values: Any) -> IssuedInvoice:
    """Return one invoice with these net amounts, issued at a moment."""
    same = {"order_id": new_id(), "shipment_id": new_id(), "quantity": Decimal(quantity), **values}
    same |= {"occurred_at": at, "business_date": at.date()}
    (issued,) = issue([make_draft(world, net, **same) for net in nets], now=at, until=at + timedelta(days=1))
    return issued


def given_back(document_id: UUID, quantity: Decimal, *, position: int = 1, at: datetime = NOW) -> IssuedCredit:
    """Credit a part of a line of an invoice."""
    line = InvoiceLine.objects.get(invoice_id=document_id, position=position)
    request = CreditRequest(f"return:{new_id()}", line.id, quantity)
    outcome = in_transaction(lambda: credit_lines([request], issued_at=at, actor=SYSTEM))
    assert not outcome.refused
    return outcome.issued[0]


def deliver(*document_ids: UUID, now: datetime = NOW) -> AccrualOutcome:
    """Count the lines of documents, as the subscription does."""
    return in_transaction(lambda: accrue_rebates(invoiced_lines(document_ids), actor=SYSTEM, now=now))


def totals(agreement: RebateAgreement) -> Sequence[tuple[int, int, int]]:
    """Return (base, accrued, settled) of every account."""
    rows = RebateAccount.objects.filter(agreement=agreement).order_by("id")
    return [(row.base_minor, row.accrued_minor, row.settled_minor) for row in rows]
