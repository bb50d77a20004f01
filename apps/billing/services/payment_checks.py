"""What makes a payment unusable: refused alone, before anything is written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.billing.decisions.facts import PaymentDraft, Refusal
from apps.masterdata.contract import currencies, customers_by_id, entities_by_id
from ordercash.kernel import money

SOURCE_REF_LENGTH = 150  # a settlement adds the invoice's id to it


@dataclass(frozen=True, slots=True)
class _Known:
    customers: Collection[UUID]
    entities: Collection[UUID]
    currencies: Collection[str]


def checked(drafts: Sequence[PaymentDraft]) -> tuple[list[PaymentDraft], list[Refusal]]:
    """Part drafts into usable and refused; of equal sources in a batch the first counts. One statement for the customers."""
    known = _Known(
        customers=customers_by_id({draft.customer_id for draft in drafts if draft.customer_id}),
        entities=entities_by_id(),
        currencies=currencies(),
    )
    usable: dict[str, PaymentDraft] = {}
    refused = []
    for draft in drafts:
        refusal = _refusal(draft, known)
        if refusal:
            refused.append(refusal)
        else:
            usable.setdefault(draft.source_ref, draft)
    return list(usable.values()), refused


def _refusal(draft: PaymentDraft, known: _Known) -> Refusal | None:
    if not 1 <= len(draft.source_ref) <= SOURCE_REF_LENGTH:
        return Refusal(draft.source_ref, "source_ref_unusable", f"A source has 1 to {SOURCE_REF_LENGTH} characters.")
    if not 0 < draft.amount_minor <= money.MAX_MINOR:
        return Refusal(draft.source_ref, "amount_not_positive", "A payment is above zero and fits the ledger.")
    if draft.currency not in known.currencies:
        return Refusal(draft.source_ref, "currency_unknown", f"{draft.currency!r} is not a currency in use.")
    if draft.legal_entity_id not in known.entities:
        return Refusal(draft.source_ref, "legal_entity_unknown", "There is no such legal entity.")
    if draft.customer_id and draft.customer_id not in known.customers:
        return Refusal(draft.source_ref, "customer_unknown", "There is no such customer.")
    return None
