"""What the demo company is promised from: goods in lots, supplies on their way, quotas, holds, and a sharing out that was tried."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import yaml
from django.conf import settings

from apps.inventory.decisions.facts import ReceiptDraft, Refusal, WarehouseDraft
from apps.inventory.decisions.facts.holds import HoldWish
from apps.inventory.decisions.facts.quotas import QuotaDraft
from apps.inventory.decisions.facts.supplies import SupplyArrival, SupplyChange, SupplyDraft
from apps.inventory.models import Supply
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.allocation_facts import Scope
from apps.inventory.services.allocation_runs import simulate_allocation
from apps.inventory.services.holding import hold_goods
from apps.inventory.services.places import ensure_warehouses
from apps.inventory.services.quotas import set_quotas
from apps.inventory.services.receiving import receive_stock
from apps.inventory.services.supply_arrivals import receive_supplies
from apps.inventory.services.supplying import announce_supplies, change_supplies
from apps.masterdata.contract import entities_by_code, load_demo_places, products_by_sku, read_demo
from apps.rulebooks.contract import RulebookFile, install_rulebooks
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import writes

SOURCING_FILE: Final = settings.BASE_DIR / "examples" / "rulebooks" / "by_choice" / "inventory_sourcing.yaml"


class DemoRefused(Exception):
    """The demo's file asks for something that is refused: the file is wrong."""


def load_supplies(*, actor: Actor, now: datetime) -> None:
    """Receive, announce and keep what orders of the story are promised from; done before they are placed."""
    story = read_demo("supplies")
    load_demo_places()
    _rules(story["sourcing"], now)
    _goods(story, actor, now)


def load_scarcity(*, desk: Actor, warehouse: Actor, now: datetime) -> None:
    """Tell what happened after the orders: a supply moves, a part of another comes, goods are set aside, a sharing out is tried."""
    story = read_demo("supplies")
    _news(story["supplies"], warehouse, now)
    _holds(story["holds"], desk, now)
    _trial(story["allocation"], warehouse, now)


def _rules(legal_entity: str, now: datetime) -> None:
    """Let the rules of sourcing choose the warehouses of one legal entity."""
    file = yaml.safe_load(SOURCING_FILE.read_text("utf-8"))
    rules = RulebookFile(file["kind"], file["name"], file["document"], legal_entity=legal_entity)
    install_rulebooks(files=[rules], now=now)


@writes
def _goods(story: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    entities = entities_by_code()
    ensure_warehouses(
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
            for row in story["warehouses"]
        ]
    )
    products = _products(story["receipts"] + story["supplies"] + story["quotas"])
    places = _places()
    today = now.date()
    _sound(receive_stock([_receipt(row, places, products, now) for row in story["receipts"]], actor=actor).refused)
    supplies = [_supply(row, places, products, now) for row in story["supplies"]]
    _sound(announce_supplies(supplies, now=now, actor=actor).refused)
    quotas = [
        QuotaDraft(
            entities[row["legal_entity"]].id, products[row["sku"]], None, row["channel"], Decimal(row["quantity"]), today,
            today + timedelta(days=row["release_in_days"]),
        )
        for row in story["quotas"]
    ]  # fmt: skip
    _sound(set_quotas(quotas, now=now, actor=actor).refused)


def _receipt(
    row: Mapping[str, Any], places: Mapping[str, UUID], products: Mapping[str, UUID], now: datetime
) -> ReceiptDraft:
    return ReceiptDraft(
        warehouse_id=places[row["warehouse"]],
        product_id=products[row["sku"]],
        quantity=Decimal(row["quantity"]),
        unit_cost=Decimal(row["cost"]),
        due_at=now,
        source_ref=f"demo:receipt:{row['warehouse']}:{row['sku']}:{row.get('lot', '')}",
        lot_code=row.get("lot", ""),
        expires_on=_expires(row, now),
    )


def _supply(
    row: Mapping[str, Any], places: Mapping[str, UUID], products: Mapping[str, UUID], now: datetime
) -> SupplyDraft:
    return SupplyDraft(
        warehouse_id=places[row["warehouse"]],
        product_id=products[row["sku"]],
        quantity=Decimal(row["quantity"]),
        unit_cost=Decimal(row["cost"]),
        due_at=now + timedelta(days=row["in_days"]),
        source_ref=_ref(row),
        kind=row["kind"],
        number=row["number"],
        status=row["status"],
        confidence=Decimal(row.get("confidence", 100)),
        lot_code=row.get("lot", ""),
        expires_on=_expires(row, now),
    )


@writes
def _news(rows: Sequence[Mapping[str, Any]], actor: Actor, now: datetime) -> None:
    ids = dict(Supply.objects.filter(source_ref__in=[_ref(row) for row in rows]).values_list("source_ref", "id"))
    arrivals = [
        SupplyArrival(ids[_ref(row)], Decimal(row["came"]), now, f"{_ref(row)}:came") for row in rows if "came" in row
    ]
    _sound(receive_supplies(arrivals, now=now, actor=actor).refused)
    changes = [
        SupplyChange(ids[_ref(row)], due_at=now + timedelta(days=row["moves_to_days"]))
        for row in rows
        if "moves_to_days" in row
    ]
    _sound(change_supplies(changes, now=now, actor=actor).refused)


def _holds(rows: Sequence[Mapping[str, Any]], actor: Actor, now: datetime) -> None:
    entities = entities_by_code()
    for row in rows:
        products = {sku: product.id for sku, product in products_by_sku(row["goods"]).items()}
        entity = entities[row["legal_entity"]].id
        wishes = [HoldWish(entity, products[sku], Decimal(quantity)) for sku, quantity in row["goods"].items()]
        _hold(wishes, row["name"], row["hours"] * 3600, actor, now)


@writes
def _hold(wishes: Sequence[HoldWish], name: str, for_seconds: int, actor: Actor, now: datetime) -> None:
    hold_goods(wishes, source_ref=name, for_seconds=for_seconds, actor=actor, now=now)


@writes
def _trial(legal_entity: str, actor: Actor, now: datetime) -> None:
    simulate_allocation(Scope(entities_by_code()[legal_entity].id), strategy="priority", actor=actor, now=now)


def _sound(refused: Sequence[Refusal]) -> None:
    if refused:
        raise DemoRefused(f"{refused[0].source_ref}: {refused[0].detail}")


def _products(rows: Sequence[Mapping[str, Any]]) -> dict[str, UUID]:
    return {sku: product.id for sku, product in products_by_sku({row["sku"] for row in rows}).items()}


def _places() -> dict[str, UUID]:
    return {place.code: place.id for place in warehouses().values()}


def _ref(row: Mapping[str, Any]) -> str:
    return f"demo:supply:{row['number']}"


def _expires(row: Mapping[str, Any], now: datetime) -> date | None:
    return (now + timedelta(days=row["expires_in_days"])).date() if "expires_in_days" in row else None
