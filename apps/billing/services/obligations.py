"""Obligations: what was delivered is owed an invoice from then on."""

from collections.abc import Sequence
from typing import Any, Final

from apps.billing.decisions.bundles import bundle_id
from apps.billing.decisions.facts import ObligationDraft
from ordercash.kernel import sql
from ordercash.kernel.ids import new_ids
from ordercash.kernel.transactions import joins

_COLUMNS: Final = {
    "id": "uuid", "source_ref": "text", "legal_entity_id": "uuid", "customer_id": "uuid", "order_id": "uuid", "line_id": "uuid",
    "shipment_id": "uuid", "order_reference": "text", "product_id": "uuid", "description": "text", "quantity": "numeric",
    "unit_price": "numeric", "net_minor": "bigint", "tax_category": "text", "tax_rate": "numeric",
    "tax_reason": "text", "tax_minor": "bigint",
    "currency": "text", "bill_to_id": "uuid", "invoicing": "text", "terms_days": "smallint", "occurred_at": "timestamptz",
    "business_date": "date", "bundle_id": "uuid", "state": "text", "price_per": "numeric", "discount_minor": "bigint",
}  # fmt: skip

# Sorted by source, so that two writers of the same sources meet in the same order and never lock each other up.
_INSERT: Final = """
    INSERT INTO billing_billingobligation ({names})
    SELECT {names} FROM unnest({arrays}) AS fresh({names}) ORDER BY source_ref
    ON CONFLICT (source_ref) DO NOTHING""".format(  # noqa: S608 - names come from the constant above
    names=", ".join(_COLUMNS), arrays=", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
)


@joins
def oblige(drafts: Sequence[ObligationDraft]) -> int:
    """Record obligations and return how many are new; a source that is already known stays as it is. One statement."""
    if not drafts:
        return 0
    rows = [_row(row_id, draft) for row_id, draft in zip(new_ids(len(drafts)), drafts, strict=True)]
    return sql.run(_INSERT, sql.columns_of(rows, len(_COLUMNS)))


def _row(row_id: Any, draft: ObligationDraft) -> tuple[Any, ...]:
    return (
        row_id, draft.source_ref, draft.legal_entity_id, draft.customer_id, draft.order_id, draft.line_id, draft.shipment_id,
        draft.order_reference[:80], draft.product_id, draft.description, draft.quantity, draft.unit_price, draft.net_minor,
        draft.tax_category, draft.tax_rate, draft.tax_reason, draft.tax_minor, draft.currency, draft.bill_to_id, draft.invoicing,
        draft.terms_days, draft.occurred_at,
        draft.business_date, bundle_id(draft), "owed", draft.price_per, draft.discount_minor,
    )  # fmt: skip
