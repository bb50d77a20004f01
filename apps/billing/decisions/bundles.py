"""Which obligations belong on the same invoice."""

from functools import lru_cache
from hashlib import blake2b
from typing import Final
from uuid import UUID

from apps.billing.decisions.facts import ObligationDraft

# What a bundle is to people: one shipment, or a customer's day whose deliveries are collected on one invoice.
SHIPMENT: Final = "shipment"
COLLECTED_DAY: Final = "collected_day"


def bundle_id(draft: ObligationDraft) -> UUID:
    """Return the name of the bundle: one shipment, or one customer's business day, never across parties, currencies or terms.

    An obligation per shipment that names no shipment (a charge, a milestone) is a bundle of its own.
    """
    by_day = draft.invoicing == "per_day"
    occasion = draft.business_date.isoformat() if by_day else str(draft.shipment_id or draft.source_ref)
    return _named(
        draft.invoicing,
        draft.legal_entity_id,
        draft.customer_id,
        draft.bill_to_id,
        draft.currency,
        draft.terms_days,
        occasion,
    )


@lru_cache(maxsize=10_000)
def _named(*parts: object) -> UUID:
    """Return the name that these parts always have; the lines of a shipment share it."""
    return UUID(bytes=blake2b("|".join(map(str, parts)).encode(), digest_size=16).digest())
