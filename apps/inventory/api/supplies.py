"""Supplies over the API: announced, known better, received in parts, closed."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.answers import SuppliesAnnounced, SupplyRow, SupplyShown
from apps.inventory.api.bodies import Arrival, Closing, NewSupplies, SupplyUpdate
from apps.inventory.api.drafts import supply_drafts
from apps.inventory.api.shapes import shown_refusal
from apps.inventory.api.supply_shapes import shown_arrivals, shown_pegs, shown_supply
from apps.inventory.decisions.facts import Refusal
from apps.inventory.decisions.facts.supplies import SupplyArrival, SupplyChange, SupplyClosing, SupplyResult
from apps.inventory.models import SupplyStatus
from apps.inventory.permissions import CHANGE_SUPPLIES, RECEIVE_STOCK, VIEW_SUPPLIES
from apps.inventory.selectors.supplies import SUPPLY_SORT, arrivals_of, pegged_lines, supplies, supply
from apps.inventory.services.desk import change_goods
from apps.inventory.services.supply_arrivals import receive_supplies
from apps.inventory.services.supplying import announce_supplies, close_supplies
from apps.masterdata.contract import actor_of
from ordercash.kernel import clock
from ordercash.kernel.errors import Conflict, Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.wanted import flag_wanted, text_wanted


class SupplyRefused(Conflict):
    """The supply does not allow it; `reason` is the code of why."""

    code, title = "supply_refused", "This is not possible with the supply as it stands"


class Supplies(APIView):
    """GET supplies, those first that are due first; POST up to 1,000 new ones, each refused by itself. A source_ref announces once."""

    permissions = {"GET": VIEW_SUPPLIES, "POST": CHANGE_SUPPLIES}
    shapes = {
        "GET": Shape(
            answer=SupplyRow,
            query={
                "q": "Part of a number, SKU or product name",
                "sku": "One product",
                "warehouse": "Code of a warehouse",
                "status": f"One of {', '.join(SupplyStatus.values)}",
                "open": Query("true: only those of which something may still come", bool),
                "late": Query("true: only open ones that should have come", bool),
            },
            paged=True,
        ),
        "POST": Shape(request=NewSupplies, answer=SuppliesAnnounced, keyed=True),
    }

    def get(self, request: Request) -> Response:
        status = text_wanted(request, "status")
        if status and status not in SupplyStatus.values:
            raise InvalidInput(faults=[Fault("?status", "unknown_status", "There is no such status.")])
        rows = supplies(
            text=text_wanted(request, "q"),
            sku=text_wanted(request, "sku"),
            warehouse=text_wanted(request, "warehouse"),
            statuses=[status] if status else (),
            late_at=clock.now() if flag_wanted(request, "late") else None,
            is_open=flag_wanted(request, "open"),
        )
        return page_response(request, rows, sort=SUPPLY_SORT, show=lambda page: [shown_supply(row) for row in page])

    def post(self, request: Request) -> HttpResponse:
        now, actor = clock.now(), actor_of(request.user)
        drafts = supply_drafts(read_body(NewSupplies, request.data).supplies)

        def work(_: str) -> tuple[int, dict[str, Any]]:
            result = announce_supplies(drafts, now=now, actor=actor)
            shown = {row.pk: row for row in supplies().filter(pk__in=[each.id for each in result.supplies])}
            rows = [shown_supply(shown[each.id]) for each in result.supplies]
            return 200, {"supplies": rows, "refused": [shown_refusal(each) for each in result.refused]}

        return respond_once(request, work)


class SupplyDetail(APIView):
    """GET one supply with what came of it and who is promised the rest; PATCH what is known better."""

    permissions = {"GET": VIEW_SUPPLIES, "PATCH": CHANGE_SUPPLIES}
    shapes = {"GET": Shape(answer=SupplyShown), "PATCH": Shape(request=SupplyUpdate, answer=SupplyShown)}

    def get(self, request: Request, supply_id: UUID) -> Response:
        return Response(_shown(supply_id))

    def patch(self, request: Request, supply_id: UUID) -> Response:
        supply(supply_id)
        change = SupplyChange(supply_id, **read_body(SupplyUpdate, request.data).model_dump())
        refuse(change_goods(changes=[change], actor=actor_of(request.user), now=clock.now()).refused)
        return Response(_shown(supply_id))


class SupplyReceipts(APIView):
    """POST what came of a supply, in parts if it must be; those who wait get it at once. A source_ref is received once."""

    permissions = {"POST": RECEIVE_STOCK}
    shapes = {"POST": Shape(request=Arrival, answer=SupplyShown, keyed=True)}

    def post(self, request: Request, supply_id: UUID) -> HttpResponse:
        given, now, actor = read_body(Arrival, request.data), clock.now(), actor_of(request.user)
        if given.received_at and given.received_at > now:
            detail = "Nothing can be received before it comes."
            raise InvalidInput(faults=[Fault("/received_at", "in_the_future", detail)])
        supply(supply_id)
        arrival = SupplyArrival(supply_id, **(given.model_dump() | {"received_at": given.received_at or now}))
        return _once(request, supply_id, lambda: receive_supplies([arrival], now=now, actor=actor))


class SupplyEnd(APIView):
    """POST that nothing more of a supply will come, and why."""

    permissions = {"POST": CHANGE_SUPPLIES}
    shapes = {"POST": Shape(request=Closing, answer=SupplyShown, keyed=True)}

    def post(self, request: Request, supply_id: UUID) -> HttpResponse:
        reason, now, actor = read_body(Closing, request.data).reason, clock.now(), actor_of(request.user)
        supply(supply_id)
        closing = SupplyClosing(supply_id, reason)
        return _once(request, supply_id, lambda: close_supplies([closing], now=now, actor=actor))


def _once(request: Request, supply_id: UUID, verb: Callable[[], SupplyResult]) -> HttpResponse:
    def work(_: str) -> tuple[int, dict[str, Any]]:
        refuse(verb().refused)
        return 200, _shown(supply_id)

    return respond_once(request, work)


def refuse(refused: Sequence[Refusal]) -> None:
    """Raise SupplyRefused with the code and the words of the first refusal, when there is one."""
    if refused:
        raise SupplyRefused(refused[0].detail, extra={"reason": refused[0].code})


def _shown(supply_id: UUID) -> dict[str, Any]:
    row = supply(supply_id)
    currency = row.warehouse.legal_entity.currency_id
    receipts = shown_arrivals(arrivals_of(supply_id), currency)
    return {**shown_supply(row), "receipts": receipts, "pegs": shown_pegs(pegged_lines(supply_id))}
