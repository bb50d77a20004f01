"""Messages with warehouse systems: the list, and one with all that was said of its order."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from apps.exceptions.contract import case_of
from apps.integrations.decisions.wms.bodies import BODIES
from apps.integrations.models import Direction, MessageState, WarehouseMessage
from apps.integrations.pages.connections import place_choices, place_of
from apps.integrations.permissions import SEND_AGAIN, VIEW_WAREHOUSE_MESSAGES
from apps.integrations.selectors import messages as lists
from apps.integrations.services.wms_connections import dismiss_messages, send_again
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import quantity_html
from ordercash.web.links import names_of
from ordercash.web.page import Page
from ordercash.web.payloads import told_html
from ordercash.web.worklist import Worklist

FIGURES = ("quantity", "missing", "good", "damaged", "scrapped")
TOLD = ("order", "count", "inspection")
KINDS = [(kind, kind.replace("_", " ").capitalize()) for kind in (*TOLD, *BODIES)]
KIND = Column("kind", "Message", link="warehouse_message", value=lambda row: row.kind.replace("_", " "))
ORDER = Column(
    "order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order" if row.order_id else ""
)
COMMON = (
    Column("way", "Way", value=lambda row: "to" if row.direction == Direction.OUT else "from"),
    Column("warehouse", "Warehouse", value=lambda row: place_of(row.connection.warehouse_id)),
    Column("number", "Number", kind="number", value=lambda row: row.order_seq or row.seq),
    Column("state", "State", kind="badge"),
    Column("attempts", "Attempts", kind="number", desk=True, value=lambda row: row.attempts or None),
    Column("repeats", "Came again", kind="number", desk=True, value=lambda row: row.repeats or None),
    Column("error", "What was special"),
)


class Messages(Worklist):
    """Every message both ways, the newest first; heartbeats, of which there are six a minute, only when they are asked for."""

    permission = VIEW_WAREHOUSE_MESSAGES
    title = "Messages with warehouse systems"
    row_noun = "message"
    default_sort = lists.NEWEST
    columns = (KIND, Column("created_at", "Since", kind="moment", sort="created_at"), ORDER, *COMMON)
    filters = (
        Filter("order", "Order", placeholder="SO-"),
        Filter("warehouse", "Warehouse", kind="choice", choices=place_choices),
        Filter("kind", "Message", kind="choice", choices=KINDS),
        Filter("direction", "Way", kind="choice", choices=Direction.choices),
        Filter("state", "State", kind="choices", choices=MessageState.choices),
        Filter("beats", "Heartbeats, too", kind="flag"),
    )
    bulk = (Action("Try again", verb="again", permission=SEND_AGAIN, reason=True),)
    empty = Empty("No messages yet", "They appear here when a warehouse with a system of its own has something to do.")

    def queryset(self, wanted: Wanted) -> QuerySet[WarehouseMessage]:
        orders = lists.orders_wanted(wanted["order"] or "")
        return lists.messages(
            warehouse=wanted["warehouse"],
            kind=wanted["kind"],
            beats=bool(wanted["beats"]),
            direction=wanted["direction"],
            states=wanted["state"],
            order_ids=orders,
        )

    def do_again(self, given: Given) -> str:
        told = send_again(given.ids, note=given.reason, actor=self.actor, now=clock.now())
        again = sum(text == "It is tried again." for text in told.values())
        return f"{again} of {len(told)} are tried again."


class MessagePage(Page):
    """One message, and every hop of its order both ways."""

    permission = VIEW_WAREHOUSE_MESSAGES
    template = "integrations/message.html"
    crumbs = (Crumb("Messages", "warehouse_messages"),)

    @cached_property
    def message(self) -> WarehouseMessage:
        return lists.message(self.kwargs["message_id"])

    def context(self) -> Mapping[str, Any]:
        message = self.message
        self.title = f"{message.kind.replace('_', ' ').capitalize()} {message.order_seq or message.seq or ''}".strip()
        hops = lists.hops_of(message.order_id) if message.order_id else []
        case = case_of("warehouse_message", message.pk)
        return {
            "message": message,
            "badge": message.state,
            "case_id": case.id if case else None,
            "order_number": next(iter(names_of("order", [message.order_id]).values()), "Order"),
            "warehouse": place_of(message.connection.warehouse_id),
            "payload": told_html({name: value for name, value in message.payload.items() if name != "lines"}),
            "lines": Table(columns=lines_of(message), rows=message.payload.get("lines", []), caption="Lines"),
            "hops": Table(columns=(Column("created_at", "Since", kind="moment"), KIND, *COMMON), rows=hops,
                          caption="Everything said of this order"),
        }  # fmt: skip

    def actions(self) -> Sequence[Action]:
        ended = self.message.state in (MessageState.DEAD, MessageState.REFUSED, MessageState.SENT)
        return (
            Action("Try again", verb="again", permission=SEND_AGAIN, style="primary", reason=True,
                   disabled="" if ended else "It has not failed"),
            Action("Leave as it is", verb="dismiss", permission=SEND_AGAIN, reason=True,
                   disabled="" if case_of("warehouse_message", self.message.pk) else "No case waits for it"),
        )  # fmt: skip

    def do_again(self, given: Given) -> str:
        told = send_again([self.message.pk], note=given.reason, actor=self.actor, now=clock.now())
        return told[self.message.pk]

    def do_dismiss(self, given: Given) -> str:
        told = dismiss_messages([self.message.pk], note=given.reason, actor=self.actor, now=clock.now())
        return told[self.message.pk]


def lines_of(message: WarehouseMessage) -> tuple[Column, ...]:
    """Return the columns of the lines that a message names: those members that any of them has."""
    named = {name for line in message.payload.get("lines", []) for name in line}
    told = [
        Column("sku", "SKU", kind="code") if "sku" in named else Column("line_id", "Line", kind="code"),
        Column("lot", "Lot", kind="code"),
        *(Column(name, name.capitalize(), kind="figure", value=_figure(name)) for name in FIGURES),
        Column("condition", "Condition", value=lambda line: str(line.get("condition", "")).replace("_", " ")),
        Column("lots", "Lots", value=_lots),
    ]
    return tuple(column for column in told if column.key in named)


def _figure(name: str) -> Callable[[Any], Any]:
    return lambda line: quantity_html(Decimal(str(line[name]))) if line.get(name) not in (None, "") else None


def _lots(line: Mapping[str, Any]) -> str:
    """Return of which lots a line is: "12 of EG-0622, 3 of EG-0701"."""
    return ", ".join(f"{each['quantity']} of {each['lot']}" for each in line.get("lots") or ())
