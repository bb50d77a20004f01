"""The door of orders, for integrations and operations: placing whole batches, announcing returns, and the journey."""

from apps.orders.decisions.canonical import CanonicalOrder, read_order
from apps.orders.decisions.outcomes import FailedLine, Placed
from apps.orders.decisions.sentences import event_sentence
from apps.orders.journey.cases import ORDER_REASONS, ORDER_RESOLUTIONS, RETURN_REASONS, RETURN_RESOLUTIONS
from apps.orders.journey.jobs import JOBS
from apps.orders.selectors.account import order_numbers
from apps.orders.selectors.deliveries import ship_to_of
from apps.orders.selectors.existing import existing_orders
from apps.orders.selectors.homes import Home, homes_of
from apps.orders.selectors.line_tags import customers_of_orders, line_tags
from apps.orders.selectors.numbers import orders_named
from apps.orders.selectors.volumes import ordered_volumes
from apps.orders.services.bill import bill_in, close_in, move_invoiced
from apps.orders.services.drafts import BadRow, LineDraft, OrderDraft
from apps.orders.services.from_warehouse import Left, goods_left, goods_missing
from apps.orders.services.give_back import GiveBack, give_back_in
from apps.orders.services.intake import DocumentDraft, KeptRow, finish_document, keep_rows, open_document, tell_rows
from apps.orders.services.place import place_drafts
from apps.orders.services.returns import ReturnDraft, ReturnLineDraft, announce_returns, existing_returns
from apps.orders.services.ship import ShipOrder, ship_orders
from apps.orders.services.submit import Answer, Submission, submit_orders

__all__ = [
    "JOBS",
    "ORDER_REASONS",
    "ORDER_RESOLUTIONS",
    "RETURN_REASONS",
    "RETURN_RESOLUTIONS",
    "Answer",
    "BadRow",
    "CanonicalOrder",
    "DocumentDraft",
    "FailedLine",
    "GiveBack",
    "Home",
    "KeptRow",
    "Left",
    "LineDraft",
    "OrderDraft",
    "Placed",
    "ReturnDraft",
    "ReturnLineDraft",
    "ShipOrder",
    "Submission",
    "announce_returns",
    "bill_in",
    "close_in",
    "customers_of_orders",
    "event_sentence",
    "existing_orders",
    "existing_returns",
    "finish_document",
    "give_back_in",
    "goods_left",
    "goods_missing",
    "homes_of",
    "keep_rows",
    "line_tags",
    "move_invoiced",
    "open_document",
    "order_numbers",
    "ordered_volumes",
    "orders_named",
    "place_drafts",
    "read_order",
    "ship_orders",
    "ship_to_of",
    "submit_orders",
    "tell_rows",
]
