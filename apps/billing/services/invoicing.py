"""Invoicing: what is owed becomes invoices, set-wise, with the number as the last thing taken."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.decisions.document import INVOICE, Document
from apps.billing.decisions.facts import ExposureKey, IssuedInvoice
from apps.billing.decisions.taxes import TaxedAmount, document_taxes
from apps.billing.events import documents_issued
from apps.billing.models import InvoicingMode
from apps.billing.services.drafting import draft_documents, prepare_posting
from apps.billing.services.exposure import move_exposure
from apps.billing.services.numbering import issue_documents
from apps.billing.services.owed import Owed, OwedFilter, take_owed
from apps.billing.services.setting_aside import set_aside, settle_cases
from apps.ledger.contract import is_closed, write_entries
from apps.masterdata.contract import entities_by_id
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins

LINES_AT_ONCE: Final = 5_000

# Obligations and lines move in one statement: what is billed here is exactly what was owed.
_BILL: Final = """
    WITH wanted AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::int[], %s::bigint[])
                      AS w(line_row_id, obligation_id, invoice_id, position, tax_minor)),
         billed AS (UPDATE billing_billingobligation AS o SET state = 'billed'
                      FROM wanted AS w WHERE o.id = w.obligation_id AND o.state = 'owed' RETURNING o.*, w.line_row_id, w.invoice_id,
                           w.position, w.tax_minor AS line_tax_minor)
    INSERT INTO billing_invoiceline (id, invoice_id, position, obligation_id, customer_id, order_id, line_id, product_id, description,
                                     quantity, unit_price, price_per, discount_minor, net_minor, tax_category, tax_rate, tax_minor)
    SELECT line_row_id, invoice_id, position, id, customer_id, order_id, line_id, product_id, description,
           quantity, unit_price, price_per, discount_minor, net_minor, tax_category, tax_rate, line_tax_minor
      FROM billed"""


@joins
def invoice_obligations(
    *,
    until: datetime,
    now: datetime,
    actor: Actor,
    legal_entity_id: UUID | None = None,
    order_ids: Sequence[UUID] | None = None,
    modes: Sequence[str] = ("per_shipment",),
    dated: Literal["now", "supply"] = "now",
    limit: int = 2000,
    hold_orders: Callable[[Collection[UUID]], object] | None = None,
) -> list[IssuedInvoice]:
    """Invoice about `limit` of the obligations that occurred before `until`; call again while it returns invoices.

    One invoice per shipment, or per customer and business day that is over at `until`. Obligations that another worker holds are left to
    it. `dated` "supply" issues each invoice at the moment of its latest obligation (imports), "now" at `now`. Tax is computed per category
    and rate on the sum (EN 16931 BR-CO-14, BR-S-09). At most twelve statements with those of the ledger, whatever the number of lines.
    What the ledger cannot post (no rate, no account, no rule, a closed period) is set aside with a case that says why; its neighbours
    are invoiced. It is tried again whenever nothing else is left or its order is named, and its case closes with its invoice.
    `hold_orders` is given the orders of what is taken, before any credit is locked: whoever moves them afterwards locks them there.
    """
    wanted = OwedFilter(until=until, modes=modes, legal_entity_id=legal_entity_id, order_ids=order_ids)
    if order_ids is not None:
        taken = take_owed(wanted, limit=limit)
    else:
        taken = take_owed(replace(wanted, set_aside=False), limit=limit)
        taken = taken or take_owed(replace(wanted, set_aside=True), limit=limit)
    if taken and hold_orders is not None:
        hold_orders(_distinct(owed.order_id for members in taken.values() for owed in members))
    return _invoice(taken, dated, now, actor)


@joins
def invoice_set_aside(subjects: Sequence[UUID], *, now: datetime, actor: Actor) -> list[IssuedInvoice]:
    """Try again what was set aside of these shipments or collected days, as the subjects of their cases name them."""
    wanted = OwedFilter(until=now, modes=tuple(InvoicingMode), set_aside=True, subjects=subjects)
    return _invoice(take_owed(wanted, limit=LINES_AT_ONCE), "supply", now, actor)


def _invoice(bundles: Mapping[UUID, list[Owed]], dated: str, now: datetime, actor: Actor) -> list[IssuedInvoice]:
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    members_of = {members[0].id: members for members in bundles.values()}
    made = [_document(members, _issued_at(members, dated, now, zones), zones) for members in bundles.values()]
    made.sort(key=lambda pair: (pair[0].issued_at, pair[0].source_ref))
    entries, refused = prepare_posting([document for document, _ in made])
    if refused:
        stuck = [(members_of[rows[0][1]], refused[document.id]) for document, rows in made if document.id in refused]
        set_aside(stuck, actor=actor, now=now)
        made = [pair for pair in made if pair[0].id not in refused]
    documents = [document for document, _ in made]
    if not documents:
        return []
    settle_cases([members_of[rows[0][1]] for _, rows in made], actor=actor, now=now)
    draft_documents(documents)
    sql.run(_BILL, sql.columns_of([row for _, rows in made for row in rows], 5))
    write_entries(entries)
    move_exposure(_exposure_moves(documents))
    numbers = issue_documents(documents)
    record_events(documents_issued(documents, numbers, actor=actor))
    return [_issued(document, numbers[document.id], rows, members_of[rows[0][1]]) for document, rows in made]


def _issued_at(members: Sequence[Owed], dated: str, now: datetime, zones: Mapping[UUID, str]) -> datetime:
    """Return the moment of issue; a delivery of a period that was closed meanwhile is invoiced today, so that nobody waits for it."""
    supplied_at, entity_id = _supplied_at(members), members[0].legal_entity_id
    if dated == "now" or is_closed(entity_id, business_date(supplied_at, zones[entity_id])):
        return now
    return supplied_at


def _supplied_at(members: Sequence[Owed]) -> datetime:
    return max(owed.occurred_at for owed in members)


def _document(
    members: Sequence[Owed], issued_at: datetime, zones: Mapping[UUID, str]
) -> tuple[Document, list[tuple[Any, ...]]]:
    """Return a bundle's document and the rows of its lines (line row id, obligation id, invoice id, position, tax)."""
    first = members[0]
    taxes, shares = document_taxes(
        [TaxedAmount(owed.net_minor, owed.tax_category, owed.tax_rate, owed.tax_reason) for owed in members]
    )
    document = Document(
        id=new_id(),
        kind=INVOICE,
        legal_entity_id=first.legal_entity_id,
        customer_id=first.customer_id,
        bill_to_id=first.bill_to_id,
        currency=first.currency,
        order_ids=_distinct(owed.order_id for owed in members),
        net_minor=sum(owed.net_minor for owed in members),
        taxes=tuple(taxes),
        frozen_tax_minor=sum(owed.tax_minor for owed in members),
        open_minor=sum(owed.net_minor for owed in members) + sum(shares),
        issued_at=issued_at,
        issue_date=business_date(issued_at, zones[first.legal_entity_id]),
        source_ref=f"obligation:{first.id}",
        terms_days=first.terms_days,
    )
    rows = [
        (new_id(), owed.id, document.id, position, share)
        for position, (owed, share) in enumerate(zip(members, shares, strict=True), start=1)
    ]
    return document, rows


