"""Returns and cancellations of what was sold: matched to invoice lines, credited and restocked, or held as a case."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.contract import (
    DELIVERY_REASONS,
    CreditOutcome,
    CreditRequest,
    Refusal,
    SoldLine,
    credit_lines,
    sold_lines,
)
from apps.exceptions.contract import CaseDraft, ReasonDraft, open_cases
from apps.inventory.contract import ReturnItem, receive_returns, unpostable_returns
from apps.ledger.contract import is_closed
from apps.masterdata.contract import entities_by_id
from apps.orders.decisions.matching import (
    ALREADY_CREDITED,
    Candidate,
    Match,
    ReturnFacts,
    Sale,
    Unmatched,
    match_returns,
)
from apps.orders.events import RETURN_CREDITED, RETURN_HELD
from apps.orders.services.bill import close_in
from apps.orders.states import RETURN_ANNOUNCED
from apps.orders.states import RETURN_CREDITED as CREDITED
from apps.orders.states import RETURN_HELD as HELD
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.events import Event
from ordercash.kernel.ids import new_id
from ordercash.kernel.money import line_net_minor
from ordercash.kernel.transactions import joins, writes


@dataclass(slots=True)
class ReturnLineDraft:
    """A line given back; `hold_code` names why it must go to a person at once. `net_minor` None: quantity x price."""

    line_no: int
    product_id: UUID | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    occurred_at: datetime
    row_number: int | None = None
    hold_code: str = ""
    id: UUID = field(default_factory=new_id)
    net_minor: int | None = None


@dataclass(slots=True)
class ReturnDraft:
    """A document that gives goods or money back."""

    source_ref: str
    number: str
    legal_entity_id: UUID
    customer_id: UUID | None
    currency: str
    reason: str
    occurred_at: datetime
    lines: Sequence[ReturnLineDraft]
    document_id: UUID | None = None
    id: UUID = field(default_factory=new_id)


class _Waiting(NamedTuple):
    """An announced return line with the header that it belongs to."""

    line_id: UUID
    request_id: UUID
    product_id: UUID
    quantity: Decimal
    unit_price: Decimal
    net_minor: int
    occurred_at: datetime
    number: str
    legal_entity_id: UUID
    customer_id: UUID | None
    currency: str
    reason: str


_REQUESTS = {
    "id": "uuid",
    "legal_entity_id": "uuid",
    "customer_id": "uuid",
    "number": "varchar",
    "source_ref": "varchar",
    "reason": "varchar",
    "currency": "varchar",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "intake_document_id": "uuid",
}
_LINES = {
    "id": "uuid",
    "request_id": "uuid",
    "line_no": "int4",
    "product_id": "uuid",
    "description": "varchar",
    "quantity": "numeric",
    "unit_price": "numeric",
    "net_minor": "int8",
    "occurred_at": "timestamptz",
    "state": "varchar",
    "hold_code": "varchar",
    "intake_row": "int4",
}
_EXISTING = "SELECT source_ref, id FROM orders_returnrequest WHERE source_ref = ANY(%s::text[])"
_WAITING = """
SELECT l.id, l.request_id, l.product_id, l.quantity, l.unit_price, l.net_minor, l.occurred_at,
       r.number, r.legal_entity_id, r.customer_id, r.currency, r.reason
  FROM orders_returnline l JOIN orders_returnrequest r ON r.id = l.request_id
 WHERE l.state = 'announced' AND l.occurred_at < %s
 ORDER BY l.occurred_at, l.id LIMIT %s FOR UPDATE OF l SKIP LOCKED
