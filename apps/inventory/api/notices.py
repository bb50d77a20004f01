"""What customers are told, over the API."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.shapes import text
from apps.inventory.decisions.notices.texts import text_of
from apps.inventory.models import Notice, NoticeKind, NoticeState
from apps.inventory.permissions import VIEW_NOTICES
from apps.inventory.selectors.notices import NOTICE_SORT, notices
from apps.masterdata.contract import customer_id_called
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.values import Answer, Number
from ordercash.web.api.wanted import id_wanted, instant_wanted, text_wanted, word_wanted


class NoticeLine(Answer):
    """A line with the day that it is promised (null: none is known), and the day before it."""

    line_id: UUID
    quantity: Number
    was_on: date | None
    promised_on: date | None


class NoticeShown(Answer):
    """What a customer is told about one fact, in his language; `why` says what keeps a suppressed one from him."""

    id: UUID
    customer_id: UUID
    order_id: UUID
    kind: Literal["first_promise", "promise_moved", "part_shipped", "cancelled", "substituted"]
    language: str
    text: str
    lines: list[NoticeLine]
    state: Literal["waiting", "sent", "suppressed"]
    why: str
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    sent_at: AwareDatetime | None


class Notices(APIView):
    """GET what customers are told, the newest fact first."""

    permissions = {"GET": VIEW_NOTICES}
    shapes = {
        "GET": Shape(
            answer=NoticeShown,
            query={
                "customer": "To one customer, by code",
                "order": Query("About one order", UUID),
                "kind": Query("Of one kind", words=NoticeKind.values),
                "state": Query("In one state", words=NoticeState.values),
                "since": Query("Of facts from an instant on (RFC 3339)", datetime),
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        kind = word_wanted(request, "kind", NoticeKind.values)
        state = word_wanted(request, "state", NoticeState.values)
        code = text_wanted(request, "customer")
        rows = notices(
            kinds=[kind] if kind else (),
            states=[state] if state else (),
            customer_id=customer_id_called(code) if code else None,
            order_id=id_wanted(request, "order"),
            since=instant_wanted(request, "since"),
        )
        return page_response(request, rows, sort=NOTICE_SORT, show=_shown)


def _shown(rows: Sequence[Notice]) -> list[Mapping[str, Any]]:
    return [
        {
            "id": row.pk,
            "customer_id": row.customer_id,
            "order_id": row.order_id,
            "kind": row.kind,
            "language": row.language,
            "text": text_of(row.kind, row.language, row.payload),
            "lines": [_line(each) for each in row.payload.get("lines", ()) if "promised_on" in each],
            "state": row.state,
            "why": row.why,
            "occurred_at": row.occurred_at,
            "recorded_at": row.recorded_at,
            "sent_at": row.sent_at,
        }
        for row in rows
    ]


def _line(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**told, "quantity": text(Decimal(told["quantity"]))}