def _distinct(ids: Any) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(row_id for row_id in ids if row_id is not None))


def _exposure_moves(documents: Sequence[Document]) -> dict[ExposureKey, tuple[int, int]]:
    """What was held for the orders, with the tax frozen then, becomes what is open of the invoices."""
    moves: dict[ExposureKey, tuple[int, int]] = {}
    for document in documents:
        orders, invoices = moves.get(document.exposure_key, (0, 0))
        held = document.net_minor + document.frozen_tax_minor
        moves[document.exposure_key] = (orders - held, invoices + document.gross_minor)
    return moves


def _issued(document: Document, number: str, rows: Sequence[Any], members: Sequence[Owed]) -> IssuedInvoice:
    return IssuedInvoice(
        id=document.id,
        number=number,
        legal_entity_id=document.legal_entity_id,
        customer_id=document.customer_id,
        currency=document.currency,
        order_ids=document.order_ids,
        shipment_ids=_distinct(owed.shipment_id for owed in members),
        net_minor=document.net_minor,
        tax_minor=document.tax_minor,
        gross_minor=document.gross_minor,
        tax_difference_minor=document.tax_minor - document.frozen_tax_minor,
        issue_date=document.issue_date,
        due_date=document.due_date,
        issued_at=document.issued_at,
        obligations=len(rows),
    )
