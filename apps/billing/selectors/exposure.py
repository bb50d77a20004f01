"""What customers owe or are about to owe."""

from collections.abc import Sequence

from apps.billing.decisions.facts import Exposure, ExposureKey
from ordercash.kernel import sql


def exposures(keys: Sequence[ExposureKey]) -> dict[ExposureKey, Exposure]:
    """Return the exposure of each key that has one; a customer who never bought has none. One statement."""
    rows = sql.fetch(
        """SELECT e.legal_entity_id, e.customer_id, e.currency, e.orders_minor, e.invoices_minor
             FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS w(entity, customer, currency)
             JOIN billing_creditexposure AS e
               ON e.customer_id = w.customer AND e.legal_entity_id = w.entity AND e.currency = w.currency""",
        [
            [key.legal_entity_id for key in keys],
            [key.customer_id for key in keys],
            [key.currency for key in keys],
        ],
    )
    return {ExposureKey(*row[:3]): Exposure(*row[3:]) for row in rows}
