"""Promises over the API, and the ways out of a late or short supply."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.shapes import text
from apps.inventory.contract import warehouses
from apps.inventory.decisions.facts.promises import Line
from apps.inventory.models import Backorder, BrokenPromise
from apps.inventory.permissions import APPLY_REPLAN, VIEW_PROMISES
from apps.inventory.selectors.promise_list import PROMISE_SORT, PegShown, broken_by_line, pegs_by_line, promises
from apps.inventory.selectors.promises import supply_names
from apps.inventory.services.replanning import WAY_WORDS, Replans, WayShown, apply_way, replans_of
from apps.masterdata.contract import actor_of
from ordercash.kernel import clock
from ordercash.kernel.money import to_major
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.values import Answer, Number, strict
from ordercash.web.api.wanted import flag_wanted, id_wanted, text_wanted


class PromisePeg(Answer):
    """What of a line a supply serves, or the shelf of a warehouse (no supply), and the day on which it can leave."""

    supply: str | None
    supply_id: UUID | None
    warehouse: str
    quantity: Number
    ship_on: date


class PromiseBroken(Answer):
    """What of a line is short on its day, the supply that is the cause, and when the last of it can leave (null: not at all)."""

    short: Number
    because_of: str | None
    supply_id: UUID | None
    possible_on: date | None


class PromiseShown(Answer):
    """A waiting line with the day that it was told; `promise_no` counts the days that it was told so far."""

    line_id: UUID
    order_id: UUID
    customer_id: UUID | None
    legal_entity: str
    sku: str
    quantity: Number
    wanted_on: date | None
    promised_on: date
    first_promised_on: date | None
    promise_no: int
    pegs: list[PromisePeg]
    broken: PromiseBroken | None


class Promises(APIView):
    """GET what is promised to lines that wait, the earliest day first, with the supplies behind it and what cannot be kept."""

    permissions = {"GET": VIEW_PROMISES}
    shapes = {
        "GET": Shape(
            answer=PromiseShown,
            query={
                "order": Query("Of one order", UUID),
                "supply": Query("Pegged to one supply, or broken because of it", UUID),
                "sku": "Of one product",
                "broken": Query("true: only promises that cannot be kept", bool),
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        rows = promises(
            order_id=id_wanted(request, "order"),
            supply_id=id_wanted(request, "supply"),
            sku=text_wanted(request, "sku"),
            broken=flag_wanted(request, "broken"),
        )
        return page_response(request, rows, sort=PROMISE_SORT, show=_promises, id_field="line_id")


class Cost(Answer):
    """What a way costs in one currency."""

    currency: str
    amount: Number


class NewSource(Answer):
    """A supply, or the shelf of a warehouse (no supply), and what of a line it is to serve."""

    supply: str | None
    supply_id: UUID | None
    warehouse: str
    quantity: Number


class NewDayShown(Answer):
    """A line's new day (null: nothing is to come for it), and where its goods come from."""

    line_id: UUID
    order_id: UUID
    quantity: Number
    promised_on: date | None
    new_on: date | None
    comes_from: list[NewSource]


class ReplanWay(Answer):
    """A way out, what it costs by currency, how many promises it moves, and the new days."""

    way: str
    title: str
    costs: list[Cost]
    moved: int
    days: list[NewDayShown]


class ReplansShown(Answer):
    """The ways out of what a supply and others of its product break, the cheapest first; `stamp` names what they were worked out from."""

    stamp: str
    broken: int
    ways: list[ReplanWay]


class ReplanChosen(BaseModel):
    """The way to carry out; with the stamp of the answer that it was chosen from it is refused once anything changed."""

    model_config = strict(way="cheapest", stamp="3f2a9c1b7d5e4f60a1b2c3d4")

    way: Literal["cheapest", "in_order", "fewest_moved"]
    stamp: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class ReplanDone(Answer):
    """The way that was carried out, and how many promises have a day that can be kept."""

    way: str
    promises: int


class SupplyReplans(APIView):
    """GET the ways out of a late or short supply; nothing is changed."""

    permissions = {"GET": VIEW_PROMISES}
    shapes = {"GET": Shape(answer=ReplansShown)}

    def get(self, request: Request, supply_id: UUID) -> Response:
        return Response(_replans(replans_of(supply_id, now=clock.now())))


class ApplyReplan(APIView):
    """POST the way to carry out: the broken promises get its days, the customers are told, and the case is closed."""

    permissions = {"POST": APPLY_REPLAN}
    shapes = {"POST": Shape(request=ReplanChosen, answer=ReplanDone, keyed=True)}

    def post(self, request: Request, supply_id: UUID) -> HttpResponse:
        body, now, actor = read_body(ReplanChosen, request.data), clock.now(), actor_of(request.user)

        def work(_: str) -> tuple[int, dict[str, Any]]:
            done = apply_way(supply_id, body.way, stamp=body.stamp, actor=actor, now=now)
            return 200, {"way": body.way, "promises": len(done.broken)}

        return respond_once(request, work)


def _promises(rows: Sequence[Backorder]) -> list[dict[str, Any]]:
    ids = [row.line_id for row in rows]
    pegs, broken = pegs_by_line(ids), broken_by_line(ids)
    return [_promise(row, pegs.get(row.line_id, ()), broken.get(row.line_id)) for row in rows]


def _promise(row: Backorder, pegs: Sequence[PegShown], broken: BrokenPromise | None) -> dict[str, Any]:
    return {
        "line_id": row.line_id,
        "order_id": row.order_id,
        "customer_id": row.customer_id,
        "legal_entity": row.legal_entity.code,
        "sku": row.product.sku,
        "quantity": text(row.quantity),
        "wanted_on": row.wanted_on,
        "promised_on": row.promised_on,
        "first_promised_on": row.first_promised_on,
        "promise_no": row.promise_no,
        "pegs": [
            {
                "supply": each.supply,
                "supply_id": each.supply_id,
                "warehouse": each.warehouse,
                "quantity": text(each.quantity),
                "ship_on": each.ship_on,
            }
            for each in pegs
        ],
        "broken": None
        if broken is None
        else {
            "short": text(broken.short),
            "because_of": broken.supply.number if broken.supply else None,
            "supply_id": broken.supply_id,
            "possible_on": broken.possible_on,
        },
    }


def _replans(found: Replans) -> dict[str, Any]:
    names = supply_names({id for way in found.ways for day in way.days for id, *_ in day.comes_from if id})
    return {"stamp": found.stamp, "broken": len(found.broken), "ways": [_way(way, names) for way in found.ways]}


def _way(way: WayShown, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "way": way.name,
        "title": WAY_WORDS[way.name][0],
        "costs": [
            {"currency": currency, "amount": str(to_major(minor, currency))} for currency, minor in way.costs.items()
        ],
        "moved": way.moved,
        "days": [_new_day(each.line, each.promised_on, each.comes_from, names) for each in way.days],
    }


def _new_day(line: Line, new_on: date | None, comes_from: Sequence[Any], names: Mapping[UUID, str]) -> dict[str, Any]:
    places = warehouses()
    return {
        "line_id": line.line_id,
        "order_id": line.order_id,
        "quantity": text(line.quantity),
        "promised_on": line.promised_on,
        "new_on": new_on,
        "comes_from": [
            {
                "supply": names.get(id) if id else None,
                "supply_id": id,
                "warehouse": places[where].code,
                "quantity": text(quantity),
            }
            for id, where, quantity in comes_from
        ],
    }
