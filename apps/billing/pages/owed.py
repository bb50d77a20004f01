"""What is delivered and not yet invoiced."""

from django.db.models import QuerySet

from apps.billing.models import BillingObligation, InvoicingMode
from apps.billing.permissions import VIEW_INVOICES
from apps.billing.selectors.listing import obligations
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
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
        Column("order_reference", "Order", link="order", id_key="order_id", named=True),
        Column("description", "Description"),
        Column("quantity", "Quantity", kind="quantity"),
        Column("net_minor", "Net", kind="money"),
        Column("invoicing", "Invoiced", kind="badge", desk=True),
    )
    filters = (Filter("invoicing", "Invoiced", kind="choice", choices=InvoicingMode.choices),)
    empty = Empty("Nothing is owed", "Everything that was delivered is invoiced.")

    def queryset(self, wanted: Wanted) -> QuerySet[BillingObligation]:
        return obligations(invoicing=wanted["invoicing"])
