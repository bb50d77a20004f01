"""Credit notes: parts of invoice lines are taken back, guarded by the line's own counters."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.decisions.credits import CreditAmount, CreditRefused, credit_amount
from apps.billing.decisions.facts import CreditOutcome, CreditRequest, IssuedCredit, Refusal
from apps.billing.events import documents_issued
from apps.billing.selectors.credits import issued_credits, note_ref
from apps.billing.services.credit_notes import InvoicedLine, LineCredit, NotePlan, credit_note, read_lines, write_lines
from apps.billing.services.drafting import draft_documents, prepare_posting
from apps.billing.services.numbering import issue_documents
from apps.billing.services.open_items import OpenItem, lock_documents
from apps.billing.services.settling import prepare_parts, settle, settlement_events
from apps.ledger.contract import Prepared, write_entries
from apps.masterdata.contract import entities_by_id
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError
from ordercash.kernel.transactions import joins

LONGEST_SOURCE: Final = 140  # the credit note adds its invoice's id to it

_COUNT: Final = """
    UPDATE billing_invoiceline AS l
       SET credited_quantity = l.credited_quantity + c.quantity, credited_minor = l.credited_minor + c.net_minor
      FROM unnest(%s::uuid[], %s::numeric[], %s::bigint[]) AS c(id, quantity, net_minor)
     WHERE l.id = c.id AND l.credited_quantity + c.quantity <= l.quantity AND l.credited_minor + c.net_minor <= l.net_minor"""


@joins
def credit_lines(requests: Sequence[CreditRequest], *, issued_at: datetime, actor: Actor) -> CreditOutcome:
    """Take back parts of invoice lines: one credit note per source and invoice, used for the invoice's open amount first.

    What is over stays open on the credit note as the customer's credit. The requests of one source stand or fall together; a source that
    asks for more than is left of a line is refused alone, and one that was credited before returns what it made then. The tax of partial
    credits is rounded cumulatively, so that any sequence of them sums to the line. What the ledger cannot post (no rate, no account, no
    rule, a closed period) is refused alone as well. At most seventeen statements, a few more when something cannot be posted.
    """
    sources = _by_source(requests)
    line_ids = {request.invoice_line_id for request in requests}
    items = lock_documents(line_ids=line_ids) if requests else {}
    lines = read_lines(line_ids)
    known = issued_credits(
        [note_ref(r.source_ref, lines[r.invoice_line_id].invoice_id) for r in requests if r.invoice_line_id in lines]
    )
    done = {note.source_ref for note in known}
    fresh = {source: members for source, members in sources.items() if source not in done}
    plans, refused = _plan(fresh, dict(lines), items, issued_at)
    entries, unpostable = _unpostable(plans)
    stuck: dict[str, DomainError] = {}
    while unpostable:
        # What they took of lines and invoices is there again for the others.
        stuck |= unpostable
        rest = {source: members for source, members in fresh.items() if source not in stuck}
        plans, refused = _plan(rest, dict(lines), lock_documents(items), issued_at)
        entries, unpostable = _unpostable(plans)
    refused += [Refusal.by(source, error) for source, error in stuck.items()]
    return CreditOutcome((*known, *_issue(plans, entries, actor)), tuple(refused))


def _unpostable(plans: Sequence[NotePlan]) -> tuple[Prepared, dict[str, DomainError]]:
    """Return the entries of the credit notes, and by source why one of its notes cannot be posted."""
    entries, refused = prepare_posting([plan.document for plan in plans])
    return entries, {plan.source_ref: refused[plan.document.id] for plan in plans if plan.document.id in refused}


def _by_source(requests: Sequence[CreditRequest]) -> dict[str, list[CreditRequest]]:
    sources: dict[str, list[CreditRequest]] = defaultdict(list)
    for request in requests:
        sources[request.source_ref].append(request)
    return sources


def _plan(
    sources: Mapping[str, Sequence[CreditRequest]],
    lines: dict[UUID, InvoicedLine],
    items: Mapping[UUID, OpenItem],
    issued_at: datetime,
) -> tuple[list[NotePlan], list[Refusal]]:
    plans, refused = [], []
    for source, members in sources.items():
        trial = dict(lines)
        try:
            _check_source(source)
            credits = [_credit_one(request, trial, items) for request in members]
        except CreditRefused as refusal:
            refused.append(Refusal(source, refusal.code, refusal.detail))
            continue
        lines.update(trial)
        plans += _notes(source, members, credits, items, issued_at)
    return plans, refused


def _check_source(source: str) -> None:
    if not 1 <= len(source) <= LONGEST_SOURCE:
        raise CreditRefused(f"A source has 1 to {LONGEST_SOURCE} characters.")


def _credit_one(request: CreditRequest, lines: dict[UUID, InvoicedLine], items: Mapping[UUID, OpenItem]) -> LineCredit:
    """Decide one request on the line as the batch has left it so far, and count it there."""
    line = lines.get(request.invoice_line_id)
    if line is None or items[line.invoice_id].kind != "invoice":
        raise CreditRefused("There is no such line on an issued invoice.")
    amount = credit_amount(line.creditable, request.quantity, request.net_minor)
    counted = replace(
        line.creditable,
        credited_quantity=line.creditable.credited_quantity + amount.quantity,
        credited_minor=line.creditable.credited_minor + amount.net_minor,
    )
    lines[line.id] = replace(line, creditable=counted)
    return LineCredit(line, line.creditable, amount, by_quantity=request.net_minor is None)


def _notes(
    source: str,
    requests: Sequence[CreditRequest],
    credits: Sequence[LineCredit],
    items: Mapping[UUID, OpenItem],
    issued_at: datetime,
) -> list[NotePlan]:
    """Return a credit note per invoice that the source's lines are on; the open amount of the invoice is lowered in memory."""
    moment = next((request.issued_at for request in requests if request.issued_at), issued_at)
    reason = next((request.reason for request in requests if request.reason), "")
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    invoices: dict[UUID, list[LineCredit]] = defaultdict(list)
    for credit in credits:
        invoices[credit.line.invoice_id].append(credit)
    return [
        credit_note(source, items[invoice_id], members, max(moment, items[invoice_id].issued_at), reason, zones)
        for invoice_id, members in invoices.items()
    ]


def _issue(plans: Sequence[NotePlan], entries: Prepared, actor: Actor) -> tuple[IssuedCredit, ...]:
    if not plans:
        return ()
    documents = [plan.document for plan in plans]
    _count([credit for plan in plans for credit in plan.lines])
    draft_documents(documents)
    write_lines(plans)
    write_entries(entries)
    parts = [part for plan in plans for part in plan.parts]
    settle(parts, prepare_parts(parts)[0])
    numbers = issue_documents(documents)
    record_events([*documents_issued(documents, numbers, actor=actor), *settlement_events(parts, actor)])
    return tuple(plan.issued(numbers[plan.document.id]) for plan in plans)


def _count(credits: Sequence[LineCredit]) -> None:
    totals: dict[UUID, CreditAmount] = {}
    for credit in credits:
        before = totals.get(credit.line.id, CreditAmount(credit.amount.quantity * 0, 0, 0))
        totals[credit.line.id] = CreditAmount(
            before.quantity + credit.amount.quantity, before.net_minor + credit.amount.net_minor, 0
        )
    rows: list[tuple[Any, ...]] = [(line_id, total.quantity, total.net_minor) for line_id, total in totals.items()]
    if sql.run(_COUNT, sql.columns_of(rows, 3)) != len(rows):
        raise CreditRefused("A line was credited meanwhile.")
