"""The facts that inventory tells. Quantities travel as text by order line, so that no reader rounds them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.inventory.decisions.facts import ReturnedLine, ShipmentFacts, ShippedLine
from apps.inventory.decisions.facts.promises import BrokenLine, Change, Line
from apps.inventory.decisions.facts.supplies import SupplyArrival, SupplyFacts
from ordercash.kernel.actor import Actor
from ordercash.kernel.events import Event

SHIPMENT_SHIPPED = "inventory.shipment_shipped"
BACKORDERS_FILLED = "inventory.backorders_filled"
GOODS_RETURNED = "inventory.goods_returned"
RETURN_INSPECTED = "inventory.return_inspected"
STOCK_RECEIVED = "inventory.stock_received"
STOCK_ADJUSTED = "inventory.stock_adjusted"
STOCK_REVALUED = "inventory.stock_revalued"
LOTS_EXPIRED = "inventory.lots_expired"
FEED_STOPPED = "inventory.feed_stopped"
FEED_RESUMED = "inventory.feed_resumed"
ALLOCATION_COMMITTED = "inventory.allocation_committed"
ALLOCATION_ROLLED_BACK = "inventory.allocation_rolled_back"
GOODS_TAKEN = "inventory.goods_taken"
PROMISED = "inventory.promised"
PROMISE_MOVED = "inventory.promise_moved"
PROMISE_BROKEN = "inventory.promise_broken"
STOCK_BINS_MOVED = "inventory.stock_bins_moved"
SAFETY_STOCK_SET = "inventory.safety_stock_set"
SUPPLY_ANNOUNCED = "inventory.supply_announced"
SUPPLY_CHANGED = "inventory.supply_changed"
SUPPLY_RECEIVED = "inventory.supply_received"
SUPPLY_CLOSED = "inventory.supply_closed"
HANDLING_CHANGED = "inventory.handling_changed"
HOLD_MADE = "inventory.hold_made"
HOLD_RELEASED = "inventory.hold_released"
HOLD_EXPIRED = "inventory.hold_expired"
QUOTA_SET = "inventory.quota_set"
QUOTA_WITHDRAWN = "inventory.quota_withdrawn"
QUOTA_RELEASED = "inventory.quota_released"
SUBSTITUTED = "inventory.substituted"


class Substituted(NamedTuple):
    """A line that another product is delivered for than was ordered."""

    order_id: UUID
    legal_entity_id: UUID
    line_id: UUID
    ordered_id: UUID
    product_id: UUID
    quantity: Decimal


def shipment_shipped(shipment: ShipmentFacts, lines: Sequence[ShippedLine], actor: Actor) -> Event:
    """Goods of an order left a warehouse."""
    return Event(
        name=SHIPMENT_SHIPPED,
        version=1,
        aggregate="shipment",
        aggregate_id=shipment.id,
        payload={
            "number": shipment.number,
            "warehouse_id": shipment.warehouse_id,
            "quantities": {str(line.line_id): _text(line.quantity) for line in lines},
        },
        occurred_at=shipment.shipped_at,
        actor_id=actor.id,
        legal_entity_id=shipment.legal_entity_id,
        related={"order": shipment.order_id},
    )


def backorders_filled(
    order_id: UUID, given: Mapping[UUID, Decimal], now: datetime, legal_entity_id: UUID, actor: Actor
) -> Event:
    """Lines that waited got goods: quantities by line id."""
    return Event(
        name=BACKORDERS_FILLED,
        version=1,
        aggregate="backorder",
        aggregate_id=order_id,
        payload={"quantities": {str(line_id): _text(quantity) for line_id, quantity in given.items()}},
        occurred_at=now,
        actor_id=actor.id,
        legal_entity_id=legal_entity_id,
        related={"order": order_id},
    )


def goods_returned(line: ReturnedLine, occurred_at: datetime, legal_entity_id: UUID, actor: Actor) -> Event:
    """Shipped goods came back."""
    return Event(
        name=GOODS_RETURNED,
        version=1,
        aggregate="shipment_line",
        aggregate_id=line.shipment_line_id,
        payload={
            "return_id": line.return_id,
            "line_id": line.line_id,
            "product_ids": [line.product_id],
            "quantity": _text(line.quantity),
            "is_restocked": line.is_restocked,
            "cost_minor": line.cost_minor,
        },
        occurred_at=occurred_at,
        actor_id=actor.id,
        legal_entity_id=legal_entity_id,
        related={"order": line.order_id},
    )


def supply_announced(supply: SupplyFacts, now: datetime, actor: Actor) -> Event:
    """Goods should come: how many, when, how sure."""
    payload = {"number": supply.number, "product_ids": [supply.product_id], **_of_supply(supply)}
    return _about_supply(SUPPLY_ANNOUNCED, supply, payload, now, actor)


def supply_changed(was: SupplyFacts, after: SupplyFacts, now: datetime, actor: Actor) -> Event:
    """Something is known better of a supply: only what changed, as it was and as it is."""
    old, new = _of_supply(was), _of_supply(after)
    changed = {name: {"was": old[name], "is": new[name]} for name in new if new[name] != old[name]}
    payload = {"number": after.number, "product_ids": [after.product_id], "changed": changed}
    return _about_supply(SUPPLY_CHANGED, after, payload, now, actor)


def supply_received(arrival: SupplyArrival, after: SupplyFacts, actor: Actor) -> Event:
    """A part of a supply came, perhaps the last; `late_seconds` counts from when it was due at last."""
    payload = {
        "number": after.number,
        "product_ids": [after.product_id],
        "quantity": _text(arrival.quantity),
        "open_quantity": _text(after.open_quantity),
        "late_seconds": max(0, int((arrival.received_at - after.due_at).total_seconds())),
        "source_ref": arrival.source_ref,
    }
    return _about_supply(SUPPLY_RECEIVED, after, payload, arrival.received_at, actor)


def supply_closed(was: SupplyFacts, after: SupplyFacts, reason: str, now: datetime, actor: Actor) -> Event:
    """What was still to come will not."""
    payload = {
        "number": after.number,
        "product_ids": [after.product_id],
        "status": after.status,
        "given_up": _text(was.open_quantity),
        "reason": reason,
    }
    return _about_supply(SUPPLY_CLOSED, after, payload, now, actor)


def _of_supply(supply: SupplyFacts) -> dict[str, str]:
    return {
        "quantity": _text(supply.quantity),
        "unit_cost": _text(supply.unit_cost),
        "due_at": supply.due_at.isoformat(),
        "status": supply.status,
        "confidence": _text(supply.confidence),
    }


def _about_supply(name: str, supply: SupplyFacts, payload: Mapping[str, object], at: datetime, actor: Actor) -> Event:
    return Event(
        name=name,
        version=1,
        aggregate="supply",
        aggregate_id=supply.id,
        payload=payload,
        occurred_at=at,
        actor_id=actor.id,
        legal_entity_id=supply.legal_entity_id,
    )


def stock_moved(
    name: str,
    warehouse_id: UUID,
    product_ids: Sequence[UUID],
    occurred_at: datetime,
    legal_entity_id: UUID,
    actor: Actor,
) -> Event:
    """Goods came to a warehouse (STOCK_RECEIVED), were counted anew (STOCK_ADJUSTED), …; one event per warehouse and batch."""
    return Event(
        name=name,
        version=1,
        aggregate="warehouse",
        aggregate_id=warehouse_id,
        payload={"product_ids": list(product_ids)},
        occurred_at=occurred_at,
        actor_id=actor.id,
        legal_entity_id=legal_entity_id,
    )


def handling_changed(product_id: UUID, handling: str, slots: int | None, now: datetime, actor: Actor) -> Event:
    """Takers of a product are kept apart otherwise from now on."""
    return Event(
        name=HANDLING_CHANGED,
        version=1,
        aggregate="product",
        aggregate_id=product_id,
        payload={"handling": handling} | ({} if slots is None else {"slots": slots}),
        occurred_at=now,
        actor_id=actor.id,
    )


def allocation_told(name: str, run_id: UUID, number: str, legal_entity_id: UUID, now: datetime, actor: Actor) -> Event:
    """A run was carried out (ALLOCATION_COMMITTED) or taken back (ALLOCATION_ROLLED_BACK)."""
    return Event(
        name=name,
        version=1,
        aggregate="allocation_run",
        aggregate_id=run_id,
        payload={"number": number},
        occurred_at=now,
        actor_id=actor.id,
        legal_entity_id=legal_entity_id,
    )


def goods_taken(
    order_id: UUID,
    lost: Mapping[UUID, Decimal],
    days: Mapping[UUID, date],
    run: str,
    legal_entity_id: UUID,
    now: datetime,
    actor: Actor,
) -> Event:
    """Goods that were reserved for an order went to others: quantities by line id, and the new days where they are known."""
    return Event(
        name=GOODS_TAKEN,
        version=1,
        aggregate="backorder",
        aggregate_id=order_id,
        payload={
            "run": run,
            "quantities": {str(line_id): _text(quantity) for line_id, quantity in lost.items()},
            "promised_on": {str(line_id): days[line_id].isoformat() for line_id in lost if line_id in days},
        },
        occurred_at=now,
        actor_id=actor.id,
        legal_entity_id=legal_entity_id,
        related={"order": order_id},
    )


def quota_told(
    name: str,
    quota_id: UUID,
    legal_entity_id: UUID,
    product_id: UUID,
    channel: str,
    quantity: Decimal,
    release_on: date,
    now: datetime,
    actor: Actor,
) -> Event:
    """A quantity is kept for a channel (QUOTA_SET), no longer so (QUOTA_WITHDRAWN), or its day has come (QUOTA_RELEASED)."""
    return Event(
        name=name,
        version=1,
        aggregate="quota",
        aggregate_id=quota_id,
        payload={
            "product_ids": [product_id],
            "channel": channel,
            "quantity": _text(quantity),
            "release_on": release_on.isoformat(),
        },
        occurred_at=now,
        actor_id=actor.id,
        legal_entity_id=legal_entity_id,
    )


def goods_substituted(lines: Sequence[Substituted], now: datetime, actor: Actor) -> list[Event]:
    """Another product is reserved for lines than was ordered: one event for each order."""
    by_order: dict[UUID, list[Substituted]] = {}
    for line in lines:
        by_order.setdefault(line.order_id, []).append(line)
    return [
        Event(
            name=SUBSTITUTED,
            version=1,
            aggregate="backorder",
            aggregate_id=order_id,
            payload={
                "quantities": {str(line.line_id): _text(line.quantity) for line in of_order},
                "products": {str(line.line_id): [str(line.ordered_id), str(line.product_id)] for line in of_order},
            },
            occurred_at=now,
            actor_id=actor.id,
            legal_entity_id=of_order[0].legal_entity_id,
            related={"order": order_id},
        )
        for order_id, of_order in by_order.items()
    ]


def hold_event(name: str, hold_id: UUID, now: datetime, actor: Actor) -> Event:
    """Goods were set aside, let go, or held for too long (HOLD_MADE, HOLD_RELEASED, HOLD_EXPIRED)."""
    return Event(
        name=name, version=1, aggregate="hold", aggregate_id=hold_id, payload={}, occurred_at=now, actor_id=actor.id
    )


def feed_event(
    name: str, warehouse_id: UUID, last_word_at: datetime, legal_entity_id: UUID, occurred_at: datetime
) -> Event:
    """The feed of a warehouse's system fell silent (FEED_STOPPED) or speaks again (FEED_RESUMED)."""
    return Event(
        name=name,
        version=1,
        aggregate="warehouse",
        aggregate_id=warehouse_id,
        payload={"last_word_at": last_word_at.isoformat()},
        occurred_at=occurred_at,
        legal_entity_id=legal_entity_id,
    )


