"""Quotas of channels, as lists show them."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from apps.inventory.models import Quota
from apps.masterdata.contract import channels_by_code, entities_by_id
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import NotFound

QUOTA_SORT = "release_on"


def quotas(
    *, text: str = "", channel: str = "", legal_entity: str = "", open_at: datetime | None = None
) -> QuerySet[Quota]:
    """Return quotas of products whose SKU or name contains `text`, of a channel or legal entity; those that stand or will, at an instant.

    Each has `left`: what nobody took of it.
    """
    found = Quota.objects.select_related("product", "warehouse", "legal_entity").annotate(
        left=F("quantity") - F("taken")
    )
    if text:
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    if channel:
        found = found.filter(channel=channel)
    if legal_entity:
        found = found.filter(legal_entity__code=legal_entity)
    if open_at is None:
        return found
    days = {entity.id: business_date(open_at, entity.time_zone) for entity in entities_by_id().values()}
    stands = Q(pk__in=())
    for entity_id, today in days.items():
        stands |= Q(legal_entity_id=entity_id, release_on__gt=today)
    return found.filter(stands)


def quota(quota_id: UUID) -> Quota:
    """Return one quota; raises NotFound."""
    found = quotas().filter(pk=quota_id).first()
    if found is None:
        raise NotFound("There is no such quota.")
    return found


def state_of(row: Quota, now: datetime) -> str:
    """Return whether a quota is still to begin, keeps goods, is used up, or was released, on the day of its legal entity."""
    today: date = business_date(now, entities_by_id()[row.legal_entity_id].time_zone)
    if row.release_on <= today:
        return "released"
    if row.from_on > today:
        return "planned"
    return "used up" if row.taken >= row.quantity else "kept"


def channel_choices() -> list[tuple[str, str]]:
    """Return the channels as choices."""
    return [(code, code) for code in sorted(channels_by_code())]
