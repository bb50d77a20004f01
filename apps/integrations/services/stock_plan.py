"""The stock that a file's demand is met from: an opening share of each product's demand, the rest received during the period."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from uuid import UUID

from apps.integrations.decisions.mapping import Mapping, MappingMalformed, StockPlan
from apps.integrations.decisions.rows import FlatRow, RowReader
from apps.integrations.services.flat_file import inspect_file, open_rows
from apps.integrations.services.masters import MasterMissing, Masters
from apps.inventory.contract import ReceiptDraft, plan_receipts, receive_stock, warehouses
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import writes

MILLIONTH = Decimal("0.000001")
PRODUCTS_PER_BATCH = 1_000


@dataclass(slots=True)
class Demand:
    """What a file asks of one product; `row` is the first that names it."""

    row: FlatRow
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """The demand of a whole file and the period that it spans."""

    mapping: Mapping
    stock: StockPlan
    reader: RowReader
    demands: Sequence[Demand]
    first_at: datetime
    last_at: datetime


def plan_stock(path: Path, mapping: Mapping) -> Plan:
    """Return what a file asks for; raises MappingMalformed when the mapping has no stock section or the file no demand."""
    if mapping.stock is None:
        raise MappingMalformed("The mapping has no section 'stock' (warehouse, opening_share, cost_share).")
    facts = inspect_file(path, mapping)
    reader = RowReader(mapping, facts.header)
    demands: dict[str, Demand] = {}
    moments: list[datetime] = []
    for number, cells in open_rows(facts, mapping):
        row = reader.read(number, cells)
        if _asks_for_goods(row, reader) and row.ordered_at is not None and row.quantity is not None:
            moments.append(row.ordered_at)
            found = demands.setdefault(row.sku, Demand(row, Decimal(0), Decimal(0)))
            found.quantity += row.quantity.to_integral_value(rounding=ROUND_CEILING)
            found.unit_price = found.unit_price or row.unit_price or Decimal(0)
    if not moments:
        raise MappingMalformed("The file has no row that asks for goods.")
    return Plan(mapping, mapping.stock, reader, list(demands.values()), min(moments), max(moments))


def load_stock(plan: Plan, *, actor: Actor, now: datetime, progress: Callable[[int], None] = lambda done: None) -> int:
    """Put the opening stock on the shelves and plan the receipts of the rest; products are made where the mapping allows it.

    Returns the number of products. Doing it again changes nothing.
    """
    masters = Masters(plan.mapping)
    by_code = {warehouse.code: warehouse.id for warehouse in warehouses().values()}
    if plan.stock.warehouse not in by_code:
        raise MasterMissing(
            f"There is no warehouse {plan.stock.warehouse!r}; known: {', '.join(sorted(by_code)) or 'none'}."
        )
    warehouse_id = by_code[plan.stock.warehouse]
    for start in range(0, len(plan.demands), PRODUCTS_PER_BATCH):
        part = plan.demands[start : start + PRODUCTS_PER_BATCH]
        _load(plan, part, masters, warehouse_id, actor=actor, now=now)
        progress(len(part))
    return len(plan.demands)


def _asks_for_goods(row: FlatRow, reader: RowReader) -> bool:
    rule = reader.rule(row.sku)
    return (
        row.fault is None and row.quantity is not None and row.quantity > 0 and (rule is None or rule.kind == "goods")
    )


@writes
def _load(
    plan: Plan, demands: Sequence[Demand], masters: Masters, warehouse_id: UUID, *, actor: Actor, now: datetime
) -> None:
    masters.ensure_products([demand.row for demand in demands], plan.reader)
    receive_stock([item for demand in demands for item in _opening(plan, demand, masters, warehouse_id)], actor=actor)
    plan_receipts([item for demand in demands for item in _later(plan, demand, masters, warehouse_id)], now=now)


def _opening(plan: Plan, demand: Demand, masters: Masters, warehouse_id: UUID) -> list[ReceiptDraft]:
    quantity = _opening_quantity(plan, demand)
    due_at = plan.first_at - timedelta(days=1)
    return [_receipt(plan, demand, masters, warehouse_id, quantity, due_at, "opening")] if quantity else []


def _later(plan: Plan, demand: Demand, masters: Masters, warehouse_id: UUID) -> list[ReceiptDraft]:
    quantity = demand.quantity - _opening_quantity(plan, demand)
    due_at = plan.first_at + (plan.last_at - plan.first_at) * float(plan.stock.receipt_share_of_period)
    return [_receipt(plan, demand, masters, warehouse_id, quantity, due_at, "receipt")] if quantity else []


def _opening_quantity(plan: Plan, demand: Demand) -> Decimal:
    return (demand.quantity * plan.stock.opening_share).to_integral_value(rounding=ROUND_FLOOR)


def _receipt(
    plan: Plan, demand: Demand, masters: Masters, warehouse_id: UUID, quantity: Decimal, due_at: datetime, kind: str
) -> ReceiptDraft:
    return ReceiptDraft(
        warehouse_id=warehouse_id,
        product_id=masters.products[demand.row.sku].id,
        quantity=quantity,
        unit_cost=(demand.unit_price * plan.stock.cost_share).quantize(MILLIONTH),
        due_at=due_at,
        source_ref=f"plan:{plan.mapping.name}:{kind}:{plan.stock.warehouse}:{demand.row.sku}"[:120],
        kind=kind,
    )
