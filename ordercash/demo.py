"""What the demo company starts with beyond its masters: a chart of accounts, stock, and a day of orders in every state."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import yaml
from django.conf import settings

from apps.inventory.contract import ReceiptDraft, WarehouseDraft, ensure_warehouses, receive_stock
from apps.ledger.contract import ensure_chart
from apps.masterdata.contract import entities_by_code, products_by_sku
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes

FOLDER = settings.BASE_DIR / "examples" / "demo"


@writes
def load_charts(now: datetime) -> None:
    """Give every legal entity the standard chart of accounts."""
    for entity in entities_by_code().values():
        ensure_chart(entity.id)


@writes
def load_stock(now: datetime) -> None:
    """Make the warehouses and put the opening stock on the shelves; safe to repeat."""
    demo: dict[str, Any] = yaml.safe_load((FOLDER / "stock.yaml").read_text("utf-8"))
    entities = entities_by_code()
    warehouses = ensure_warehouses(
        [
            WarehouseDraft(
                code=row["code"],
                name=row["name"],
                legal_entity_id=entities[row["legal_entity"]].id,
                country=row["country"],
                priority=row["priority"],
                postal_code=row["postal_code"],
                handling_per_day=row["picks"],
            )
            for row in demo["warehouses"]
        ]
    )
    products = products_by_sku(demo["opening"])
    codes = [row["code"] for row in demo["warehouses"]]
    receive_stock(
        [
            ReceiptDraft(
                warehouse_id=warehouses[code].id,
                product_id=products[sku].id,
                quantity=Decimal(str(quantity)),
                unit_cost=Decimal(unit_cost),
                due_at=now - timedelta(days=30),
                source_ref=f"demo:opening:{code}:{sku}",
                kind="opening",
            )
            for sku, (unit_cost, *quantities) in demo["opening"].items()
            if sku in products
            for code, quantity in zip(codes, quantities, strict=True)
            if Decimal(str(quantity)) > 0
        ],
        actor=SYSTEM,
    )
