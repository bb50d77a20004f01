"""Events in the words of the people who read them."""

from collections.abc import Mapping
from typing import Final

# name: (sentence, tone); an event that is not named here reads by its own name.
SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "orders.order_confirmed": ("Confirmed: priced, taxed and reserved", "good"),
    "orders.order_held": ("Held for a person to decide", "warn"),
    "orders.order_released": ("Released", "good"),
    "orders.price_set": ("A price was set by hand", "info"),
    "orders.floor_allowed": ("A price below its floor was allowed", "warn"),
    "orders.order_cancelled": ("Cancelled", "bad"),
    "orders.line_cancelled": ("Quantities cancelled", "warn"),
    "orders.order_shipped": ("Goods left", "info"),
    "orders.order_invoiced": ("Everything that was shipped is invoiced", "good"),
    "orders.order_closed": ("Closed: every invoice is settled", "good"),
    "orders.return_credited": ("Return credited", "info"),
    "orders.return_held": ("Return held", "warn"),
    "exceptions.case_opened": ("Case opened", "warn"),
    "exceptions.case_claimed": ("Case claimed", "neutral"),
    "exceptions.case_released": ("Case given back to its queue", "neutral"),
    "exceptions.case_assigned": ("Case assigned", "neutral"),
    "exceptions.case_resolved": ("Case resolved", "good"),
    "exceptions.case_cancelled": ("Case closed with the order", "neutral"),
    "exceptions.reasons_resolved": ("Reasons of the case settled", "info"),
    "inventory.shipment_shipped": ("Shipment left the warehouse", "info"),
    "inventory.backorders_filled": ("Goods arrived for lines on backorder", "good"),
    "inventory.demand_settled": ("What was accepted at once is reserved, or waits", "info"),
    "inventory.goods_returned": ("Goods came back", "warn"),
    "inventory.return_inspected": ("Returned goods were inspected", "info"),
    "inventory.substituted": ("Another product is delivered than was ordered", "info"),
    "billing.invoice_issued": ("Invoice issued", "info"),
    "billing.order_invoiced": ("Invoiced together with other orders", "info"),
    "billing.credit_note_issued": ("Credit note issued", "warn"),
    "billing.order_credited": ("Credited together with other orders", "warn"),
    "billing.payment_applied": ("Payment applied", "good"),
    "billing.credit_applied": ("Credit note used", "info"),
    "billing.invoice_written_off": ("Invoice written off", "bad"),
    "billing.invoice_settled": ("Invoice settled", "good"),
    "billing.order_invoice_settled": ("An invoice with this order is settled", "good"),
    "billing.payment_recorded": ("Payment recorded", "good"),
    "inventory.stock_received": ("Goods received", "info"),
    "inventory.stock_adjusted": ("Stock counted anew", "warn"),
    "rulebooks.version_activated": ("A rulebook’s version is in force", "info"),
    "rulebooks.version_retired": ("A rulebook’s version was retired", "neutral"),
    "rulebooks.version_withdrawn": ("A rulebook’s planned version was withdrawn", "neutral"),
    "rulebooks.rolled_back": ("A rulebook was rolled back", "warn"),
}


def event_sentence(name: str) -> tuple[str, str]:
    """Return the sentence and the tone of an event; one without a sentence reads by its own name."""
    known = SENTENCES.get(name)
    return known or (name.partition(".")[2].replace("_", " ").capitalize() or name, "neutral")
