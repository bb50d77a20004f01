"""What is promised to orders, what is only accepted, and what is set aside until when."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.db.models import QuerySet

from apps.inventory.models import Reservation, ReservationState
from apps.inventory.pages.handling import CHOOSE, choose_handling
from apps.inventory.permissions import HOLD_GOODS, VIEW_PROMISES
from apps.inventory.selectors.holds import RESERVATION_SORT, reservations
from apps.inventory.selectors.lists import place_choices
from apps.inventory.services.holding import HoldUnknown, release_hold
from ordercash.kernel import clock
from ordercash.kernel.errors import DomainError
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.worklist import Worklist


class NothingHeld(DomainError):
    """Only goods that are set aside can be let go."""

    code, title, status = "nothing_held", "Nothing of this is set aside", 422


class ReservationPage(Worklist):
    """Every reservation, the newest first; those that are held show when they end."""

    permission = VIEW_PROMISES
    title = "Reservations"
    row_noun = "reservation"
    default_sort = RESERVATION_SORT
    columns = (
        Column("stock__product__sku", "Product", kind="code", link="product", id_key="product_id"),
        Column("warehouse__code", "Warehouse"),
        Column("quantity", "Quantity", kind="quantity", unit="stock__product__unit_id"),
        Column("state", "State", kind="badge"),
        Column("expires_at", "Until", kind="when"),
        Column(
            "order_id",
            "Order",
            link="order",
            id_key="order_id",
            named=True,
            value=lambda row: None if row.state == ReservationState.HELD else "Order",
        ),
        Column("hold", "Set aside for", value=lambda row: row.hold.source_ref if row.hold else None),
        Column("occurred_at", "Since", kind="when"),
    )
    filters = (
        Filter("q", "Product", placeholder="SKU"),
        Filter("warehouse", "Warehouse", kind="choice", choices=place_choices),
        Filter("state", "State", kind="choice", choices=ReservationState.choices),
        Filter("over", "Held and over", kind="flag"),
    )
    bulk = (
        Action(
            "Let go",
            verb="let_go",
            permission=HOLD_GOODS,
            confirm="Let these holds go? All of their goods are free then.",
        ),
    )
    empty = Empty("Nothing is reserved", "Goods that are promised to orders or set aside appear here.")

    def queryset(self, wanted: Wanted) -> QuerySet[Reservation]:
        return reservations(
            text=wanted["q"],
            warehouse=wanted["warehouse"],
            state=wanted["state"],
            until=clock.now() if wanted["over"] else None,
        )

    def actions(self) -> Sequence[Action]:
        return (CHOOSE,)

    def do_handle(self, given: Given) -> str:
        return choose_handling(given, self.actor)

    def do_let_go(self, given: Given) -> str:
        found = Reservation.objects.filter(pk__in=given.ids, state=ReservationState.HELD)
        holds: set[UUID] = {hold_id for hold_id in found.values_list("hold_id", flat=True) if hold_id}
        if not holds:
            raise NothingHeld("None of these is set aside: what is reserved for an order is given back by the order.")
        let_go = 0
        for hold_id in sorted(holds):
            # What ended meanwhile needs nobody to let it go.
            with suppress(HoldUnknown):
                release_hold(hold_id, actor=self.actor, now=clock.now())
                let_go += 1
        return f"{let_go} {'hold' if let_go == 1 else 'holds'} let go."
