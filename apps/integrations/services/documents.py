"""One document of a file, sorted: an order or a return, its good lines, and the rows that a person must look at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from apps.integrations.decisions.mapping import DocumentPrefix
from apps.integrations.decisions.readings import mended
from apps.integrations.decisions.rows import MAX_CODE, FlatRow, RowReader
from apps.integrations.services.masters import Masters
from apps.masterdata.contract import CustomerFacts, quantity_fault
from apps.orders.contract import BadRow, LineDraft, OrderDraft, ReturnDraft, ReturnLineDraft

ONE = Decimal(1)
PRICE_STEP = Decimal("0.000001")
# A row without a readable time belongs to the file, not to a day; its order carries this time until a person corrects it.
UNKNOWN_TIME = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Document:
    """What a document becomes; `kept` are rows as (kind of subject, subject, row)."""

    source_ref: str
    order: OrderDraft | None = None
    giving_back: ReturnDraft | None = None
    kept: list[tuple[str, UUID, BadRow]] = field(default_factory=list)
    charges: Decimal = Decimal(0)


def split_document(
    group: Sequence[FlatRow], masters: Masters, reader: RowReader, document_id: UUID, placed_by: UUID
) -> Document:
    """Return the order or return that a document's rows make up; nothing of it is dropped."""
    first = group[0]
    prefix = reader.prefix(first.document)
    if prefix is not None and prefix.means == "cancellation":
        return _giving_back(group, masters, reader, document_id)
    return _order(group, masters, reader, prefix, document_id, placed_by)


def _order(
    group: Sequence[FlatRow],
    masters: Masters,
    reader: RowReader,
    prefix: DocumentPrefix | None,
    document_id: UUID,
    placed_by: UUID,
) -> Document:
    first = group[0]
    customer = masters.customers.get(masters.customer_code(first))
    lines: list[LineDraft] = []
    bad: list[BadRow] = []
    for row in group:
        problem = _problem(row, masters, reader, prefix) or _differs(row, first)
        if problem is None:
            lines.append(_line(row, len(lines) + 1, masters))
        else:
            bad.append(_bad(row, problem, reader))
    charges = _charges(first, len(lines), masters)
    order = OrderDraft(
        source_ref=_source_ref(first, masters, document_id),
        legal_entity=masters.entity,
        channel=masters.channel,
        customer=customer,
        currency=masters.currency(first),
        ordered_at=min((row.ordered_at for row in group if row.ordered_at), default=UNKNOWN_TIME),
        lines=[*lines, *charges],
        external_number=first.document[:MAX_CODE],
        purchase_order=first.purchase_order,
        requested_delivery_date=first.requested_delivery_date,
        note=first.note,
        coupons=first.coupons or (),
        ship_to=masters.ship_to(customer, first) if customer else None,
        bill_to=masters.bill_to(customer, first) if customer else None,
        bad_rows=bad,
        document_id=document_id,
        placed_by=placed_by,
    )
    kept = [("order", order.id, row) for row in bad]
    charged = sum((line.agreed_price or Decimal(0) for line in charges), Decimal(0))
    return Document(order.source_ref, order=order, kept=kept, charges=charged)


def _giving_back(group: Sequence[FlatRow], masters: Masters, reader: RowReader, document_id: UUID) -> Document:
    first = group[0]
    customer = masters.customers.get(masters.customer_code(first))
    request = ReturnDraft(
        source_ref=_source_ref(first, masters, document_id),
        number=first.document[:MAX_CODE],
        legal_entity_id=masters.entity.id,
        customer_id=customer.id if customer else None,
        currency=masters.currency(first),
        reason="cancellation",
        occurred_at=min((row.ordered_at for row in group if row.ordered_at), default=UNKNOWN_TIME),
        lines=[],
        document_id=document_id,
    )
    kept: list[tuple[str, UUID, BadRow]] = []
    lines: list[ReturnLineDraft] = []
    for row in group:
        problem = _return_problem(row, masters, reader, customer) or _differs(row, first)
        if problem is not None:
            kept.append(("return", request.id, _bad(row, problem, reader)))
        lines.append(_return_line(row, len(lines) + 1, masters, problem))
    request.lines = lines
    return Document(request.source_ref, giving_back=request, kept=kept)


def _problem(
    row: FlatRow, masters: Masters, reader: RowReader, prefix: DocumentPrefix | None
) -> tuple[str, str] | None:
    """Return (code, detail) of what keeps a row from becoming a line, None for a good one."""
    if row.fault is not None:
        return row.fault.code, row.fault.detail
    if prefix is not None:
        return prefix.code or "row_unusable", prefix.detail or "Documents of this kind are looked at by a person."
    return (
        _held_code(row, reader)
        or _figure_problem(row, masters)
        or _product_problem(row, masters)
        or _currency_problem(row, masters)
    )


def _differs(row: FlatRow, first: FlatRow) -> tuple[str, str] | None:
    """Return what a row says otherwise than the first of its document, of that which a document has but once."""
    if row is first:
        return None
    if row.customer != first.customer:
        return (
            "customer_differs",
            f"The document's first row names customer {first.customer!r}, this one {row.customer!r}.",
        )
    if row.currency != first.currency:
        return "currency_differs", f"The document's first row is in {first.currency!r}, this one in {row.currency!r}."
    if row.coupons != first.coupons:
        return "coupon_differs", "The coupons of a document are the same in all of its rows."
    if row.charges != first.charges:
        return "charge_differs", "The charges of a document are the same in all of its rows."
    return None


