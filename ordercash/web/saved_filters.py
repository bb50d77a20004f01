"""Filters that a user keeps, per list."""

from uuid import UUID

from ordercash.kernel.errors import DomainError
from ordercash.kernel.transactions import writes
from ordercash.web.models import SavedFilter

MOST_FILTERS = 30


class FilterRefused(DomainError):
    """The filter cannot be kept."""

    code, title, status = "filter_refused", "The filter cannot be kept", 422


def saved_filters(*, user_id: UUID, page: str) -> list[SavedFilter]:
    """Return the user's filters of a list, by name."""
    return list(SavedFilter.objects.filter(user_id=user_id, page=page).order_by("name")[:MOST_FILTERS])


@writes
def save_filter(*, user_id: UUID, page: str, name: str, query: str) -> SavedFilter:
    """Keep a filter; the same name again replaces it. Raises FilterRefused without a name or beyond 30 per list."""
    name = name.strip().replace("\x00", "")[:60]
    if not name:
        raise FilterRefused("Give it a name.")
    if len(query) > 2000:
        raise FilterRefused("The filter is too long.")
    others = SavedFilter.objects.filter(user_id=user_id, page=page).exclude(name=name)
    if others.count() >= MOST_FILTERS:
        raise FilterRefused(f"A list keeps {MOST_FILTERS} filters; delete one first.")
    kept, _ = SavedFilter.objects.update_or_create(user_id=user_id, page=page, name=name, defaults={"query": query})
    return kept


@writes
def delete_filter(*, user_id: UUID, filter_id: UUID) -> None:
    """Forget one of the user's own filters; somebody else's stays untouched."""
    SavedFilter.objects.filter(user_id=user_id, id=filter_id).delete()