"""
_DECIDE = """
UPDATE orders_returnline l SET state = d.state, hold_code = d.code, net_minor = d.net_minor
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[]) AS d(id, state, code, net_minor) WHERE l.id = d.id
"""


def existing_returns(source_refs: Sequence[str]) -> dict[str, UUID]:
    """Return the returns among these references that are kept already, by reference."""
    return dict(sql.fetch(_EXISTING, [list(source_refs)])) if source_refs else {}  # type: ignore[arg-type]


@joins
def keep_credited(draft: ReturnDraft, *, now: datetime) -> None:
    """Keep a return that is credited in this very transaction."""
    sql.insert_rows("orders_returnrequest", _REQUESTS, [_request_row(draft, now)])
    sql.insert_rows("orders_returnline", _LINES, [_line_row(draft, line, CREDITED) for line in draft.lines])


@joins
def announce_returns(drafts: Sequence[ReturnDraft], *, now: datetime) -> dict[str, UUID]:
    """Keep returns to be processed at their own time; repeating a source_ref keeps nothing twice. Ids by reference."""
    known = existing_returns([draft.source_ref for draft in drafts])
    new = [draft for draft in drafts if draft.source_ref not in known]
    sql.insert_rows("orders_returnrequest", _REQUESTS, [_request_row(draft, now) for draft in new])
    sql.insert_rows("orders_returnline", _LINES, [_line_row(draft, line) for draft in new for line in draft.lines])
    _open_cases(
        [
            (
                draft.id,
                draft.number,
                draft.legal_entity_id,
                draft.currency,
                line.line_no,
                line.hold_code,
                "",
                _net(draft, line),
            )
            for draft in new
            for line in draft.lines
            if line.hold_code
        ],
        now=now,
    )
    return {**known, **{draft.source_ref: draft.id for draft in new}}


@writes
def process_returns(*, until: datetime, limit: int, actor: Actor, now: datetime) -> int:
    """Credit or hold announced return lines of before `until`, oldest first; returns how many were decided.

    Call again while something comes back. Crediting takes legal numbers, so it stands last in the transaction. What came back in a
    period that was closed meanwhile is credited as of `now`.
    """
    waiting = [_in_open_period(_Waiting(*row), now) for row in sql.fetch(_WAITING, [until, limit])]
    if not waiting:
        return 0
    pairs = {(line.customer_id, line.product_id) for line in waiting if line.customer_id}
    sold = sold_lines(sorted(pairs), before_at=until)
    by_id = {line.invoice_line_id: line for line in sold}
    matches, unmatched = match_returns([_facts(line) for line in waiting], _candidates(sold))
    lines = {line.line_id: line for line in waiting}
    matches, not_taken = _takeable(matches, lines)
    outcome = _credit(matches, lines, actor=actor)
    refused = {UUID(item.source_ref.removeprefix("return_line:")): item for item in outcome.refused}
    matches = [match for match in matches if match.line_id not in refused]
    unmatched += [*not_taken, *(Unmatched(line_id, _code(item), item.detail) for line_id, item in refused.items())]
    _restock(matches, by_id, lines, actor=actor)
    _write(waiting, unmatched, outcome, actor=actor, now=now)
    close_in({order_id for credit in outcome.issued for order_id in credit.order_ids}, actor=actor, now=until)
    return len(waiting)


def _in_open_period(line: _Waiting, now: datetime) -> _Waiting:
    """Return the line as of today when its day lies in a period that was closed meanwhile, so that nobody waits for it."""
    day = business_date(line.occurred_at, entities_by_id()[line.legal_entity_id].time_zone)
    return line._replace(occurred_at=now) if is_closed(line.legal_entity_id, day) else line


def _takeable(matches: Sequence[Match], lines: Mapping[UUID, _Waiting]) -> tuple[list[Match], list[Unmatched]]:
    """Part the matches whose goods the ledger can take back from those it cannot; asked before any of them is credited."""
    moments = {str(m.line_id): (lines[m.line_id].legal_entity_id, lines[m.line_id].occurred_at) for m in matches}
    errors = {UUID(line_id): error for line_id, error in unpostable_returns(moments).items()}
    held = [Unmatched(line_id, error.code, error.detail) for line_id, error in errors.items()]
    return [match for match in matches if match.line_id not in errors], held


def _code(refusal: Refusal) -> str:
    """Say why a credit was refused: the ledger's reason, or that nothing is left of what was sold."""
    return refusal.code if refusal.code in DELIVERY_REASONS else ALREADY_CREDITED


def _facts(line: _Waiting) -> ReturnFacts:
    sale = Sale(line.legal_entity_id, line.customer_id, line.currency, line.product_id)
    return ReturnFacts(line.line_id, sale, line.quantity, line.unit_price, line.occurred_at)


def _candidates(sold: Sequence[SoldLine]) -> Mapping[Sale, Sequence[Candidate]]:
    found: defaultdict[Sale, list[Candidate]] = defaultdict(list)
    for line in sold:
        if line.product_id is not None:
            left = line.quantity - line.credited_quantity
            found[Sale(line.legal_entity_id, line.customer_id, line.currency, line.product_id)].append(
                Candidate(line.invoice_line_id, line.invoice_id, line.unit_price, left, line.issued_at)
            )
    return found


def _credit(matches: Sequence[Match], lines: Mapping[UUID, _Waiting], *, actor: Actor) -> CreditOutcome:
    """Credit each line: at the sold price its share of what was sold, so that parts sum to the sale; below it the document's amount."""
    requests = []
    for match in matches:
        line = lines[match.line_id]
        net_minor = None
        if not match.at_sold_price:
            net_minor = line_net_minor(match.quantity, line.unit_price, line.currency)
        source_ref = f"return_line:{match.line_id}"
        requests.append(CreditRequest(source_ref, match.invoice_line_id, match.quantity, net_minor, line.reason))
    if not requests:
        return CreditOutcome()
    issued_at = max(line.occurred_at for line in lines.values())
    return credit_lines(requests, issued_at=issued_at, actor=actor)


