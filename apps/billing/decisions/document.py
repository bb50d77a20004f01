"""A document on its way to be issued: everything that is printed on it but its number."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from apps.billing.decisions.facts import ExposureKey
from apps.billing.decisions.taxes import TaxTotal

INVOICE: Final = "invoice"
CREDIT_NOTE: Final = "credit_note"
SERIES: Final = {INVOICE: "INV", CREDIT_NOTE: "CN"}


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit note in minor units of its currency. `issue_date` is the business day of `issued_at` at the legal entity."""

    id: UUID
    kind: str
    legal_entity_id: UUID
    customer_id: UUID
    bill_to_id: UUID | None
    currency: str
    order_ids: tuple[UUID, ...]
    net_minor: int
    taxes: tuple[TaxTotal, ...]
    frozen_tax_minor: int
    open_minor: int
    issued_at: datetime
    issue_date: date
    source_ref: str
    terms_days: int = 0
    credits_id: UUID | None = None
    reason: str = ""
    posted_as: str = ""
    about_kind: str = ""
    about_id: UUID | None = None

    @property
    def series(self) -> str:
        return SERIES[self.kind]

    @property
    def tax_minor(self) -> int:
        return sum(tax.tax_minor for tax in self.taxes)

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor

    @property
    def due_date(self) -> date:
        return self.issue_date + timedelta(days=self.terms_days)

    @property
    def order_id(self) -> UUID | None:
        return self.order_ids[0] if len(self.order_ids) == 1 else None

    @property
    def exposure_key(self) -> ExposureKey:
        return ExposureKey(self.legal_entity_id, self.customer_id, self.currency)

    @property
    def series_key(self) -> tuple[UUID, str, int]:
        return self.legal_entity_id, self.series, self.issue_date.year


def standing(*, kind: str, state: str, gross_minor: int, open_minor: int) -> str:
    """Return a document's state as a person asks for it: part of an open one may be paid, or used.

    >>> standing(kind="invoice", state="issued", gross_minor=1190, open_minor=190)
    'partly_paid'
    """
    if state != "issued" or open_minor == gross_minor:
        return state
    return "partly_used" if kind == CREDIT_NOTE else "partly_paid"


def legal_number(series: str, year: int, serial: int) -> str:
    """Return the printed number of a document.

    >>> legal_number("INV", 2026, 17)
    'INV-2026-000017'
    """
    return f"{series}-{year}-{serial:06d}"
