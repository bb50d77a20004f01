"""From what a caller names (SKU, warehouse code) to drafts; everything that cannot be resolved is told together."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from apps.inventory.api.bodies import Adjustment, BinMove, KeptBack, NewSupply, Receipt, WorthElse
from apps.inventory.contract import AdjustmentDraft, ReceiptDraft, WarehouseFacts, warehouses
from apps.inventory.decisions.facts import bins as facts
from apps.inventory.decisions.facts.revaluing import Revaluation
from apps.inventory.decisions.facts.supplies import SupplyDraft
from apps.masterdata.contract import ProductFacts, products_by_sku
from ordercash.kernel.errors import Fault
from ordercash.web.api.problems import InvalidInput

Named = Receipt | Adjustment | NewSupply | BinMove | KeptBack | WorthElse


def receipt_drafts(receipts: Sequence[Receipt], *, now: datetime) -> list[ReceiptDraft]:
    """Return the drafts of the receipts, due now when no time is said; raises InvalidInput with a pointer per fault."""
    found = _resolve("receipts", receipts)
    return [
        ReceiptDraft(
            warehouse_id=place.id,
            product_id=product.id,
            quantity=given.quantity,
            unit_cost=given.unit_cost,
            due_at=given.due_at or now,
            source_ref=given.source_ref,
            kind=given.kind,
            lot_code=given.lot_code,
            expires_on=given.expires_on,
        )
        for given, (product, place) in zip(receipts, found, strict=True)
    ]


def adjustment_drafts(adjustments: Sequence[Adjustment], *, now: datetime) -> list[AdjustmentDraft]:
    """Return the drafts of counted differences; raises InvalidInput with a pointer per fault."""
    found = _resolve("adjustments", adjustments)
    late = [
        Fault(f"/adjustments/{index}/occurred_at", "in_the_future", "Nothing can be counted before it happens.")
        for index, given in enumerate(adjustments)
        if given.occurred_at and given.occurred_at > now
    ]
    if late:
        raise InvalidInput(faults=late)
    return [
        AdjustmentDraft(
            warehouse_id=place.id,
            product_id=product.id,
            quantity=given.quantity,
            occurred_at=given.occurred_at or now,
            source_ref=given.source_ref,
            note=given.note,
            unit_cost=given.unit_cost,
            lot_code=given.lot_code,
            expires_on=given.expires_on,
        )
        for given, (product, place) in zip(adjustments, found, strict=True)
    ]


def supply_drafts(supplies: Sequence[NewSupply]) -> list[SupplyDraft]:
    """Return the drafts of supplies; raises InvalidInput with a pointer per fault."""
    found = _resolve("supplies", supplies)
    return [
        SupplyDraft(warehouse_id=place.id, product_id=product.id, **given.model_dump(exclude={"sku", "warehouse"}))
        for given, (product, place) in zip(supplies, found, strict=True)
    ]


def bin_moves(moves: Sequence[BinMove], *, now: datetime) -> list[facts.BinMove]:
    """Return moves between bins; raises InvalidInput with a pointer per fault."""
    found = _resolve("moves", moves)
    return [
        facts.BinMove(
            warehouse_id=place.id,
            product_id=product.id,
            occurred_at=now,
            **given.model_dump(exclude={"sku", "warehouse"}),
        )
        for given, (product, place) in zip(moves, found, strict=True)
    ]


def revaluations(rows: Sequence[WorthElse], *, now: datetime) -> list[Revaluation]:
    """Return what goods are worth anew; raises InvalidInput with a pointer per fault."""
    found = _resolve("revaluations", rows)
    return [
        Revaluation(place.id, product.id, given.unit_cost, now, given.source_ref, given.reason)
        for given, (product, place) in zip(rows, found, strict=True)
    ]


def safety_stocks(rows: Sequence[KeptBack]) -> list[facts.SafetyStock]:
    """Return what is kept back; raises InvalidInput with a pointer per fault."""
    found = _resolve("rows", rows)
    return [
        facts.SafetyStock(place.id, product.id, given.quantity)
        for given, (product, place) in zip(rows, found, strict=True)
    ]


def _resolve(name: str, items: Sequence[Named]) -> list[tuple[ProductFacts, WarehouseFacts]]:
    products = products_by_sku({item.sku for item in items})
    places = {place.code: place for place in warehouses().values()}
    faults = [
        fault for index, item in enumerate(items) for fault in _faults(f"/{name}/{index}", item, products, places)
    ]
    if faults:
        raise InvalidInput(faults=faults[:100])
    return [(products[item.sku], places[item.warehouse]) for item in items]


def _faults(
    pointer: str,
    item: Named,
    products: dict[str, ProductFacts],
    places: dict[str, WarehouseFacts],
) -> Iterator[Fault]:
    product = products.get(item.sku)
    if product is None:
        yield Fault(f"{pointer}/sku", "unknown_product", f"There is no product {item.sku}.")
    elif not product.is_stocked:
        yield Fault(f"{pointer}/sku", "not_stocked", f"{item.sku} is a {product.kind}, which has no stock of its own.")
    elif not isinstance(item, WorthElse) and not _fits(item.quantity, product.decimals):
        detail = f"{product.sku} is counted in {product.unit} with {product.decimals} decimals."
        yield Fault(f"{pointer}/quantity", "too_many_decimals", detail)
    if item.warehouse not in places:
        yield Fault(f"{pointer}/warehouse", "unknown_warehouse", f"There is no active warehouse {item.warehouse}.")


def _fits(quantity: Decimal, decimals: int) -> bool:
    return quantity == round(quantity, decimals)
