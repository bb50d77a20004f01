"""What customers are told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.inventory.models import Notice

NOTICE_SORT = "-occurred_at"


def notices(
    *,
    kinds: Sequence[str] = (),
    states: Sequence[str] = (),
    customer_id: UUID | None = None,
    order_id: UUID | None = None,
    since: datetime | None = None,
) -> QuerySet[Notice]:
    """Return notices of some kinds and states, to one customer, about one order, of facts from an instant on."""
    found = Notice.objects.all()
    if kinds:
        found = found.filter(kind__in=kinds)
    if states:
        found = found.filter(state__in=states)
    if customer_id:
        found = found.filter(customer_id=customer_id)
    if order_id:
        found = found.filter(order_id=order_id)
    return found.filter(occurred_at__gte=since) if since else found
