"""One order with everything that happened to it, and what can be done with it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse

from apps.audit.contract import timeline
from apps.billing.contract import (
    Delivered,
    delivered,
    documents_of_orders,
    invoiced_parts,
    settlements_of_orders,
    why_set_aside,
)
from apps.exceptions.contract import CaseFacts
from apps.inventory.contract import GoodsBack, availability, goods_back, shipment_sheets, sourcing_of
from apps.ledger.contract import entries_of
from apps.orders.journey.cases import ORDER_RESOLUTIONS
from apps.orders.pages import seen
from apps.orders.pages.figures import NOTHING_DELIVERED, money_of, order_tiles
from apps.orders.pages.order_tables import (
    LINES_SHOWN,
    documents_table,
    lines_table,
    postings_table,
    returns_table,
    settlements_table,
    shipments_table,
)
from apps.orders.pages.places import address_lines
from apps.orders.pages.prices import titles_of
from apps.orders.pages.reasons import bad_rows_table, reasons_table
from apps.orders.pages.sourcing import sourcing_card
from apps.orders.pages.told import entries_told
from apps.orders.permissions import (
    ALLOW_BELOW_FLOOR,
    BILL_ORDERS,
    CANCEL_ORDERS,
    RELEASE_ORDERS,
    RETURN_GOODS,
    SET_PRICES,
    SHIP_ORDERS,
    VIEW_ORDERS,
)
from apps.orders.selectors.detail import OrderView, order_detail
from apps.orders.selectors.explain import price_explanation, version_that_priced
from apps.orders.services.bill import ALL_MODES, bill_orders
from apps.orders.services.by_hand import set_line_discount, set_line_price
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.orders.services.floors import allow_below_floor
from apps.orders.services.outcomes import NotDone
from apps.orders.services.release import release_orders
from apps.orders.services.ship import ShipOrder, ship_orders
from apps.pricing.contract import order_steps
from ordercash.kernel import clock
from ordercash.kernel.errors import Conflict
from ordercash.kernel.ids import new_id
from ordercash.web.actions import Action, Given
from ordercash.web.components import Crumb, TimelineEntry
from ordercash.web.links import names_of
from ordercash.web.page import Page

# So many of the latest decisions of where it comes from are shown; all are told by the API.
SOURCINGS_SHOWN = 3


class VerbRefused(Conflict):
    """The verb cannot be carried out on this order now; nothing has changed."""

    code, title = "verb_refused", "That cannot be done now"


class ShipForm(forms.Form):
    """How the goods travel; `attempt` names the shipment, so that sending the form twice ships once."""

    carrier = forms.CharField(label="Carrier", max_length=60, required=False)
    tracking = forms.CharField(label="Tracking number", max_length=80, required=False)
    attempt = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)


class AllowForm(forms.Form):
    """Why the prices may be below their floor, and for how long."""

    reason = forms.CharField(label="Reason", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    days = forms.IntegerField(
        label="Valid for days",
        min_value=1,
        max_value=90,
        initial=7,
        help_text="So long each line that is below its floor may be sold at what it costs now. Release the order afterwards.",
    )


class PriceForm(forms.Form):
    """Which line, and what is set on it."""

    line = forms.IntegerField(label="Line", min_value=1)
    unit_price = forms.DecimalField(
        label="Price of one ordered unit", min_value=0, max_digits=18, decimal_places=6, required=False
    )
    percent = forms.DecimalField(
        label="Or a discount in %", min_value=0, max_value=100, max_digits=7, decimal_places=4, required=False
    )
    reason = forms.CharField(label="Reason", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        """Refuse both, and neither."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and (cleaned.get("unit_price") is None) == (not cleaned.get("percent")):
            raise forms.ValidationError("Enter a price or a discount.")
        return cleaned


