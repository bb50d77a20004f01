"""Why deliveries are not invoiced yet."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from apps.billing.decisions.bundles import COLLECTED_DAY, SHIPMENT
from apps.exceptions.contract import cases_of
from ordercash.kernel import sql

_SET_ASIDE: Final = """
    SELECT DISTINCT o.order_id, o.shipment_id, o.bundle_id FROM billing_billingobligation AS o
     WHERE o.state = 'owed' AND o.set_aside_at IS NOT NULL AND o.order_id = ANY(%s::uuid[]) ORDER BY 1, 2, 3"""


def why_set_aside(order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return for each of the orders with a delivery that was set aside what stands in the way, in a sentence."""
    rows = sql.fetch(_SET_ASIDE, [list(order_ids)])
    if not rows:
        return {}
    why = reasons_of([id for row in rows for id in row[1:] if id])
    return {row[0]: why.get(row[1]) or why.get(row[2]) or "It was set aside; see its case." for row in rows}


def reasons_of(subject_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the sentences of the reasons that stand in the way of these shipments or collected days."""
    cases = {**cases_of(SHIPMENT, subject_ids), **cases_of(COLLECTED_DAY, subject_ids)}
    return {
        id: " ".join(str(reason.detail.get("why", reason.title)) for reason in case.reasons if reason.state == "open")
        for id, case in cases.items()
    }
