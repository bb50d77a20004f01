"""Writing orders and lines: one statement each, whatever the size of the batch."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from apps.orders.services.decide import Decision
from apps.orders.services.drafts import OrderDraft
from apps.orders.services.lines import PRODUCT, DecidedLine
from ordercash.kernel import sql

ORDER_COLUMNS = {
    "id": "uuid",
    "legal_entity_id": "uuid",
    "channel_id": "uuid",
    "region_id": "uuid",
    "customer_id": "uuid",
    "number": "varchar",
    "source_ref": "varchar",
    "external_number": "varchar",
    "purchase_order": "varchar",
    "requested_delivery_date": "date",
    "note": "text",
    "currency": "varchar",
    "state": "varchar",
    "ordered_at": "timestamptz",
    "recorded_at": "timestamptz",
    "bill_to_id": "uuid",
    "ship_to_id": "uuid",
    "invoicing": "varchar",
    "payment_terms_days": "int2",
    "net_minor": "int8",
    "tax_minor": "int8",
    "gross_minor": "int8",
    "pricing_sha256": "bytea",
    "intake_document_id": "uuid",
    "placed_by": "uuid",
    "quote_id": "uuid",
}

LINE_COLUMNS = {
    "id": "uuid",
    "order_id": "uuid",
    "line_no": "int4",
    "product_id": "uuid",
    "description": "varchar",
    "quantity": "numeric",
    "unit_price": "numeric",
    "price_source": "varchar",
    "net_minor": "int8",
    "tax_category": "varchar",
    "tax_rate": "numeric",
    "tax_reason": "varchar",
    "tax_minor": "int8",
    "intake_row": "int4",
    "buyer_reference": "varchar",
}


class FurtherColumn(NamedTuple):
    """A column that most lines leave at its default; a batch writes it when any of its lines does not."""

    type_: str
    value: Callable[[DecidedLine], Any]
    default: Any


FURTHER_COLUMNS = {
    "discount_minor": FurtherColumn("int8", attrgetter("discount_minor"), 0),
    "price_per": FurtherColumn("numeric", attrgetter("price_per"), Decimal(1)),
    "kind": FurtherColumn("varchar", attrgetter("kind"), PRODUCT),
    "part_of": FurtherColumn("int4", attrgetter("part_of"), None),
    "ordered_unit": FurtherColumn("varchar", attrgetter("line.unit"), ""),
    "ordered_quantity": FurtherColumn("numeric", attrgetter("line.ordered_quantity"), None),
}


def next_numbers(count: int) -> list[str]:
    """Return human numbers for new orders; unlike legal numbers they may have gaps."""
    rows = sql.fetch("SELECT nextval('orders_number') FROM generate_series(1, %s)", [count])
    return [f"SO-{number:08d}" for (number,) in rows]


def write_orders(
    drafts: Sequence[OrderDraft],
    decisions: Sequence[Decision],
    numbers: Sequence[str],
    states: Sequence[str],
    *,
    now: datetime,
) -> None:
    """Insert the order rows in one statement."""
    rows = [
        _order_row(draft, decision, number, state, now)
        for draft, decision, number, state in zip(drafts, decisions, numbers, states, strict=True)
    ]
    columns = dict(ORDER_COLUMNS)
    if not all(draft.partial_delivery for draft in drafts):
        columns["partial_delivery"] = "bool"
        rows = [(*row, draft.partial_delivery) for row, draft in zip(rows, drafts, strict=True)]
    if any(draft.coupons for draft in drafts):
        # Lists of texts travel by COPY only.
        with_coupons = [(*row, list(draft.coupons)) for row, draft in zip(rows, drafts, strict=True)]
        sql.copy_rows("orders_order", [*columns, "coupons"], with_coupons)
    else:
        sql.insert_rows("orders_order", columns, rows)


def _order_row(draft: OrderDraft, decision: Decision, number: str, state: str, now: datetime) -> tuple[Any, ...]:
    return (
        draft.id,
        draft.legal_entity.id,
        draft.channel.id,
        draft.channel.region_id,
        draft.customer.id if draft.customer else None,
        number,
        draft.source_ref,
        draft.external_number,
        draft.purchase_order,
        draft.requested_delivery_date,
        draft.note,
        draft.currency,
        state,
        draft.ordered_at,
        now,
        draft.bill_to.id if draft.bill_to else None,
        draft.ship_to.id if draft.ship_to else None,
        draft.customer.invoicing if draft.customer else "per_shipment",
        draft.customer.payment_terms_days if draft.customer else 0,
        decision.net_minor,
        decision.tax_minor,
        decision.gross_minor,
        decision.pricing_sha256,
        draft.document_id,
        draft.placed_by,
        draft.quote.id if draft.quote else None,
    )


def write_lines(drafts: Sequence[OrderDraft], decisions: Sequence[Decision]) -> None:
    """Insert the lines of all orders in one statement."""
    insert_lines(
        [(draft.id, line) for draft, decision in zip(drafts, decisions, strict=True) for line in decision.lines]
    )


def insert_lines(lines: Sequence[tuple[UUID, DecidedLine]]) -> None:
    """Insert lines of orders in one statement."""
    rows: list[tuple[Any, ...]] = [
        (
            line.line.id,
            order_id,
            line.line.line_no,
            line.line.product.id,
            line.line.description or line.line.product.name,
            line.line.quantity,
            line.unit_price,
            line.price_source,
            line.net_minor,
            line.tax_category,
            line.tax_rate,
            line.tax_reason,
            line.tax_minor,
            line.line.row_number,
            line.line.buyer_reference,
        )
        for order_id, line in lines
    ]
    columns = dict(LINE_COLUMNS)
    for name, column in FURTHER_COLUMNS.items():
        values = [column.value(line) for _, line in lines]
        if values.count(column.default) < len(values):
            columns[name] = column.type_
            rows = [(*row, value) for row, value in zip(rows, values, strict=True)]
    sql.insert_rows("orders_orderline", columns, rows)
