"""Orders over the API: list and place, one order, the published schema of the canonical order."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.contract import timeline
from apps.inventory.contract import sourcing_of
from apps.orders.api.answers import (
    JsonSchema,
    OrderPlaced,
    OrderRow,
    OrderShown,
    OrderSources,
    PriceExplanation,
    TimelineEvent,
)
from apps.orders.api.intake import place_order
from apps.orders.api.shapes import shown_order, shown_orders, shown_prices, shown_sourcing
from apps.orders.decisions.canonical import CanonicalOrder, json_schema
from apps.orders.permissions import PLACE_ORDERS, VIEW_ORDERS
from apps.orders.selectors.detail import order_detail
from apps.orders.selectors.explain import price_explanation
from apps.orders.selectors.listing import each_state, orders
from apps.orders.states import ORDER
from ordercash.kernel.errors import DomainError, Fault
from ordercash.web.api.etags import etag
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.permissions import SIGNED_IN


class UnknownState(DomainError):
    """A filter names a state that orders do not have."""

    code, title, status = "filter_unknown", "The filter cannot be used", 400


class Orders(APIView):
    """GET the orders, newest first; POST a new one with an Idempotency-Key."""

    permissions = {"GET": VIEW_ORDERS, "POST": PLACE_ORDERS}
    shapes = {
        "GET": Shape(
            answer=OrderRow,
            query={
                "q": "Part of an order's number, of the customer's own number or of a customer's code",
                "state": Query(f"Several with commas: {', '.join(ORDER.states)}"),
                "channel": "Code of a channel",
            },
            paged=True,
        ),
        "POST": Shape(
            request=CanonicalOrder,
            answer=OrderPlaced,
            status=201,
            keyed=True,
            headers={"Location": "Where the order is read"},
        ),
    }

    def get(self, request: Request) -> Response:
        wanted = request.query_params
        states = [state for state in wanted.get("state", "").split(",") if state]
        if not set(states) <= set(ORDER.states):
            known = ", ".join(ORDER.states)
            raise UnknownState(
                f"state is one of {known}.", faults=[Fault("?state", "state_unknown", f"One of {known}.")]
            )
        found = orders(
            text=wanted.get("q", "").replace("\x00", ""),
            states=states,
            channel=wanted.get("channel", "").replace("\x00", ""),
        )
        among = each_state(states)
        return page_response(request, found, sort="-ordered_at", show=shown_orders, among=among)  # type: ignore[type-var, arg-type]

    def post(self, request: Request) -> HttpResponse:
        return place_order(request)


class OrderDetail(APIView):
    """One order with its lines and where they stand."""

    permissions = {"GET": VIEW_ORDERS}
    shapes = {"GET": Shape(answer=OrderShown, headers={"ETag": "The order's version"})}

    def get(self, request: Request, order_id: UUID) -> Response:
        order = order_detail(order_id)
        return Response(shown_order(order), headers={"ETag": etag(order.version)})


class OrderTimeline(APIView):
    """Everything that happened to an order, oldest first."""

    permissions = {"GET": VIEW_ORDERS}
    shapes = {"GET": Shape(answer=TimelineEvent, listed=True)}

    def get(self, request: Request, order_id: UUID) -> Response:
        order = order_detail(order_id)
        items: list[dict[str, Any]] = [
            {
                "id": event.id,
                "name": event.name,
                "occurred_at": event.occurred_at,
                "recorded_at": event.recorded_at,
                "actor_id": event.actor_id,
                "payload": event.payload,
            }
            for event in timeline(order.id)
        ]
        return Response({"items": items})


class OrderPrices(APIView):
    """Why each line costs what it costs: every access tried, what it found, and the rulebook version that decided."""

    permissions = {"GET": VIEW_ORDERS}
    shapes = {"GET": Shape(answer=PriceExplanation)}

    def get(self, request: Request, order_id: UUID) -> Response:
        return Response(shown_prices(price_explanation(order_detail(order_id).id)))


class OrderSourcing(APIView):
    """From where the order comes: each decision of the rules of sourcing, the parts of its cost and what was rejected."""

    permissions = {"GET": VIEW_ORDERS}
    shapes = {"GET": Shape(answer=OrderSources)}

    def get(self, request: Request, order_id: UUID) -> Response:
        return Response({"items": [shown_sourcing(told) for told in sourcing_of(order_detail(order_id).id)]})


class OrderSchema(APIView):
    """The JSON Schema of the canonical order, version 1."""

    permissions = {"GET": SIGNED_IN}
    shapes = {"GET": Shape(answer=JsonSchema)}

    def get(self, request: Request) -> Response:
        return Response(json_schema())
