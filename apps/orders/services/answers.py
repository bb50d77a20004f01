"""The answer to an order, as the API gives and keeps it: ids, amounts and reasons, no personal data."""

from typing import Any

from apps.orders.decisions.outcomes import Placed
from ordercash.kernel.money import to_major


def answer_of(placed: Placed) -> dict[str, Any]:
    """Return the JSON document that tells what became of an order; amounts as exact decimal text in major units."""
    return {
        "id": str(placed.order_id),
        "number": placed.number,
        "state": placed.state,
        "currency": placed.currency,
        "net": str(to_major(placed.net_minor, placed.currency)),
        "tax": str(to_major(placed.tax_minor, placed.currency)),
        "gross": str(to_major(placed.gross_minor, placed.currency)),
        "reasons": [
            {"code": reason.code, "line_no": reason.line_no, "detail": reason.detail} for reason in placed.reasons
        ],
        "backordered": [
            {"line_no": line_no, "quantity": f"{quantity.normalize():f}"} for line_no, quantity in placed.backordered
        ],
        "url": f"/api/v1/orders/{placed.order_id}",
    }
