"""What is delivered and not yet invoiced."""

from typing import Any

from django.db.models import QuerySet

from apps.billing.models import BillingObligation, InvoicingMode
from apps.billing.permissions import VIEW_INVOICES
from apps.billing.selectors.listing import obligations
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.keyset import Slice
from ordercash.web.links import names_of
from ordercash.web.worklist import Worklist


class Owed(Worklist):
    """Obligations that wait for their invoice, the latest recorded first."""

    permission = VIEW_INVOICES
    title = "Owed"
    row_noun = "obligation"
    default_sort = "-id"
    columns = (
        Column("business_date", "Delivered", kind="day"),
        Column("customer__code", "Customer", link="customer", id_key="customer_id"),
        Column("order_number", "Order", link="order", id_key="order_id"),
        Column("description", "Description"),
        Column("quantity", "Quantity", kind="quantity"),
        Column("net_minor", "Net", kind="money"),
        Column("invoicing", "Invoiced", kind="badge", desk=True),
    )
    filters = (Filter("invoicing", "Invoiced", kind="choice", choices=InvoicingMode.choices),)
    empty = Empty("Nothing is owed", "Everything that was delivered is invoiced.")

    def queryset(self, wanted: Wanted) -> QuerySet[BillingObligation]:
        return obligations(invoicing=wanted["invoicing"])

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        page = super().rows(wanted, sort=sort, cursor=cursor, limit=limit)
        numbers = names_of("order", {row.order_id for row in page.rows})
        for row in page.rows:
            row.order_number = numbers.get(row.order_id, row.order_reference)
        return page
