"""The prices in force, and the pricing of whole batches."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from apps.pricing.decisions.access import ACCESS_KIND, AccessSequence
from apps.pricing.decisions.price import Candidate, Priced, decide_price
from apps.pricing.decisions.replay import LineFacts, Texts, texts_of
from apps.rulebooks.contract import rulebook_in_force
from ordercash.kernel.sql import fetch


class PriceRequest(NamedTuple):
    """One line to be priced. `product_id` None is a product that nobody knows: only an agreed price can be found for it."""

    customer_group_id: UUID | None
    legal_entity_id: UUID
    currency: str
    product_id: UUID | None
    quantity: Decimal
    at: datetime
    agreed_price: Decimal | None


@dataclass(frozen=True, slots=True)
class PricedLines:
    """The answers in the order of the requests. `version_sha256` is the access sequence that decided the first of them."""

    version_sha256: bytes
    lines: list[Priced]
    _requests: Sequence[PriceRequest]
    _candidates: Sequence[Sequence[Candidate]]
    _versions: Sequence[bytes]

    def version_of(self, index: int) -> bytes:
        """Return the SHA-256 of the access sequence that decided one line; lines of one order share it."""
        return self._versions[index]

    def decision(self, indexes: Sequence[int]) -> Texts:
        """Return the decision about the lines of one order (same customer, legal entity, currency and instant) as texts."""
        first = self._requests[indexes[0]]
        shared = {
            "at": first.at.isoformat(),
            "currency": first.currency,
            "customer_group": _text(first.customer_group_id),
            "legal_entity": str(first.legal_entity_id),
        }
        facts = (self._facts(index) for index in indexes)
        return texts_of(shared, facts, [self.lines[index] for index in indexes])

    def _facts(self, index: int) -> LineFacts:
        request = self._requests[index]
        return LineFacts(str(request.product_id or ""), request.quantity, request.agreed_price, self._candidates[index])


@dataclass(frozen=True, slots=True)
class _Record:
    valid_from_at: datetime
    valid_until_at: datetime | None
    candidate: Candidate


_Shelf = defaultdict[tuple[UUID, str], list[_Record]]


def price_lines(requests: Sequence[PriceRequest]) -> PricedLines:
    """Price a batch of lines with one statement, none when every price is agreed.

    Raises NoRulebookInForce when no access sequence is active at a line's instant.
    """
    sequences = _sequences(requests)
    shelf = _read_prices(requests)
    lines: list[Priced] = []
    candidates: list[Sequence[Candidate]] = []
    versions: list[bytes] = []
    for request in requests:
        group_id, entity_id, currency, product_id, quantity, at, agreed = request
        sha256, sequence = sequences[entity_id, at]
        group, entity = _text(group_id), str(entity_id)
        known = (
            () if agreed is not None or product_id is None else _fitting(shelf[product_id, currency], group, entity, at)
        )
        lines.append(decide_price(sequence, currency, group, entity, quantity, agreed, known))
        candidates.append(known)
        versions.append(sha256)
    return PricedLines(versions[0] if versions else b"", lines, requests, candidates, versions)


def _sequences(requests: Iterable[PriceRequest]) -> dict[tuple[UUID, datetime], tuple[bytes, AccessSequence]]:
    found = {}
    for entity_id, at in {(request.legal_entity_id, request.at) for request in requests}:
        in_force = rulebook_in_force(ACCESS_KIND, at=at, legal_entity_id=entity_id)
        found[entity_id, at] = (in_force.sha256, in_force.document)
    return found


def _read_prices(requests: Iterable[PriceRequest]) -> _Shelf:
    """Return the records of the wanted products and currencies that are valid at some instant of the batch."""
    wanted = [request for request in requests if request.agreed_price is None and request.product_id is not None]
    if not wanted:
        return defaultdict(list)
    instants = [request.at for request in wanted]
    rows = fetch(
        "SELECT r.product_id, l.currency, greatest(r.valid_from_at, l.valid_from_at), least(r.valid_until_at, l.valid_until_at),"
        " l.code, r.id::text, l.customer_group_id::text, l.legal_entity_id::text, l.priority, trim_scale(r.min_quantity),"
        " trim_scale(CASE WHEN r.per = 1 THEN r.unit_price ELSE round(r.unit_price / r.per, 6) END)"
        " FROM pricing_pricerecord r JOIN pricing_pricelist l ON l.id = r.price_list_id"
        " WHERE r.product_id = ANY(%s::uuid[]) AND l.currency = ANY(%s::text[])"
        " AND r.valid_from_at <= %s AND (r.valid_until_at IS NULL OR r.valid_until_at > %s)"
        " AND l.valid_from_at <= %s AND (l.valid_until_at IS NULL OR l.valid_until_at > %s)"
        " AND r.unit = '' AND l.customer_id IS NULL AND l.zone_country = ''"
        " ORDER BY l.code, r.min_quantity, r.id",
        [
            list({request.product_id for request in wanted}),
            list({request.currency for request in wanted}),
            *(max(instants), min(instants)) * 2,
        ],
    )
    shelf: _Shelf = defaultdict(list)
    for product_id, currency, from_at, until_at, *values in rows:
        shelf[product_id, currency].append(_Record(from_at, until_at, Candidate(*values)))
    return shelf


def _fitting(records: Sequence[_Record], group: str | None, entity: str, at: datetime) -> Sequence[Candidate]:
    """Return what the decision chooses from: valid at the instant, on lists that this customer and legal entity may use."""
    return [
        record.candidate
        for record in records
        if record.valid_from_at <= at
        and (record.valid_until_at is None or at < record.valid_until_at)
        and record.candidate.group in (None, group)
        and record.candidate.entity in (None, entity)
    ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
