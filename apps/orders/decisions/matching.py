"""Matching what came back to what was sold. Pure: the same lines and candidates always give the same answer.

A return line is matched whole or not at all, so that every line has one home. Candidates are lines already invoiced by the same
legal entity to the same customer in the same currency for the same product. Preference: the same price first, then the most
recent sale (the usual reading of "the last one bought is the one brought back"). A line may be spread over several sales when no
single one is enough.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

NEVER_SOLD = "never_sold_to_customer"
ALREADY_CREDITED = "already_credited"
PRICE_ABOVE_SOLD = "price_above_sold"


class Sale(NamedTuple):
    """Who sold what to whom, in which currency: what a return and its sale have in common."""

    legal_entity_id: UUID
    customer_id: UUID | None
    currency: str
    product_id: UUID


@dataclass(slots=True)
class Candidate:
    """A sold line with what is left of it to credit."""

    invoice_line_id: UUID
    invoice_id: UUID
    unit_price: Decimal
    left: Decimal
    sold_at: datetime


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """A line that came back; `unit_price` is what the document credits per unit."""

    line_id: UUID
    sale: Sale
    quantity: Decimal
    unit_price: Decimal
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Match:
    """A quantity of a return line credited against one sold line; `at_sold_price` when both prices are the same."""

    line_id: UUID
    invoice_line_id: UUID
    invoice_id: UUID
    quantity: Decimal
    at_sold_price: bool


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A return line that cannot be credited, with the typed reason."""

    line_id: UUID
    code: str
    detail: str


def match_returns(
    lines: Sequence[ReturnFacts], sold: Mapping[Sale, Sequence[Candidate]]
) -> tuple[list[Match], list[Unmatched]]:
    """Match lines in their order; what one line takes, the next no longer finds.

    `sold` holds the candidates of each sale. Returns the matches and the lines that found none, with the reason.
    """
    left: MutableMapping[UUID, Decimal] = {
        candidate.invoice_line_id: candidate.left for candidates in sold.values() for candidate in candidates
    }
    matches: list[Match] = []
    unmatched: list[Unmatched] = []
    for line in lines:
        candidates = [item for item in sold.get(line.sale, ()) if item.sold_at <= line.occurred_at]
        taken = _take(line, candidates, left)
        if taken:
            matches.extend(taken)
        else:
            unmatched.append(_reason(line, candidates, left))
    return matches, unmatched


def _take(line: ReturnFacts, candidates: Sequence[Candidate], left: MutableMapping[UUID, Decimal]) -> list[Match]:
    """Return the sold quantities that cover the whole line, or nothing; only what is used is taken off `left`."""
    usable = [item for item in candidates if left[item.invoice_line_id] > 0 and item.unit_price >= line.unit_price]
    usable.sort(key=lambda item: (item.unit_price != line.unit_price, -item.sold_at.timestamp(), item.invoice_line_id))
    whole = [item for item in usable if left[item.invoice_line_id] >= line.quantity]
    if whole:
        best = whole[0]
        left[best.invoice_line_id] -= line.quantity
        return [_match(line, best, line.quantity)]
    return _spread(line, usable, left)


def _spread(line: ReturnFacts, usable: Sequence[Candidate], left: MutableMapping[UUID, Decimal]) -> list[Match]:
    missing = line.quantity
    matches = []
    for item in usable:
        part = min(missing, left[item.invoice_line_id])
        matches.append(_match(line, item, part))
        missing -= part
        if not missing:
            break
    if missing:
        return []
    for match in matches:
        left[match.invoice_line_id] -= match.quantity
    return matches


def _match(line: ReturnFacts, item: Candidate, quantity: Decimal) -> Match:
    return Match(
        line.line_id, item.invoice_line_id, item.invoice_id, quantity, at_sold_price=item.unit_price == line.unit_price
    )


def _reason(line: ReturnFacts, candidates: Sequence[Candidate], left: Mapping[UUID, Decimal]) -> Unmatched:
    if not candidates:
        return Unmatched(line.line_id, NEVER_SOLD, "No earlier invoice line of this customer has this product.")
    if sum(left[item.invoice_line_id] for item in candidates) < line.quantity:
        return Unmatched(line.line_id, ALREADY_CREDITED, "Less than this quantity was sold and is not yet credited.")
    return Unmatched(line.line_id, PRICE_ABOVE_SOLD, "The credited price is above every price at which it was sold.")
