"""Receipts from a file: batch by batch, each in a transaction of its own, so that a second run goes on where the first ended."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from apps.inventory.decisions.facts import MovementResult, ReceiptDraft, WarehouseFacts
from apps.inventory.decisions.receipts_file import ReceiptRow
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.desk import announce_receipts, record_receipts
from apps.masterdata.contract import ProductFacts, products_by_sku
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Fault

BATCH_ROWS = 2_000


@dataclass(slots=True)
class FileReport:
    """What became of the rows: every row is in one of the four."""

    received: int = 0
    planned: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.received + self.planned + self.known + len(self.faults)


def load_receipts(
    rows: Iterable[ReceiptRow | Fault], *, plan_all: bool, actor: Actor, now: datetime
) -> Iterator[FileReport]:
    """Receive what was due by `now` and plan the rest (or plan all of it); yields the report after every batch."""
    report, rest = FileReport(), iter(rows)
    while batch := list(islice(rest, BATCH_ROWS)):
        report.faults += [row for row in batch if isinstance(row, Fault)]
        drafts = _drafts([row for row in batch if isinstance(row, ReceiptRow)], report)
        here = [draft for draft in drafts if draft.due_at <= now and not plan_all]
        later = [draft for draft in drafts if draft.due_at > now or plan_all]
        received = record_receipts(receipts=here, actor=actor) if here else MovementResult()
        planned = announce_receipts(receipts=later, actor=actor, now=now) if later else MovementResult()
        refused = [*received.refused, *planned.refused]
        report.faults += [Fault(refusal.source_ref, refusal.code, refusal.detail) for refusal in refused]
        report.received += len(received.made)
        report.planned += len(planned.made)
        report.known += len(drafts) - len(received.made) - len(planned.made) - len(refused)
        yield report


def _drafts(rows: Sequence[ReceiptRow], report: FileReport) -> list[ReceiptDraft]:
    """Resolve SKUs and warehouse codes; rows that name what does not exist become faults."""
    products = products_by_sku({row.sku for row in rows})
    places = {place.code: place for place in warehouses().values()}
    drafts = []
    for row in rows:
        if fault := _fault(row, products, places):
            report.faults.append(fault)
            continue
        place_id, product_id = places[row.warehouse].id, products[row.sku].id
        facts = (row.quantity, row.unit_cost, row.due_at, row.source_ref, row.kind, row.lot_code, row.expires_on)
        drafts.append(ReceiptDraft(place_id, product_id, *facts))
    return drafts


def _fault(row: ReceiptRow, products: Mapping[str, ProductFacts], places: Mapping[str, WarehouseFacts]) -> Fault | None:
    product = products.get(row.sku)
    if product is None:
        return Fault(f"line {row.line}, sku", "unknown_product", f"There is no product {row.sku}.")
    if not product.is_stocked:
        return Fault(
            f"line {row.line}, sku", "not_stocked", f"{row.sku} is a {product.kind}, which has no stock of its own."
        )
    if row.quantity != round(row.quantity, product.decimals):
        return Fault(
            f"line {row.line}, quantity",
            "too_many_decimals",
            f"{row.sku} is counted in {product.unit} with {product.decimals} decimals.",
        )
    if row.warehouse not in places:
        return Fault(
            f"line {row.line}, warehouse", "unknown_warehouse", f"There is no active warehouse {row.warehouse}."
        )
    return None
