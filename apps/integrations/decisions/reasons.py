"""Why a row of a file waits for a person: each reason with its title, its queue and the hours within which it should be settled."""

from collections.abc import Mapping
from typing import Final

ROW_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "document_missing": ("The row names no document", "order_desk", 24),
    "sku_missing": ("The row names no product", "order_desk", 24),
    "country_unknown": ("The country is not known", "order_desk", 24),
    "currency_unknown": ("The currency is not traded here", "order_desk", 24),
    "currency_differs": ("A document in two currencies", "order_desk", 24),
    "customer_differs": ("A document of two customers", "order_desk", 24),
    "quantity_unreadable": ("The quantity cannot be read", "order_desk", 24),
    "quantity_not_divisible": ("The product is not sold in such parts", "order_desk", 24),
    "quantity_too_large": ("The quantity is too large", "order_desk", 24),
    "unit_unknown": ("The product is not sold in this unit", "order_desk", 24),
    "coupons_unreadable": ("The coupons cannot be read", "order_desk", 24),
    "coupon_differs": ("A document with two sets of coupons", "order_desk", 24),
    "unit_price_unreadable": ("The price cannot be read", "pricing", 24),
    "discount_unreadable": ("The discount cannot be read", "pricing", 24),
    "ordered_at_unreadable": ("The order's time cannot be read", "order_desk", 24),
    "ordered_at_in_future": ("The order's time lies in the future", "order_desk", 24),
    "requested_delivery_date_unreadable": ("The wished day cannot be read", "order_desk", 24),
    "charge_unreadable": ("A charge cannot be read", "pricing", 24),
    "charge_not_positive": ("A charge is below zero", "pricing", 24),
    "charge_differs": ("A document with two amounts of one charge", "pricing", 24),
    "charge_on_cancellation": ("A cancellation names a charge", "returns", 48),
    "return_not_positive": ("What comes back has no quantity or price", "returns", 48),
    "amount_out_of_range": ("The amount is too large to be booked", "order_desk", 8),
    "cells_missing": ("The row has too few cells", "order_desk", 24),
    "cells_too_many": ("The row has too many cells", "order_desk", 24),
    "encoding_broken": ("The row is broken text", "order_desk", 24),
    "control_character": ("The row holds a control character", "order_desk", 24),
}
