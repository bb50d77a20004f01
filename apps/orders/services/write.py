"""Writing orders and lines: one statement each, whatever the size of the batch."""

from collections.abc import Sequence
from datetime import datetime

from apps.orders.services.decide import Decision
from apps.orders.services.drafts import OrderDraft
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
    sql.insert_rows(
        "orders_order",
        ORDER_COLUMNS,
        [
            (
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
            )
            for draft, decision, number, state in zip(drafts, decisions, numbers, states, strict=True)
        ],
    )


def write_lines(drafts: Sequence[OrderDraft], decisions: Sequence[Decision]) -> None:
    """Insert the lines of all orders in one statement."""
    sql.insert_rows(
        "orders_orderline",
        LINE_COLUMNS,
        [
            (
                line.id,
                draft.id,
                line.line_no,
                line.product.id,
                line.description or line.product.name,
                line.quantity,
                decided.unit_price,
                decided.price_source,
                decided.net_minor,
                decided.tax_category,
                decided.tax_rate,
                decided.tax_reason,
                decided.tax_minor,
                line.row_number,
                line.buyer_reference,
            )
            for draft, decision in zip(drafts, decisions, strict=True)
            for line, decided in zip(draft.lines, decision.lines, strict=True)
        ],
    )