class OrderPage(Page):
    """An order: its lines and where they stand, its money, its documents, its story."""

    permission = VIEW_ORDERS
    template = "orders/order.html"
    crumbs = (Crumb("Orders", "orders"),)

    @cached_property
    def order(self) -> OrderView:
        """The order; raises NotFound."""
        return order_detail(self.kwargs["order_id"])

    def context(self) -> Mapping[str, Any]:
        """Return everything that the user may see of the order; the number of statements does not depend on its lines."""
        order = self.order
        self.title = f"Order {order.number}"
        return {
            "order": order,
            "quote_number": names_of("quote", [order.quote_id]).get(order.quote_id, "the quote")
            if order.quote_id
            else "",
            "badge": order.state,
            "ship_to": address_lines(order.ship_to),
            "bill_to": address_lines(order.bill_to),
            "subtitle": order.customer.name or order.customer.code if order.customer else "The customer is not known",
            **self._lines(),
            **self._goods(),
            **self._money(),
            **self._case(),
            **self._prices(),
            "bad_rows": bad_rows_table(order.bad_rows) if order.bad_rows else None,
            "timeline": self._story(),
        }

    def _lines(self) -> Mapping[str, Any]:
        """Return a part of the lines: an order may have thousands."""
        order, asked = self.order, self.request.GET.get("lines_from", "")
        start = min(int(asked[:6]), len(order.lines)) if asked.isascii() and asked.isdigit() else 0
        shown = order.lines[start : start + LINES_SHOWN]
        stock = availability({line.product.id for line in shown if line.product}) if self.may(seen.STOCK) else {}
        after = start + LINES_SHOWN
        return {
            "lines": lines_table(order, shown, stock),
            "lines_note": f"{start + 1} to {start + len(shown)} of {len(order.lines)}" if len(order.lines) > LINES_SHOWN else "",
            "lines_before": f"?lines_from={max(start - LINES_SHOWN, 0)}#lines" if start else "",
            "lines_after": f"?lines_from={after}#lines" if after < len(order.lines) else "",
        }  # fmt: skip

    @cached_property
    def explanation(self) -> dict[str, Any]:
        """How its prices came about."""
        return price_explanation(self.order.id)

    def _prices(self) -> Mapping[str, Any]:
        """Return what rules did to the whole order, where they did anything."""
        explanation = self.explanation
        told = explanation["order"]
        steps = order_steps(told, self.order.currency, titles_of(explanation)) if told else []
        return {
            "price_steps": steps,
            "price_version": (explanation["version_sha256"] or "")[:12],
            "price_rules": version_that_priced(explanation),
            "priced_at": explanation["taken_at"],
            "lab_url": f"{reverse('pricing_lab')}?subject={self.order.id}" if self.may(seen.PRICES) else "",
        }

    def _goods(self) -> Mapping[str, Any]:
        return {
            "shipments": shipments_table(shipment_sheets([self.order.id])),
            "returns": returns_table(self.came_back, self.order.lines) if self.came_back else None,
            "sourcings": [sourcing_card(told) for told in sourcing_of(self.order.id)[:SOURCINGS_SHOWN]]
            if self.may(seen.STOCK)
            else [],
        }

    def _money(self) -> Mapping[str, Any]:
        order = self.order
        sent = self.sent
        if not self.may(seen.INVOICES):
            return {"tiles": order_tiles(order, sent, None)}
        documents, parts = documents_of_orders([order.id]), invoiced_parts(order.id)
        settlements = settlements_of_orders([order.id])
        sees_payments, sees_books = self.may(seen.PAYMENTS), self.may(seen.BOOKS)
        return {
            "tiles": order_tiles(order, sent, money_of(documents, parts, settlements)),
            "documents": documents_table(documents, parts),
            "settlements": settlements_table(settlements, documents) if sees_payments else None,
            "postings": self._postings([document.id for document in documents]) if sees_books else None,
        }

    def _postings(self, document_ids: Sequence[Any]) -> Any:
        shipments = [shipment.id for shipment in self.order.shipments]
        return postings_table(entries_of([*shipments, *(row.id for row in self.came_back), *document_ids]))

    def _story(self) -> Sequence[TimelineEntry]:
        return entries_told(event for event in timeline(self.order.id) if self._sees(event.name.partition(".")[0]))

    def _sees(self, domain: str) -> bool:
        return domain not in seen.EVENTS or self.may(seen.EVENTS[domain])

    def _case(self) -> Mapping[str, Any]:
        case: CaseFacts | None = self.order.case if self.may(seen.CASES) else None
        if case is None:
            return {"case": None}
        ways = ", ".join(resolution.label.lower() for resolution in ORDER_RESOLUTIONS.values())
        return {
            "case": case,
            "reasons": reasons_table(case, titles_of(self.explanation)),
            "ways": ways,
            "is_floor": any("floor" in reason.detail for reason in case.reasons),
            "is_late": case.due_at < clock.now(),
        }

    # -- what can be done ------------------------------------------------------------------------------------------

    @cached_property
    def came_back(self) -> Sequence[GoodsBack]:
        """What came back."""
        return goods_back([self.order.id])

    @cached_property
    def sent(self) -> Delivered:
        """What was shipped and what of it waits for an invoice."""
        return delivered([self.order.id]).get(self.order.id, NOTHING_DELIVERED)

    def actions(self) -> Sequence[Action]:
        """Return the verbs of the journey; those that cannot be done now say why."""
        order = self.order
        held, is_open = order.state == "held", any(line.open for line in order.lines)
        reserved, back = (
            any(line.reserved for line in order.lines),
            any(line.shipped > line.returned for line in order.lines),
        )
        nothing_open = "" if is_open or held else "Nothing of it is open"
        return (
            Action("Release", verb="release", permission=RELEASE_ORDERS, style="primary" if held else "plain", reason=True,
                   disabled="" if held else "It is not held"),
            Action("Set a price", verb="set_price", permission=SET_PRICES, form=PriceForm,
                   disabled="" if held else "Prices are frozen when an order is confirmed"),
            Action("Allow below floor", verb="allow", permission=ALLOW_BELOW_FLOOR, form=AllowForm,
                   disabled="" if held else "It is not held"),
            Action("Ship", verb="ship", permission=SHIP_ORDERS, style="primary" if reserved else "plain", form=ShipForm,
                   confirm="Ship everything that is reserved?", disabled="" if reserved else "Nothing is reserved for it"),
            Action("Ship parts", url=self._part("order_ship"), permission=SHIP_ORDERS,
                   disabled="" if reserved else "Nothing is reserved for it"),
            Action("Invoice now", verb="bill", permission=BILL_ORDERS, style="primary" if self.sent.owed_lines else "plain",
                   disabled="" if self.sent.owed_lines else "Everything that was shipped is invoiced"),
            Action("Take goods back", url=self._part("order_return"), permission=RETURN_GOODS,
                   disabled="" if back else "Nothing of it is with the customer"),
            Action("Cancel lines", url=self._part("order_cancel_lines"), permission=CANCEL_ORDERS,
                   disabled="" if is_open else "Nothing of it is open"),
            Action("Cancel order", verb="cancel", permission=CANCEL_ORDERS, style="danger", reason=True,
                   confirm="Cancel everything that is open of this order?", disabled=nothing_open),
        )  # fmt: skip

    def _part(self, name: str) -> str:
        return reverse(name, args=[self.kwargs["order_id"]])

    def do_release(self, given: Given) -> str:
        """Release the held order; the releaser accepts what may be accepted."""
        outcome = release_orders([self.order.id], reason=given.reason, actor=self.actor, now=clock.now())
        refuse_if(outcome.refused)
        return "The order is released."

    def do_set_price(self, given: Given) -> str:
        """Set a price or a discount by hand; the order is decided anew."""
        values, now = given.values, clock.now()
        if values["unit_price"] is not None:
            refused = set_line_price(
                self.order.id,
                values["line"],
                unit_price=values["unit_price"],
                reason=values["reason"],
                actor=self.actor,
                now=now,
            )
        else:
            refused = set_line_discount(
                self.order.id,
                values["line"],
                percent=values["percent"],
                reason=values["reason"],
                actor=self.actor,
                now=now,
            )
        refuse_if(refused)
        return "The price is set; the order is decided anew."

    def do_allow(self, given: Given) -> str:
        """Allow the prices of the order that are below their floor."""
        now = clock.now()
        expires_at = now + timedelta(days=given.values["days"])
        refuse_if(
            allow_below_floor(
                self.order.id, reason=given.values["reason"], expires_at=expires_at, actor=self.actor, now=now
            )
        )
        return "The prices are allowed; the order can be released."

    def do_ship(self, given: Given) -> str:
        """Ship what is reserved."""
        wanted = ShipOrder(
            order_id=self.order.id,
            source_ref=f"ship:{self.order.id}:{given.values['attempt']}",
            shipped_at=clock.now(),
            carrier=given.values["carrier"],
            tracking=given.values["tracking"],
        )
        outcome = ship_orders([wanted], actor=self.actor)
        refuse_if(outcome.refused)
        return f"Shipped: {', '.join(shipment.number for shipment in outcome.shipments)}."

    def do_bill(self, given: Given) -> str:
        """Invoice what was shipped and is not invoiced yet."""
        now = clock.now()
        issued = bill_orders(until=now, order_ids=[self.order.id], modes=ALL_MODES, actor=self.actor, now=now)
        if why := why_set_aside([self.order.id]):
            raise VerbRefused(why[self.order.id])
        if not issued:
            raise VerbRefused("Its deliveries are collected: they are invoiced when the business day has ended.")
        return f"Issued: {', '.join(invoice.number for invoice in issued)}."

    def do_cancel(self, given: Given) -> str:
        """Cancel what is open."""
        outcome = cancel_orders([CancelOrder(self.order.id)], reason=given.reason, actor=self.actor, now=clock.now())
        refuse_if(outcome.refused)
        return "What was open is cancelled." if outcome.states else "Nothing was open."


def refuse_if(refused: Sequence[NotDone]) -> None:
    """Raise VerbRefused with what to do when the verb was refused."""
    if refused:
        raise VerbRefused(refused[0].detail)
