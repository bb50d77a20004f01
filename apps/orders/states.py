"""The life of an order and of a return, each as one table."""

from ordercash.kernel.states import StateTable

HELD = "held"
CONFIRMED = "confirmed"
PARTLY_SHIPPED = "partly_shipped"
SHIPPED = "shipped"
INVOICED = "invoiced"
CLOSED = "closed"
CANCELLED = "cancelled"

ORDER = StateTable(
    "order",
    {
        (HELD, "release"): CONFIRMED,
        (HELD, "cancel"): CANCELLED,
        (CONFIRMED, "ship_part"): PARTLY_SHIPPED,
        (CONFIRMED, "ship_rest"): SHIPPED,
        (CONFIRMED, "cancel_part"): CONFIRMED,
        (CONFIRMED, "cancel"): CANCELLED,
        (PARTLY_SHIPPED, "ship_part"): PARTLY_SHIPPED,
        (PARTLY_SHIPPED, "ship_rest"): SHIPPED,
        (PARTLY_SHIPPED, "cancel_part"): PARTLY_SHIPPED,
        (PARTLY_SHIPPED, "cancel_rest"): SHIPPED,
        (SHIPPED, "bill"): INVOICED,
        (INVOICED, "close"): CLOSED,
    },
)

RETURN_ANNOUNCED = "announced"
RETURN_CREDITED = "credited"
RETURN_HELD = "held"

RETURN = StateTable(
    "return",
    {
        (RETURN_ANNOUNCED, "credit"): RETURN_CREDITED,
        (RETURN_ANNOUNCED, "hold"): RETURN_HELD,
        (RETURN_HELD, "credit"): RETURN_CREDITED,
        (RETURN_HELD, "dismiss"): "dismissed",
    },
)
