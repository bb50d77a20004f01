"""What happens in the demo company before somebody looks at it: offers, supplies, orders of the last weeks, some shipped, some waiting."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from apps.inventory.contract import load_scarcity, load_supplies
from apps.masterdata.contract import read_demo
from apps.orders.contract import ShipOrder, Submission, read_order, ship_orders, submit_orders
from apps.pricing.contract import load_offers, load_quotes
from ordercash.kernel.actor import Actor


def load_story(actors: Mapping[str, Actor], now: datetime) -> None:
    """Tell the story once; `actors` are the demo's users by role. The relay does the rest: invoices, entries, rebates."""
    if not load_offers(author=actors["pricing_analyst"], approver=actors["pricing_approver"], now=now):
        return
    load_supplies(actor=actors["warehouse"], now=now)
    for place, row in enumerate(read_demo("story")["orders"]):
        at = now - timedelta(days=row["days_ago"])
        id = _placed(f"demo:order:{place}", row, at, actors["order_desk"], now)
        if id is not None and row.get("ship"):
            ship_orders([ShipOrder(id, f"demo:ship:{place}", at)], actor=actors["warehouse"])
    load_quotes(actor=actors["order_desk"], now=now)
    load_scarcity(desk=actors["order_desk"], warehouse=actors["warehouse"], now=now)


def _placed(key: str, row: Mapping[str, Any], at: datetime, actor: Actor, now: datetime) -> UUID | None:
    """Place an order as a program would; None when it is refused."""
    same = ("legal_entity", "channel", "customer", "currency")
    order = read_order(
        {
            **{name: row[name] for name in same},
            "ordered_at": at.isoformat(),
            "coupons": row.get("coupons", []),
            "requested_delivery_date": _wanted_on(row, now),
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in row["lines"].items()],
        }
    )
    body = hashlib.sha256(orjson.dumps(order.model_dump(mode="json"))).digest()
    (answer,) = submit_orders([Submission(actor, key, body, order)], now=now)
    return UUID(orjson.loads(answer.body)["id"]) if answer.status < 400 else None


def _wanted_on(row: Mapping[str, Any], now: datetime) -> str | None:
    return (now + timedelta(days=row["wanted_in_days"])).date().isoformat() if "wanted_in_days" in row else None
