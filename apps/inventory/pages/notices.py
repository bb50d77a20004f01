"""What customers are told."""

from django.db.models import QuerySet

from apps.inventory.decisions.notices.texts import text_of
from apps.inventory.models import Notice, NoticeKind, NoticeState
from apps.inventory.permissions import VIEW_NOTICES
from apps.inventory.selectors.notices import NOTICE_SORT, notices
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.worklist import Worklist


class Notices(Worklist):
    """Notices about promises, parts that left and cancellations, the newest first."""

    permission = VIEW_NOTICES
    title = "Notices"
    row_noun = "notice"
    default_sort = NOTICE_SORT
    columns = (
        Column("occurred_at", "About", kind="when", sort="occurred_at"),
        Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
        Column(
            "customer_id", "Customer", link="customer", id_key="customer_id", named=True, value=lambda row: "Customer"
        ),
        Column("kind", "Fact", value=lambda row: row.get_kind_display()),
        Column("text", "Text", kind="sentence", value=lambda row: text_of(row.kind, row.language, row.payload)),
        Column("language", "Language", desk=True),
        Column("state", "State", kind="badge"),
        Column("why", "Why", value=lambda row: row.why.replace("_", " ") or None, desk=True),
    )
    filters = (
        Filter("kind", "Fact", kind="choices", choices=NoticeKind.choices),
        Filter("state", "State", kind="choices", choices=NoticeState.choices),
    )
    empty = Empty("No notices", "They are made by the thresholds of the rulebook of orders whose goods are short.")

    def queryset(self, wanted: Wanted) -> QuerySet[Notice]:
        return notices(kinds=wanted["kind"], states=wanted["state"])
