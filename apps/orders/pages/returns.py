"""Returns: the list of what customers gave back, and one return with its lines and what stands in their way."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from apps.audit.contract import DeliveredEvent, timeline
from apps.exceptions.contract import case_of
from apps.masterdata.contract import customer_id_called, products_by_id
from apps.orders.journey.cases import ORDER_REASONS, RETURN_REASONS, RETURN_RESOLUTIONS
from apps.orders.models import ReturnLine, ReturnRequest
from apps.orders.pages import seen
from apps.orders.pages.told import entries_told
from apps.orders.permissions import RETURN_GOODS, VIEW_ORDERS
from apps.orders.selectors.account import order_numbers
from apps.orders.selectors.returned import STANDINGS, lines_of, return_by_id, returns, standing_of
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import money_html
from ordercash.web.keyset import Slice
from ordercash.web.page import Page
from ordercash.web.tones import state_label
from ordercash.web.worklist import Worklist


def why(line: ReturnLine) -> str:
    """Return why a line is held, in words."""
    known = RETURN_REASONS.get(line.hold_code) or ORDER_REASONS.get(line.hold_code)
    return known[0] if known else state_label(line.hold_code) if line.hold_code else ""


class Returns(Worklist):
    """Every return, the latest recorded first."""

    permission = VIEW_ORDERS
    title = "Returns"
    row_noun = "return"
    columns = (
        Column("number", "Return", link="return"),
        Column("standing", "State", kind="badge"),
        Column("customer__code", "Customer", link="customer", id_key="customer_id"),
        Column("customer__name", "Name", desk=True),
        Column("occurred_at", "Came back", kind="when"),
        Column("reason", "Reason", value=lambda row: state_label(row.reason)),
        Column("line_count", "Lines", kind="number"),
        Column("net_minor", "Net", kind="money"),
        Column("held", "Waits for", kind="sentence"),
    )
    filters = (
        Filter("q", "Number", placeholder="Whole number"),
        Filter("customer", "Customer", placeholder="Code"),
        Filter("state", "State", kind="choice", choices=[(state, state_label(state)) for state in STANDINGS]),
    )
    empty = Empty("Nothing came back", "Goods that are taken back, and cancellations of an imported file, appear here.")

    def queryset(self, wanted: Wanted) -> QuerySet[ReturnRequest]:
        """Return the returns by the filters."""
        return returns(state=wanted["state"], number=wanted["q"], customer_id=customer_id_called(wanted["customer"]))

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        """Return a page of returns with what their lines say."""
        page: Slice[Any] = super().rows(wanted, sort=sort, cursor=cursor, limit=limit)
        for row in page.rows:
            lines = lines_of(row)
            row.standing, row.line_count = standing_of(lines), len(lines)
            row.net_minor = sum(line.net_minor for line in lines)
            row.held = "; ".join(sorted({why(line) for line in lines if line.state == "held"}))
        return page


class ReturnPage(Page):
    """One return: its lines, what stands in their way, and what can be done about it."""

    permission = VIEW_ORDERS
    template = "orders/return.html"
    crumbs = (Crumb("Returns", "returns"),)

    @cached_property
    def found(self) -> ReturnRequest:
        """The return; raises NotFound."""
        return return_by_id(self.kwargs["return_id"])

    @cached_property
    def lines(self) -> Sequence[ReturnLine]:
        """Its lines."""
        return lines_of(self.found)

    def context(self) -> Mapping[str, Any]:
        """Return the lines, the case for those who may see cases, and the story."""
        found = self.found
        case = case_of("return", found.pk) if self.may(seen.CASES) else None
        told = [*timeline(found.pk), *(timeline(case.id) if case else ())]
        events = sorted(told, key=lambda event: event.recorded_at)
        self.title = f"Return {found.number}"
        return {
            "found": found,
            "badge": standing_of(self.lines),
            "subtitle": found.customer.name or found.customer.code if found.customer else "The customer is not known",
            "case": case,
            "lines": self._table(),
            "orders": order_numbers({event.thread_id for event in events if event.thread_id}),
            "timeline": entries_told(event for event in events if self._sees(event)),
        }

    def _sees(self, event: DeliveredEvent) -> bool:
        domain = event.name.partition(".")[0]
        return domain not in seen.EVENTS or self.may(seen.EVENTS[domain])

    def _table(self) -> Table:
        currency, lines = self.found.currency, self.lines
        products = products_by_id({line.product_id for line in lines if line.product_id})

        def of(name: str) -> Any:
            return lambda line: getattr(products.get(line.product_id), name, "")

        return Table(
            columns=(
                Column("line_no", "Line"),
                Column("sku", "Product", kind="code", link="product", id_key="product_id", value=of("sku")),
                Column("description", "Description", value=lambda line: line.description or of("name")(line)),
                Column("quantity", "Quantity", kind="quantity"),
                Column("unit_price", "Unit price", kind="price", currency=currency),
                Column("net_minor", "Net", kind="money", currency=currency),
                Column("state", "State", kind="badge"),
                Column("why", "Why it is held", kind="sentence", value=why),
            ),
            rows=lines,
            caption="Lines",
            footer={"net_minor": money_html(sum(line.net_minor for line in lines), currency)},
        )

    # -- what can be done ------------------------------------------------------------------------------------------

    def actions(self) -> Sequence[Action]:
        """Return what helps a held return, as its case offers it."""
        closed = "" if any(line.state == "held" for line in self.lines) else "Nothing of it is held"
        retry, dismiss = RETURN_RESOLUTIONS["retry"], RETURN_RESOLUTIONS["dismiss"]
        return (
            Action(retry.label, verb="retry", permission=RETURN_GOODS, style="primary" if not closed else "plain",
                   confirm="Look for the sale of the held lines again?", disabled=closed),
            Action(dismiss.label, verb="dismiss", permission=RETURN_GOODS, style="danger", reason=True,
                   confirm="Close the held lines without a credit?", disabled=closed),
        )  # fmt: skip

    def do_retry(self, given: Given) -> str:
        """Match the held lines again."""
        return self._resolve("retry", given)

    def do_dismiss(self, given: Given) -> str:
        """Close the held lines without a credit."""
        return self._resolve("dismiss", given)

    def _resolve(self, verb: str, given: Given) -> str:
        ids = [self.found.pk]
        told = RETURN_RESOLUTIONS[verb].function(ids, note=given.reason, actor=self.actor, now=clock.now())
        return told.get(self.found.pk, "It is done.")
