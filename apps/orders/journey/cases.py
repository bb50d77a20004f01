"""Why orders and returns are held, and what helps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.exceptions.contract import Resolution
from apps.orders.permissions import CANCEL_ORDERS, RELEASE_ORDERS, RETURN_GOODS
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.orders.services.reconsider import dismiss_returns, retry_returns
from apps.orders.services.release import release_orders
from ordercash.kernel.actor import Actor

# Reasons with their title, the queue that works on them and the hours within which they should be settled.
ORDER_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "customer_unknown": ("The customer is not known", "order_desk", 8),
    "customer_blocked": ("The customer is blocked", "credit", 8),
    "credit_limit_exceeded": ("The credit limit is exceeded", "credit", 8),
    "address_incomplete": ("The delivery address is incomplete", "order_desk", 8),
    "product_unknown": ("The product is not known", "order_desk", 8),
    "product_not_sellable": ("The product is not sold any more", "order_desk", 8),
    "quantity_not_positive": ("The quantity is not above zero", "order_desk", 24),
    "price_missing": ("No price was found", "pricing", 8),
    "amount_out_of_range": ("The amount is too large to be booked", "order_desk", 8),
    "price_not_positive": ("The price is not above zero", "pricing", 8),
    "price_below_floor": ("The price is below its floor", "pricing", 8),
    "cost_unknown": ("The cost is not known, nor whether its floor is kept", "pricing", 8),
    "ready_for_release": ("Nothing stands in its way any more: it waits to be released", "order_desk", 8),
    "coupon_refused": ("A coupon cannot be used", "pricing", 8),
    "tax_undetermined": ("No tax rate is known", "compliance", 8),
    "row_unusable": ("A row of the file cannot be used", "order_desk", 24),
    "stock_write_off": ("Stock was written off, not sold", "warehouse", 48),
    "bad_debt_adjustment": ("Bad debt belongs to the ledger", "finance", 48),
    "fee_not_a_sale": ("A fee is a cost, not a sale", "finance", 48),
    "donation_not_a_sale": ("A donation is not a sale", "finance", 48),
    "discount_without_sale": ("A discount names no sale", "pricing", 48),
    "samples_not_a_sale": ("Samples are not sold", "pricing", 48),
}
RETURN_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "never_sold_to_customer": ("It was never sold to this customer", "returns", 48),
    "already_credited": ("More came back than was sold", "returns", 48),
    "price_above_sold": ("It is credited above its price", "returns", 48),
}


def _release(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    outcome = release_orders(subject_ids, reason=note, actor=actor, now=now)
    done = dict.fromkeys(outcome.order_ids, "Released.")
    return done | {item.order_id: item.detail for item in outcome.refused}


def _cancel(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    outcome = cancel_orders([CancelOrder(subject_id) for subject_id in subject_ids], reason=note, actor=actor, now=now)
    done = dict.fromkeys(outcome.states, "Cancelled.")
    return done | {item.order_id: item.detail for item in outcome.refused}


ORDER_RESOLUTIONS: Final = {
    "release": Resolution("Release", RELEASE_ORDERS, _release, needs_note=True),
    "cancel": Resolution("Cancel the order", CANCEL_ORDERS, _cancel, needs_note=True),
}
RETURN_RESOLUTIONS: Final = {
    "retry": Resolution("Match again", RETURN_GOODS, retry_returns),
    "dismiss": Resolution("Dismiss", RETURN_GOODS, dismiss_returns, needs_note=True),
}
