"""The list of orders: found by any of their numbers, worked on many at a time."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.masterdata.contract import channels_by_code, customer_id_called
from apps.orders.pages.seen import CASES
from apps.orders.permissions import CANCEL_ORDERS, RELEASE_ORDERS, VIEW_ORDERS
from apps.orders.selectors.listing import each_state, orders
from apps.orders.selectors.numbers import MOST_NAMED, orders_named
from apps.orders.selectors.waiting import waits_for
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.orders.services.outcomes import NotDone
from apps.orders.services.release import release_orders
from apps.orders.states import ORDER
from ordercash.kernel import clock
from ordercash.kernel.errors import Conflict
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.keyset import Slice
from ordercash.web.tones import state_label
from ordercash.web.worklist import Worklist

REFUSALS_TOLD = 3


class NothingDone(Conflict):
    """The verb was refused for every order that was selected; nothing has changed."""

    code, title = "nothing_done", "Nothing was changed"


def state_choices() -> list[tuple[str, str]]:
    """Return the states of an order in the order of its life."""
    return [(state, state_label(state)) for state in ORDER.states]


def channel_choices() -> list[tuple[str, str]]:
    """Return the channels."""
    return [(code, code) for code in channels_by_code()]


class Orders(Worklist):
    """Every order, newest first."""

    permission = VIEW_ORDERS
    title = "Orders"
    row_noun = "order"
    default_sort = "-ordered_at"
    columns = (
        Column("number", "Order", link="order"),
        Column("state", "State", kind="badge"),
        Column("customer_code", "Customer", link="customer", id_key="customer_id"),
        Column("customer_name", "Name", desk=True),
        Column("ordered_at", "Placed", kind="when", sort="ordered_at"),
        Column("channel_code", "Channel", kind="code"),
        Column("external_number", "Channel’s number"),
        Column("purchase_order", "Purchase order", desk=True),
        Column("net_minor", "Net", kind="money", desk=True),
        Column("gross_minor", "Total", kind="money"),
        Column("waits_for", "Waits for", kind="sentence"),
    )
    filters = (
        Filter("q", "Number", placeholder="Any of its numbers"),
        Filter("customer", "Customer", placeholder="Code"),
        Filter("state", "State", kind="choices", choices=state_choices),
        Filter("channel", "Channel", kind="choice", choices=channel_choices),
        Filter("placed", "Placed", kind="period"),
    )
    bulk = (
        Action("Release", verb="release", permission=RELEASE_ORDERS, style="primary", reason=True),
        Action(
            "Cancel",
            verb="cancel",
            permission=CANCEL_ORDERS,
            style="danger",
            confirm="Cancel what is open of the selected orders?",
            reason=True,
        ),
    )
    empty = Empty(
        "No orders yet", "Orders arrive through the API or an import.", url="/api/docs/", label="Read the API"
    )

    def queryset(self, wanted: Wanted) -> QuerySet[Any, Any]:
        """Return the orders by the filters; codes become ids first, so that each filter meets its index."""
        found = orders(
            states=wanted["state"],
            customer_id=customer_id_called(wanted["customer"]),
            from_date=wanted["placed_from"],
            until_date=wanted["placed_until"],
            zone=timezone.get_current_timezone_name(),
        )
        if wanted["q"]:
            named = orders_named(wanted["q"])
            found = found.filter(id__in=named.ids)
            if named.is_more:
                wanted.errors["q"] = f"More than {MOST_NAMED:,} begin so: those with the highest numbers are shown."
        if wanted["channel"]:
            found = found.filter(channel_id=channels_by_code()[wanted["channel"]].id)
        return found

    def among(self, wanted: Wanted, sort: str) -> Sequence[Q]:
        """Read each of several states by its own part of the index of state and time."""
        return each_state(wanted["state"]) if sort.endswith("ordered_at") else ()

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        """Return a page of orders with what each waits for, for those who may see cases."""
        page = super().rows(wanted, sort=sort, cursor=cursor, limit=limit)
        told = waits_for(page.rows) if self.may(CASES) else {}
        rows = [{**row, "waits_for": told.get(row["id"], "")} for row in page.rows]
        return Slice(rows, page.next, page.previous)

    def do_release(self, given: Given) -> str:
        """Release the held ones among the selected orders."""
        outcome = release_orders(given.ids, reason=given.reason, actor=self.actor, now=clock.now())
        return bulk_sentence("released", len(outcome.order_ids), outcome.refused)

    def do_cancel(self, given: Given) -> str:
        """Cancel what is open of the selected orders."""
        requests = [CancelOrder(order_id) for order_id in given.ids]
        outcome = cancel_orders(requests, reason=given.reason, actor=self.actor, now=clock.now())
        return bulk_sentence("cancelled", len(outcome.states), outcome.refused)


def bulk_sentence(participle: str, done: int, refused: Sequence[NotDone]) -> str:
    """Return "3 orders released; 1 was not: …"; raises NothingDone when every order was refused."""
    details = list(dict.fromkeys(item.detail for item in refused))
    more = len(details) - REFUSALS_TOLD
    why = " ".join(details[:REFUSALS_TOLD]) + (f" And {more} other reasons." if more > 0 else "")
    if not done:
        raise NothingDone(why)
    sentence = f"{done} order{'' if done == 1 else 's'} {participle}"
    return f"{sentence}; {len(refused)} not: {why}" if refused else f"{sentence}."
