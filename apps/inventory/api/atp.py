"""What can be promised, over the API: a cart, and the plan of one product."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.atp_shapes import Cart, CartLine, CartOffered, PlanAnswer
from apps.inventory.contract import WarehouseFacts, warehouses
from apps.inventory.permissions import VIEW_PROMISES
from apps.inventory.selectors.atp import Leaving, Offered, Wish, offer_cart
from apps.inventory.selectors.atp_shown import PlanShown, plan_shown
from apps.inventory.selectors.promises import supply_names
from apps.masterdata.contract import (
    EntityFacts,
    PartFacts,
    ProductFacts,
    bundle_parts,
    entities_by_code,
    products_by_id,
    products_by_sku,
    quantity_fault,
)
from ordercash.kernel import clock
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.wanted import text_wanted, wrong

MOST_DAYS = 366
USUAL_DAYS = 180


class Asked(NamedTuple):
    """A line with what it names; of a bundle its parts and how many of each are in one."""

    line: CartLine
    product: ProductFacts
    warehouse: WarehouseFacts | None
    parts: Sequence[tuple[ProductFacts, Decimal]]


class AvailableToPromise(APIView):
    """POST a cart: what of each line can leave when, and from where. Nothing is reserved. GET the plan of one product day by day."""

    permissions = {"GET": VIEW_PROMISES, "POST": VIEW_PROMISES}
    shapes = {
        "GET": Shape(
            answer=PlanAnswer,
            query={
                "sku": Query("The product", required=True),
                "legal_entity": "By its code; may be left out where there is one",
                "warehouse": "What of it is in one warehouse",
                "channel": "With what is kept for a channel",
                "days": Query(f"1 to {MOST_DAYS}; {USUAL_DAYS} when left out", int),
            },
        ),
        "POST": Shape(request=Cart, answer=CartOffered),
    }

    def get(self, request: Request) -> Response:
        sku, code = text_wanted(request, "sku"), text_wanted(request, "warehouse")
        known = products_by_sku([sku])
        if sku not in known or not known[sku].is_stocked:
            raise wrong("sku", f"There are no goods {sku}.")
        entity = _entity(text_wanted(request, "legal_entity"))
        place = next((p for p in warehouses().values() if p.code == code and p.legal_entity_id == entity.id), None)
        if code and place is None:
            raise wrong("warehouse", f"{entity.code} has no warehouse {code}.")
        now = clock.now()
        channel = text_wanted(request, "channel")
        shown = plan_shown(
            entity,
            known[sku],
            warehouse_id=place.id if place else None,
            days=_days_wanted(request),
            now=now,
            channel=channel,
        )
        return Response(_shown_plan(shown, entity, sku, code))

    def post(self, request: Request) -> Response:
        given = read_body(Cart, request.data)
        entity = entities_by_code().get(given.legal_entity)
        if entity is None:
            message = f"There is no legal entity {given.legal_entity}."
            raise InvalidInput(faults=[Fault("/legal_entity", "unknown_legal_entity", message)])
        asked = _resolved(given, entity)
        now = clock.now()
        offered = iter(
            offer_cart(entity.id, [wish for each in asked for wish in _wishes(each)], now=now, channel=given.channel)
        )
        today = business_date(now, entity.time_zone)
        lines = [_answer(each, [next(offered) for _ in _wishes(each)], today) for each in asked]
        ends = [line["complete_on"] for line in lines]
        _name_supplies(lines)
        return Response(
            {"legal_entity": entity.code, "complete_on": None if None in ends else max(ends), "lines": lines}
        )


def _entity(code: str) -> EntityFacts:
    if code:
        found = entities_by_code()
        if code in found:
            return found[code]
    elif len(known := list(entities_by_code().values())) == 1:
        return known[0]
    raise wrong("legal_entity", f"There is no legal entity {code}." if code else "Name one of several legal entities.")


def _days_wanted(request: Request) -> int:
    text = text_wanted(request, "days") or str(USUAL_DAYS)
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_DAYS):
        raise wrong("days", f"Write a whole number from 1 to {MOST_DAYS}.")
    return int(text)


def _resolved(given: Cart, entity: EntityFacts) -> list[Asked]:
    """Return the lines with what they name; raises InvalidInput with a pointer per fault."""
    products = products_by_sku([line.sku for line in given.lines])
    parts = _parts([product.id for product in products.values() if product.is_bundle])
    places = {place.code: place for place in warehouses().values() if place.legal_entity_id == entity.id}
    faults = []
    asked = []
    for place, line in enumerate(given.lines):
        product = products.get(line.sku)
        if product is None:
            faults.append(Fault(f"/lines/{place}/sku", "unknown_product", f"There is no product {line.sku}."))
            continue
        if fault := quantity_fault(product, line.quantity, Decimal(1)):
            faults.append(Fault(f"/lines/{place}/quantity", *fault))
        if line.warehouse and line.warehouse not in places:
            message = f"{entity.code} has no warehouse {line.warehouse}."
            faults.append(Fault(f"/lines/{place}/warehouse", "unknown_warehouse", message))
        asked.append(Asked(line, product, places.get(line.warehouse or ""), parts.get(product.id, ())))
    if faults:
        raise InvalidInput(faults=faults)
    return asked


def _parts(bundle_ids: Sequence[UUID]) -> dict[UUID, list[tuple[ProductFacts, Decimal]]]:
    """Return the goods that bundles are made of, with how many are in one."""
    if not bundle_ids:
        return {}
    found: Mapping[UUID, Sequence[PartFacts]] = bundle_parts(bundle_ids)
    known = products_by_id({part.product_id for parts in found.values() for part in parts})
    return {
        id: [(known[part.product_id], part.quantity) for part in parts if part.is_stocked]
        for id, parts in found.items()
    }


def _wishes(asked: Asked) -> list[Wish]:
    line, place = asked.line, asked.warehouse.id if asked.warehouse else None
    if asked.product.is_bundle:
        return [Wish(part, line.quantity * per, line.wanted_on, place, whole=True) for part, per in asked.parts]
    if not asked.product.is_stocked:
        return []
    return [Wish(asked.product, line.quantity, line.wanted_on, place, line.whole)]


def _answer(asked: Asked, offered: Sequence[Offered], today: date) -> dict[str, Any]:
    """Return the answer of a line: its own offer, that of what is never scarce, or what its parts make together."""
    line = asked.line
    told: dict[str, Any] = {"sku": line.sku, "quantity": _text(line.quantity), "wanted_on": line.wanted_on}
    if asked.product.is_bundle and offered:
        return told | _together(asked, offered)
    if not offered:
        day = max(line.wanted_on or today, today)
        leaves = {"ship_on": day, "quantity": _text(line.quantity), "comes_from": []}
        complete = {"on_wanted_day": _text(line.quantity), "complete_on": day, "schedule": [leaves]}
        return told | complete | {"short": "0", "rule": None}
    (own,) = offered
    return told | {
        "on_wanted_day": _text(own.on_wanted_day),
        "complete_on": own.complete_on,
        "schedule": [_leaving(part, line.sku) for part in own.schedule],
        "short": _text(own.short),
        "rule": own.rule,
    }


def _together(asked: Asked, offered: Sequence[Offered]) -> dict[str, Any]:
    """Return what the parts of a bundle make: it leaves whole, on the day on which the last of its parts can."""
    days = [each.complete_on for each in offered]
    able = min(each.on_wanted_day // per for each, (_, per) in zip(offered, asked.parts, strict=True))
    complete = None if None in days else max(day for day in days if day)
    comes = [
        comes_from
        for each, (part, _) in zip(offered, asked.parts, strict=True)
        for leaving in each.schedule
        for comes_from in _leaving(leaving, part.sku)["comes_from"]
    ]
    quantity = _text(asked.line.quantity)
    return {
        "on_wanted_day": _text(min(able, asked.line.quantity)),
        "complete_on": complete,
        "schedule": [] if complete is None else [{"ship_on": complete, "quantity": quantity, "comes_from": comes}],
        "short": quantity if complete is None else "0",
        "rule": offered[0].rule,
    }


def _leaving(part: Leaving, sku: str) -> dict[str, Any]:
    places = warehouses()
    return {
        "ship_on": part.ship_on,
        "quantity": _text(part.quantity),
        "comes_from": [
            {
                "warehouse": places[each.warehouse_id].code,
                "supply": None,
                "supply_id": each.supply_id,
                "sku": sku,
                "quantity": _text(each.quantity),
                "free_on": each.free_on,
            }
            for each in part.comes_from
        ],
    }


def _name_supplies(lines: Sequence[dict[str, Any]]) -> None:
    """Write the numbers of supplies beside their ids; one statement, none where only shelves serve."""
    comes = [each for line in lines for part in line["schedule"] for each in part["comes_from"] if each["supply_id"]]
    numbers = supply_names({each["supply_id"] for each in comes})
    for each in comes:
        each["supply"] = numbers[each["supply_id"]]


def _shown_plan(shown: PlanShown, entity: EntityFacts, sku: str, warehouse: str) -> dict[str, Any]:
    zone = entity.time_zone
    return {
        "legal_entity": entity.code,
        "sku": sku,
        "warehouse": warehouse or None,
        "today": shown.today,
        "rule": shown.rule,
        "days": [
            {
                "on": day.on,
                "supply": _text(day.supply),
                "demand": _text(day.demand),
                "left": _text(day.left),
                "offered": None if day.offered is None else _text(day.offered),
            }
            for day in shown.days
        ],
        "supplies": [
            {
                "id": row.id,
                "number": row.number,
                "kind": row.kind,
                "status": row.status,
                "warehouse": row.warehouse_code,
                "due_on": business_date(row.due_at, zone),
                "first_due_on": business_date(row.first_due_at, zone),
                "quantity": _text(row.open_quantity),
                "pegged": _text(row.pegged),
                "confidence": _text(row.confidence),
                "counts": row.counts,
            }
            for row in shown.supplies
        ],
        "promises": [
            {
                "order_id": row.order_id,
                "line_id": row.line_id,
                "quantity": _text(row.quantity),
                "wanted_on": row.wanted_on,
                "promised_on": row.promised_on,
                "pegs": list(row.pegs or ()),
            }
            for row in shown.lines
        ],
    }


def _text(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