def _text(quantity: Decimal) -> str:
    """Write a quantity without the zeros that its column adds."""
    return f"{quantity.normalize():f}"


def promises_made(changes: Sequence[Change], now: datetime, actor: Actor) -> list[Event]:
    """Lines have a day for the first time (promised), or another one (promise_moved): one event for each order and of each kind."""
    found: dict[tuple[str, UUID], list[Change]] = {}
    for change in changes:
        name = PROMISED if change.line.promised_on is None and change.line.promise_no == 0 else PROMISE_MOVED
        found.setdefault((name, change.line.order_id), []).append(change)
    return [
        _about_promises(name, of_order[0].line, {str(c.line.line_id): _promise(c) for c in of_order}, now, actor)
        for (name, _), of_order in found.items()
    ]


def promises_broken(lines: Sequence[BrokenLine], now: datetime, actor: Actor) -> list[Event]:
    """Promises cannot be kept: one event for each order, with what is short, because of which supply, and when it can leave."""
    found: dict[UUID, list[BrokenLine]] = {}
    for each in lines:
        found.setdefault(each.line.order_id, []).append(each)
    return [
        _about_promises(PROMISE_BROKEN, rows[0].line, {str(row.line.line_id): _break(row) for row in rows}, now, actor)
        for rows in found.values()
    ]


def _promise(change: Change) -> dict[str, object]:
    return {
        "promise_no": change.line.promise_no + 1,
        "was_on": _day(change.line.promised_on),
        "promised_on": _day(change.promised_on),
        "quantity": _text(change.line.quantity),
        "why": change.why,
    }


def _break(broken: BrokenLine) -> dict[str, object]:
    return {
        "promised_on": _day(broken.line.promised_on),
        "possible_on": _day(broken.possible_on),
        "short": _text(broken.short),
        "supply_id": broken.supply_id,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _about_promises(name: str, line: Line, lines: Mapping[str, object], now: datetime, actor: Actor) -> Event:
    return Event(
        name=name,
        version=1,
        aggregate="backorder",
        aggregate_id=line.order_id,
        payload={"lines": lines},
        occurred_at=now,
        actor_id=actor.id,
        legal_entity_id=line.legal_entity_id,
        related={"order": line.order_id},
    )
