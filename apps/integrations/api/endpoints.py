"""Connections to warehouse systems and their messages; and the door by which those systems tell what happens."""

from collections.abc import Collection
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.integrations.api.answers import ConnectionShown, MessageMoved, MessageShown, MessagesTaken
from apps.integrations.api.bodies import ConnectionBody, NoteBody
from apps.integrations.api.signed import SignedRequests
from apps.integrations.decisions.wms.bodies import Batch
from apps.integrations.models import Direction, MessageState, WarehouseConnection, WarehouseMessage
from apps.integrations.permissions import MANAGE_WAREHOUSE_CONNECTIONS, SEND_AGAIN, VIEW_WAREHOUSE_MESSAGES
from apps.integrations.selectors import messages as lists
from apps.integrations.selectors.connections import Connection
from apps.integrations.services.wms_connections import (
    ConnectionDraft,
    add_connection_in,
    change_connection,
    dismiss_messages,
    send_again,
)
from apps.integrations.services.wms_receiving import take_messages
from apps.inventory.contract import warehouses
from apps.masterdata.contract import actor_of
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.permissions import SIGNED_IN
from ordercash.web.api.wanted import id_wanted, text_wanted, wrong


class Connections(APIView):
    """GET the connections to warehouse systems; POST a new one."""

    permissions = {"GET": VIEW_WAREHOUSE_MESSAGES, "POST": MANAGE_WAREHOUSE_CONNECTIONS}
    shapes = {
        "GET": Shape(answer=ConnectionShown, listed=True),
        "POST": Shape(request=ConnectionBody, answer=ConnectionShown, status=201, keyed=True),
    }

    def get(self, request: Request) -> Response:
        return Response({"items": [shown_connection(row) for row in lists.connections().order_by("id")]})

    def post(self, request: Request) -> HttpResponse:
        draft, actor = _draft(request), actor_of(request.user)

        def work(_: str) -> tuple[int, dict[str, Any]]:
            return 201, shown_connection(lists.connection(add_connection_in(draft, actor=actor, now=clock.now())))

        return respond_once(request, work)


class ConnectionDetail(APIView):
    """GET one connection; PUT what it should be."""

    permissions = {"GET": VIEW_WAREHOUSE_MESSAGES, "PUT": MANAGE_WAREHOUSE_CONNECTIONS}
    shapes = {"GET": Shape(answer=ConnectionShown), "PUT": Shape(request=ConnectionBody, answer=ConnectionShown)}

    def get(self, request: Request, connection_id: UUID) -> Response:
        return Response(shown_connection(lists.connection(connection_id)))

    def put(self, request: Request, connection_id: UUID) -> Response:
        change_connection(connection_id, _draft(request), actor=actor_of(request.user), now=clock.now())
        return Response(shown_connection(lists.connection(connection_id)))


class Messages(APIView):
    """GET the messages both ways, the newest first."""

    permissions = {"GET": VIEW_WAREHOUSE_MESSAGES}
    shapes = {
        "GET": Shape(
            answer=MessageShown,
            query={
                "order": Query("Messages about one order", UUID),
                "connection": Query("Messages of one connection", UUID),
                "state": Query("One state", words=MessageState.values),
                "direction": Query("One way", words=Direction.values),
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        state, direction = _word(request, "state", MessageState.values), _word(request, "direction", Direction.values)
        order_id = id_wanted(request, "order")
        rows = lists.messages(
            order_ids=[order_id] if order_id else None,
            connection_id=id_wanted(request, "connection"),
            direction=direction,
            states=[state] if state else None,
        )
        return page_response(request, rows, sort=lists.NEWEST, show=lambda page: [shown_message(row) for row in page])


class SendAgain(APIView):
    """Send a message again that was given up, or apply one that was refused."""

    permissions = {"POST": SEND_AGAIN}
    shapes = {"POST": Shape(request=NoteBody, answer=MessageMoved)}

    def post(self, request: Request, message_id: UUID) -> Response:
        note = read_body(NoteBody, request.data).note
        lists.message(message_id)
        told = send_again([message_id], note=note, actor=actor_of(request.user), now=clock.now())
        return Response(_moved(message_id, told[message_id]))


class Dismiss(APIView):
    """Leave a message as it is and close its case."""

    permissions = {"POST": SEND_AGAIN}
    shapes = {"POST": Shape(request=NoteBody, answer=MessageMoved)}

    def post(self, request: Request, message_id: UUID) -> Response:
        note = read_body(NoteBody, request.data).note
        lists.message(message_id)
        told = dismiss_messages([message_id], note=note, actor=actor_of(request.user), now=clock.now())
        return Response(_moved(message_id, told[message_id]))


class FromWarehouse(APIView):
    """POST what happened in a warehouse: up to 100 messages of its system, which signs the request. They are kept at once, each
    once however often it comes, and applied a little later.
    """

    authentication_classes = (SignedRequests,)
    permissions = {"POST": SIGNED_IN}
    shapes = {"POST": Shape(request=Batch, answer=MessagesTaken, status=202)}

    def post(self, request: Request, connection_id: UUID) -> Response:
        batch, connection = read_body(Batch, request.data), cast(Connection, request.auth)
        taken = take_messages(connection, batch.messages, now=clock.now())
        return Response({"new": taken.new, "repeated": taken.repeated}, status=202)


def _word(request: Request, name: str, known: Collection[str]) -> str:
    """Return a parameter that is one of some words, "" when left out; raises InvalidInput."""
    text = text_wanted(request, name)
    if name in request.query_params and text not in known:
        raise wrong(name, f"Write one of: {', '.join(known)}.")
    return text


def _draft(request: Request) -> ConnectionDraft:
    return ConnectionDraft(**read_body(ConnectionBody, request.data).model_dump())


def _moved(message_id: UUID, told: str) -> dict[str, Any]:
    return {"id": message_id, "state": lists.message(message_id).state, "told": told}


def shown_connection(row: WarehouseConnection) -> dict[str, Any]:
    """Return a connection as it is shown; never its secret."""
    place = warehouses().get(row.warehouse_id)
    plain = {name: getattr(row, name) for name in ConnectionShown.model_fields if hasattr(row, name)}
    return plain | {"warehouse": place.code if place else "", "has_secret": row.has_secret}


def shown_message(row: WarehouseMessage) -> dict[str, Any]:
    """Return a message as it is shown."""
    return {name: getattr(row, name) for name in MessageShown.model_fields}