def _restock(
    matches: Sequence[Match], sold: Mapping[UUID, SoldLine], lines: Mapping[UUID, _Waiting], *, actor: Actor
) -> None:
    """Take the goods back into the stock that they came from; lines that never left a warehouse have nothing to restock."""
    receive_returns(
        [
            ReturnItem(
                shipment_line_id=UUID(sold[match.invoice_line_id].source_ref.removeprefix("shipment_line:")),
                quantity=match.quantity,
                restock=True,
                source_ref=f"return_line:{match.line_id}:{match.invoice_line_id}",
                occurred_at=lines[match.line_id].occurred_at,
            )
            for match in matches
            if sold[match.invoice_line_id].source_ref.startswith("shipment_line:")
        ],
        actor=actor,
    )


def _write(
    waiting: Sequence[_Waiting], unmatched: Sequence[Unmatched], outcome: CreditOutcome, *, actor: Actor, now: datetime
) -> None:
    held, given = {item.line_id: item for item in unmatched}, _credited(outcome)
    waiting = [line._replace(net_minor=given.get(line.line_id, line.net_minor)) for line in waiting]
    rows = [
        (
            line.line_id,
            HELD if line.line_id in held else CREDITED,
            held[line.line_id].code if line.line_id in held else "",
            line.net_minor,
        )
        for line in waiting
    ]
    sql.run(_DECIDE, sql.columns_of(rows, 4))
    lines = {line.line_id: line for line in waiting}
    _open_cases(
        [
            (
                lines[item.line_id].request_id,
                lines[item.line_id].number,
                lines[item.line_id].legal_entity_id,
                lines[item.line_id].currency,
                str(item.line_id),
                item.code,
                item.detail,
                lines[item.line_id].net_minor,
            )
            for item in unmatched
        ],
        now=now,
    )
    record_events([_event(line, held, outcome, actor) for line in waiting])


def _credited(outcome: CreditOutcome) -> dict[UUID, int]:
    """Return what the credit notes gave, net, by return line."""
    given: defaultdict[UUID, int] = defaultdict(int)
    for credit in outcome.issued:
        given[UUID(credit.source_ref.removeprefix("return_line:"))] += credit.net_minor
    return given


def _open_cases(held: Sequence[tuple[UUID, str, UUID, str, Any, str, str, int]], *, now: datetime) -> None:
    """Open one case per return with a typed reason per held line."""
    grouped: dict[UUID, list[tuple[UUID, str, UUID, str, Any, str, str, int]]] = {}
    for item in held:
        grouped.setdefault(item[0], []).append(item)
    open_cases(
        [
            CaseDraft(
                subject_kind="return",
                subject_id=request_id,
                title=f"Return {items[0][1]} cannot be credited",
                legal_entity_id=items[0][2],
                currency=items[0][3],
                money_at_risk_minor=sum(abs(item[7]) for item in items),
                reasons=[ReasonDraft(code=item[5], detail={"line": item[4], "detail": item[6]}) for item in items],
                opened_at=now,
            )
            for request_id, items in grouped.items()
        ]
    )


def _event(line: _Waiting, held: Mapping[UUID, Unmatched], outcome: CreditOutcome, actor: Actor) -> Event:
    is_held = line.line_id in held
    order_id = next(
        (
            order_id
            for credit in outcome.issued
            if credit.source_ref.endswith(str(line.line_id))
            for order_id in credit.order_ids
        ),
        None,
    )
    return Event(
        name=RETURN_HELD if is_held else RETURN_CREDITED,
        version=1,
        aggregate="return",
        aggregate_id=line.request_id,
        payload={"line": str(line.line_id), "net_minor": line.net_minor, "currency": line.currency}
        | ({"code": held[line.line_id].code} if is_held else {}),
        occurred_at=line.occurred_at,
        actor_id=actor.id,
        legal_entity_id=line.legal_entity_id,
        related={"order": order_id} if order_id else {},
    )


def _net(draft: ReturnDraft, line: ReturnLineDraft) -> int:
    return line_net_minor(line.quantity, line.unit_price, draft.currency) if line.net_minor is None else line.net_minor


def _request_row(draft: ReturnDraft, now: datetime) -> tuple[Any, ...]:
    return (
        draft.id,
        draft.legal_entity_id,
        draft.customer_id,
        draft.number,
        draft.source_ref,
        draft.reason,
        draft.currency,
        draft.occurred_at,
        now,
        draft.document_id,
    )


def _line_row(draft: ReturnDraft, line: ReturnLineDraft, state: str = RETURN_ANNOUNCED) -> tuple[Any, ...]:
    return (
        line.id,
        draft.id,
        line.line_no,
        line.product_id,
        line.description,
        line.quantity,
        line.unit_price,
        _net(draft, line),
        line.occurred_at,
        HELD if line.hold_code else state,
        line.hold_code,
        line.row_number,
    )
