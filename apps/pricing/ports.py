"""What pricing needs of billing, which it does not know: the lines that were invoiced, and credit notes for what was earned.

`ordercash.wiring` connects it. Shapes are plain facts; amounts are minor units and never negative.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from ordercash.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class RebateLine:
    """A line of an issued invoice, or of a credit note that takes a part of one back (`credits_line_id`)."""

    id: UUID
    document_id: UUID
    credits_line_id: UUID | None
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    product_id: UUID | None
    quantity: Decimal
    net_minor: int
    tax_category: str
    tax_rate: Decimal
    tax_reason: str
    occurred_at: datetime
    business_date: date

    @property
    def is_credit(self) -> bool:
        return self.credits_line_id is not None


@dataclass(frozen=True, slots=True)
class LinesChunk:
    """Some of the lines; `last_id` is where the next chunk begins, None after the last."""

    lines: Sequence[RebateLine]
    last_id: UUID | None


@dataclass(frozen=True, slots=True)
class NotePart:
    """What is credited at one tax category and rate."""

    description: str
    net_minor: int
    tax_category: str
    tax_rate: Decimal
    tax_reason: str


@dataclass(frozen=True, slots=True)
class WantedNote:
    """A credit note that settles a customer's rebate; `source_ref` makes it once."""

    source_ref: str
    agreement_id: UUID
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    parts: Sequence[NotePart]
    reason: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedNote:
    """A credit note that was issued."""

    source_ref: str
    document_id: UUID
    number: str
    net_minor: int
    gross_minor: int


@dataclass(frozen=True, slots=True)
class RefusedNote:
    """A credit note that cannot be issued, and why."""

    source_ref: str
    code: str
    detail: str


class RebateBilling(Protocol):
    """Billing, as rebates see it."""

    def credit(
        self, notes: Sequence[WantedNote], *, actor: Actor
    ) -> tuple[Sequence[IssuedNote], Sequence[RefusedNote]]:
        """Issue credit notes in the caller's transaction, as its last step; repeating returns the same ones."""

    def lines(
        self,
        customer_ids: Sequence[UUID],
        *,
        legal_entity_id: UUID,
        currency: str,
        from_date: date,
        until_date: date | None,
        after: UUID | None,
    ) -> LinesChunk:
        """Return invoice lines of business days [from_date, until_date) with every credit of them."""


class NotConnected(RuntimeError):
    """Nobody connected billing; a mistake in wiring."""


_connected: list[RebateBilling] = []


def connect_billing(billing: RebateBilling) -> None:
    """Say who issues credit notes and knows what was invoiced; called once when the parts are put together."""
    _connected[:] = [billing]


def billing() -> RebateBilling:
    """Return what was connected."""
    if not _connected:
        raise NotConnected("Rebates need billing; ordercash.wiring connects it.")
    return _connected[0]