def _currency_problem(row: FlatRow, masters: Masters) -> tuple[str, str] | None:
    named = row.currency or masters.mapping.currency
    if named in masters.currencies:
        return None
    return "currency_unknown", f"{named[:40]!r} is not a currency that is traded here."


def _held_code(row: FlatRow, reader: RowReader) -> tuple[str, str] | None:
    rule = reader.rule(row.sku)
    if rule is None or rule.kind != "hold":
        return None
    return rule.code or "row_unusable", rule.detail or "This code is not a product."


def _figure_problem(row: FlatRow, masters: Masters) -> tuple[str, str] | None:
    if row.quantity is None or row.quantity <= 0:
        meaning = masters.mapping.negative_quantity
        return meaning.code, meaning.detail
    if row.unit_price is not None and row.unit_price < 0:
        return "price_not_positive", "The price is below zero."
    if row.charges and any(charge is not None and charge < 0 for charge in row.charges):
        return "charge_not_positive", "A charge is below zero."
    return None


def _product_problem(row: FlatRow, masters: Masters) -> tuple[str, str] | None:
    product, quantity = masters.products.get(row.sku), row.quantity
    if product is None or quantity is None:
        return "product_unknown", f"There is no product {row.sku!r}, and the mapping does not allow to make it."
    factor = masters.factor(product, row.unit)
    if factor is None:
        return "unit_unknown", f"{row.sku} is sold by the {product.unit}, not by {row.unit[:40]!r}."
    return quantity_fault(product, quantity, factor)


def _return_problem(
    row: FlatRow, masters: Masters, reader: RowReader, customer: CustomerFacts | None
) -> tuple[str, str] | None:
    if row.fault is not None:
        return row.fault.code, row.fault.detail
    return _held_code(row, reader) or _return_figure_problem(row, masters, customer) or _currency_problem(row, masters)


def _return_figure_problem(row: FlatRow, masters: Masters, customer: CustomerFacts | None) -> tuple[str, str] | None:
    if customer is None:
        return "customer_unknown", "The row names no customer."
    if row.quantity is None or row.quantity >= 0 or row.unit_price is None or row.unit_price <= 0:
        return "return_not_positive", "A cancellation gives back a quantity above zero at a price above zero."
    if row.sku not in masters.products:
        return "product_unknown", f"There is no product {row.sku!r}."
    if masters.factor(masters.products[row.sku], row.unit) is None:
        return "unit_unknown", f"{row.sku} is not sold by {row.unit[:40]!r}."
    if any(row.charges):
        return (
            "charge_on_cancellation",
            "The cancellation names a charge as well; a person must say whether it is given back.",
        )
    return None


def _line(row: FlatRow, line_no: int, masters: Masters) -> LineDraft:
    assert row.quantity is not None  # noqa: S101 - rows without a quantity are not lines
    product = masters.products[row.sku]
    line = LineDraft(
        line_no, product, row.quantity, row.unit_price, row.description, row.number, buyer_reference=row.buyer_reference
    )
    if row.unit and row.unit != product.unit:
        line.unit, line.ordered_quantity = row.unit, row.quantity
        line.factor = masters.factor(product, row.unit) or line.factor
        line.quantity = row.quantity * line.factor
    return line


def _charges(first: FlatRow, count: int, masters: Masters) -> list[LineDraft]:
    """Return one more line per charge of the document that is above zero; it stands in every row and counts once."""
    lines: list[LineDraft] = []
    for charge, amount in zip(masters.mapping.charges, first.charges, strict=False):
        if amount is not None and amount > 0:
            number = count + len(lines) + 1
            lines.append(LineDraft(number, masters.products[charge.sku], Decimal(1), amount, charge.description, None))
    return lines


def _return_line(row: FlatRow, line_no: int, masters: Masters, problem: tuple[str, str] | None) -> ReturnLineDraft:
    """Return the line; what cannot be read counts as quantity 1 at price 0 beside its kept row, so that it is never lost."""
    product = masters.products.get(row.sku)
    readable = row.quantity is not None and row.quantity < 0 and row.unit_price is not None
    factor = (masters.factor(product, row.unit) if product else None) or ONE
    unit_price = row.unit_price if readable and row.unit_price is not None else Decimal(0)
    if factor != ONE:
        unit_price = (unit_price / factor).quantize(PRICE_STEP)
    return ReturnLineDraft(
        line_no=line_no,
        product_id=product.id if product else None,
        description=row.description,
        quantity=-row.quantity * factor if readable and row.quantity is not None else Decimal(1),
        unit_price=unit_price,
        occurred_at=row.ordered_at or UNKNOWN_TIME,
        row_number=row.number,
        hold_code=problem[0] if problem else "",
    )


def _bad(row: FlatRow, problem: tuple[str, str], reader: RowReader) -> BadRow:
    code, detail = problem
    names = [*reader.header, *(f"cell {number}" for number in range(len(reader.header) + 1, len(row.raw) + 1))]
    raw = {name: mended(cell) for name, cell in zip(names, row.raw, strict=False)}
    return BadRow(row.number, code, detail, raw, row.amount)


def _source_ref(row: FlatRow, masters: Masters, document_id: UUID) -> str:
    """Name the document for ever: by its own number within legal entity and channel, else by its place in the file."""
    place = row.document if 1 <= len(row.document) <= MAX_CODE else f"{document_id}/{row.number}"
    return f"file:{masters.entity.code}:{masters.channel.code}:{place}"
