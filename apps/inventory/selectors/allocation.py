"""Allocation runs and what they move."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, QuerySet

from apps.inventory.models import AllocationMove, AllocationRun, Backorder
from apps.inventory.models.promises import WaitReason
from apps.masterdata.contract import entities_by_code
from ordercash.kernel.errors import NotFound

RUN_SORT = "-made_at"


def allocation_runs(*, states: Sequence[str] = ()) -> QuerySet[AllocationRun]:
    """Return the runs, in some states when given."""
    found = AllocationRun.objects.select_related("legal_entity")
    return found.filter(state__in=states) if states else found


def allocation_run(run_id: UUID) -> AllocationRun:
    """Return one run; raises NotFound."""
    found = allocation_runs().filter(pk=run_id).first()
    if found is None:
        raise NotFound("There is no such run.")
    return found


def moves_of(run_id: UUID, limit: int, *, gained: bool | None = None) -> list[AllocationMove]:
    """Return what a run moves, who gains (True) or who loses (False); of each at most `limit`, what is worth most first.

    Each has `change`: what the line has more (or less) in the warehouse.
    """
    found = AllocationMove.objects.filter(run_id=run_id).select_related("product", "warehouse")
    found = found.annotate(change=F("reserved") - F("was_reserved"))
    if gained is not None:
        found = found.filter(change__gt=0) if gained else found.filter(change__lt=0)
    return list(found.order_by("-net_minor", "id")[:limit])


def lines_to_give(legal_entity_id: UUID, product_id: UUID, limit: int) -> list[Backorder]:
    """Return the oldest lines that wait for a product of a legal entity, but those that are wanted later."""
    found = Backorder.objects.filter(legal_entity_id=legal_entity_id, product_id=product_id)
    return list(found.exclude(reason=WaitReason.LATER).order_by("occurred_at", "line_id")[:limit])


def entity_choices() -> list[tuple[str, str]]:
    """Return the legal entities as choices of a form."""
    return [(entity.code, entity.code) for entity in entities_by_code().values()]
