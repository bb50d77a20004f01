"""Held orders as they would be placed today: their drafts, rebuilt from what was kept, on today's masters."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.masterdata.contract import (
    ProductFacts,
    addresses_by_id,
    channels_by_code,
    customers_by_id,
    entities_by_id,
    products_by_id,
)
from apps.orders.services.drafts import ONE, BadRow, LineDraft, OrderDraft
from apps.orders.services.outcomes import NotDone
from apps.orders.states import HELD
from apps.pricing.contract import Manual, quotes_by_id
from ordercash.kernel import sql
from ordercash.kernel.transactions import joins

ESSENTIAL_PARTS: Final = ("line1", "city", "country")
_HELD = """
SELECT o.id, o.number, o.state, o.legal_entity_id, o.channel_id, o.customer_id, o.currency, o.ordered_at, o.source_ref,
       o.external_number, o.purchase_order, o.bill_to_id, o.ship_to_id, o.intake_document_id, o.placed_by, o.coupons, o.quote_id,
       o.requested_delivery_date, o.partial_delivery
  FROM orders_order o WHERE o.id = ANY(%s::uuid[]) ORDER BY o.id FOR NO KEY UPDATE
"""
_LINES = """
SELECT order_id, id, line_no, product_id, quantity, unit_price, price_source, description, intake_row, buyer_reference,
       ordered_unit, ordered_quantity, manual_price, manual_percent, manual_by, manual_reason
  FROM orders_orderline WHERE order_id = ANY(%s::uuid[]) AND kind IN ('product', 'bundle') ORDER BY order_id, line_no
"""
_BAD_ROWS = """
SELECT subject_id, row_number, code, detail FROM orders_intakerow WHERE subject_id = ANY(%s::uuid[]) ORDER BY row_number
"""


@joins
def load_held(order_ids: Sequence[UUID]) -> tuple[list[OrderDraft], dict[UUID, str], list[NotDone]]:
    """Lock the orders; return the drafts of those that are held as they would be placed today, their numbers, and the others."""
    refused: list[NotDone] = []
    rows = {row[0]: row for row in sql.fetch(_HELD, [list(order_ids)])}
    for order_id in order_ids:
        if order_id not in rows:
            refused.append(NotDone(order_id, "not_found", "There is no such order."))
        elif rows[order_id][2] != HELD:
            refused.append(NotDone(order_id, "wrong_state", f"The order is {rows[order_id][2]}, not held."))
    held = [row for row in rows.values() if row[2] == HELD]
    lines = _lines([row[0] for row in held])
    customers = customers_by_id({row[5] for row in held if row[5]})
    wanted = {key for row in held for key in (row[11], row[12]) if key}
    wanted |= {key for customer in customers.values() for key in (customer.bill_to_id, customer.ship_to_id) if key}
    addresses = addresses_by_id(wanted)
    channels = {channel.id: channel for channel in channels_by_code().values()}
    bad_rows = _bad_rows([row[0] for row in held])
    quotes = quotes_by_id({row[16] for row in held if row[16]})
    drafts = [
        _draft(row, lines.get(row[0], []), bad_rows.get(row[0], []), customers, addresses, channels) for row in held
    ]
    for row, draft in zip(held, drafts, strict=True):
        draft.quote = quotes.get(row[16])
    return drafts, {row[0]: row[1] for row in held}, refused


def _lines(order_ids: Sequence[UUID]) -> dict[UUID, list[LineDraft]]:
    rows = sql.fetch(_LINES, [list(order_ids)])
    products = products_by_id({row[3] for row in rows if row[3]})
    lines: dict[UUID, list[LineDraft]] = {}
    for order_id, *row in rows:
        lines.setdefault(order_id, []).append(_line(products, *row))
    return lines


def _line(
    products: Mapping[UUID, ProductFacts],
    line_id: UUID,
    line_no: int,
    product_id: UUID,
    quantity: Decimal,
    unit_price: Decimal | None,
    source: str,
    description: str,
    row_number: int | None,
    buyer_reference: str,
    unit: str,
    ordered: Decimal | None,
    price: Decimal | None,
    percent: Decimal | None,
    set_by: UUID | None,
    why: str,
) -> LineDraft:
    return LineDraft(
        line_no=line_no,
        product=products[product_id],
        quantity=quantity,
        agreed_price=unit_price if source == "agreed" else None,
        description=description,
        row_number=row_number,
        id=line_id,
        buyer_reference=buyer_reference,
        unit=unit,
        ordered_quantity=ordered,
        factor=ONE if ordered is None else quantity / ordered,
        manual=None if set_by is None else Manual(price, percent, str(set_by), why),
    )


def _draft(
    row: Sequence[Any],
    lines: Sequence[LineDraft],
    bad_rows: Sequence[BadRow],
    customers: Mapping[Any, Any],
    addresses: Mapping[Any, Any],
    channels: Mapping[Any, Any],
) -> OrderDraft:
    customer = customers.get(row[5])
    default_bill, default_ship = (customer.bill_to_id, customer.ship_to_id) if customer else (None, None)
    return OrderDraft(
        id=row[0],
        legal_entity=entities_by_id()[row[3]],
        channel=channels[row[4]],
        customer=customer,
        currency=row[6],
        ordered_at=row[7],
        source_ref=row[8],
        external_number=row[9],
        purchase_order=row[10],
        bill_to=addresses.get(row[11]) or addresses.get(default_bill),
        ship_to=_completer(addresses.get(row[12]), addresses.get(default_ship)),
        lines=lines,
        bad_rows=bad_rows,
        document_id=row[13],
        placed_by=row[14],
        coupons=tuple(row[15]),
        requested_delivery_date=row[17],
        partial_delivery=row[18],
    )


def _bad_rows(order_ids: Sequence[UUID]) -> dict[UUID, list[BadRow]]:
    """Return the kept rows of the orders: releasing such an order means to go on without them."""
    found: dict[UUID, list[BadRow]] = {}
    for order_id, row_number, code, detail in sql.fetch(_BAD_ROWS, [list(order_ids)]):
        found.setdefault(order_id, []).append(BadRow(row_number, code, detail, {}))
    return found


def _completer(given: Any, default: Any) -> Any:
    """Return the order's own address, or the customer's when that was completed meanwhile and the own one is not."""
    if given is None or default is None:
        return given or default
    return default if any(not getattr(given, part) and getattr(default, part) for part in ESSENTIAL_PARTS) else given
