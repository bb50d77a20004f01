"""The worklist: a dense list that people work through, with filters in the URL, keyset pages and bulk verbs."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from ordercash.kernel.errors import DomainError
from ordercash.web.actions import Action, Given, allowed, read_given
from ordercash.web.columns import Column, shown_rows
from ordercash.web.components import Empty, Tile
from ordercash.web.filters import Filter, Wanted, read_filters, shown_filters
from ordercash.web.formats import plural
from ordercash.web.keyset import Slice, read_limit, slice_of
from ordercash.web.page import Page
from ordercash.web.refusals import is_partial
from ordercash.web.saved_filters import delete_filter, save_filter, saved_filters

REGION = "worklist"
OWN_VERBS = frozenset({"save_filter", "delete_filter"})


class Worklist(Page):
    """A list page: name columns, filters, the default sort, and give `queryset` (or `rows` for a read by SQL).

    bulk -- actions on the selected rows; `do_<verb>(given)` finds them in `given.ids`
    """

    template: ClassVar[str] = "oc/worklist_page.html"
    columns: Sequence[Column] = ()
    filters: Sequence[Filter] = ()
    bulk: Sequence[Action] = ()
    default_sort: ClassVar[str] = "-id"
    id_field: ClassVar[str] = "id"
    empty: Empty = Empty("Nothing here yet")
    row_noun: ClassVar[str] = "row"

    def queryset(self, wanted: Wanted) -> QuerySet[Any]:
        """Return what the filters ask for, neither sorted nor cut."""
        raise NotImplementedError

    def among(self, wanted: Wanted, sort: str) -> Sequence[Q]:
        """Return the conditions of which each row meets one at most, when each has an index with the sort (see `slice_of`)."""
        return ()

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        """Return one page of rows; override it when a selector reads them by SQL."""
        return slice_of(
            self.queryset(wanted),
            sort=sort,
            cursor=cursor,
            limit=limit,
            id_field=self.id_field,
            among=self.among(wanted, sort),
        )

    def tiles(self, wanted: Wanted) -> Sequence[Tile]:
        """Return figures to stand above the list; they must be cheap."""
        return ()

    # -- how it answers --------------------------------------------------------------------------------------------

    @cached_property
    def wanted(self) -> Wanted:
        """What the filters ask for."""
        return read_filters(self.filters, self.request.GET)

    @cached_property
    def sort(self) -> str:
        """The order of the list: one that a column offers, or the default."""
        asked = self.request.GET.get("sort", "")
        offered = {column.sort for column in self.columns if column.sort}
        return asked if asked.removeprefix("-") in offered else self.default_sort

    def context(self) -> Mapping[str, Any]:
        """Return the list with its filters."""
        return {**self.list_context(), "tiles": self.tiles(self.wanted), **self.filter_context()}

    def list_context(self) -> Mapping[str, Any]:
        """Return the rows and what the table needs."""
        limit = read_limit(self.request.GET.get("limit"))
        page = self.rows(self.wanted, sort=self.sort, cursor=self.request.GET.get("cursor", ""), limit=limit)
        return {
            "headers": [(column, *self._sorting(column)) for column in self.columns],
            "rows": shown_rows(self.columns, page.rows, id_key=self.id_field),
            "next_url": self.here(cursor=page.next) if page.next else "",
            "previous_url": self.here(cursor=page.previous) if page.previous else "",
            "first_url": self.here(cursor="") if page.previous else "",
            "bulk": allowed(self.bulk, self.request.user),
            "is_filtered": bool(self.wanted),
            "clear_url": self.request.path,
            "empty": self.empty,
            "row_noun": self.row_noun,
            "row_nouns": plural(self.row_noun),
        }

    def filter_context(self) -> Mapping[str, Any]:
        """Return the filter bar and the user's saved filters."""
        return {
            "filters": shown_filters(self.filters, self.wanted),
            "saved": saved_filters(user_id=self.actor.id, page=self.page_name),
            "filter_query": self.filter_query(),
            "kept": [(name, self.request.GET[name]) for name in ("sort", "limit") if self.request.GET.get(name)],
        }

    def show(self, *, status: int = 200, **more: Any) -> HttpResponse:
        """Render the page, or the list alone when htmx swaps it."""
        if is_partial(self.request) and self.request.headers.get("HX-Target") == REGION:
            return render(self.request, "oc/worklist.html", {"page": self, **self.list_context()}, status=status)
        return super().show(status=status, **more)

    # -- verbs -----------------------------------------------------------------------------------------------------

    def posted_actions(self) -> Sequence[Action]:
        """The header's actions, the bulk actions, and keeping a filter."""
        return [*self.actions(), *self.bulk, *(Action(verb, verb=verb) for verb in sorted(OWN_VERBS))]

    def read(self, action: Action) -> Given | HttpResponse:
        """Bulk verbs need rows; their forms are checked like any other's."""
        if any(each is action for each in self.bulk):
            read_given(action, self.request.POST, needs_rows=True)
        return super().read(action)

    def do_save_filter(self, given: Given) -> str | HttpResponse:
        """Keep the present filters under a name."""
        name = self.request.POST.get("name", "")
        save_filter(user_id=self.actor.id, page=self.page_name, name=name, query=self.filter_query(keep_sort=True))
        return f"The filter “{name.strip()}” is kept."

    def do_delete_filter(self, given: Given) -> str:
        """Forget a saved filter."""
        for filter_id in given.ids:
            delete_filter(user_id=self.actor.id, filter_id=filter_id)
        return "The filter is deleted."

    # -- addresses -------------------------------------------------------------------------------------------------

    @property
    def page_name(self) -> str:
        """The URL name under which filters are kept."""
        match = self.request.resolver_match
        return (match.view_name if match else "")[:100]

    def here(self, **changed: str) -> str:
        """Return this list's address with some parameters changed; "" removes one."""
        query = self.request.GET.copy()
        for name, value in changed.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def filter_query(self, *, keep_sort: bool = False) -> str:
        """Return the filters as a query string, without the place in the list."""
        query = self.request.GET.copy()
        for name in ("cursor", "limit", *(() if keep_sort else ("sort",))):
            query.pop(name, None)
        for name in [name for name in query if not query[name]]:
            query.pop(name)
        return query.urlencode()

    def _sorting(self, column: Column) -> tuple[str, str]:
        """Return the address that sorts by the column and its aria-sort."""
        if not column.sort:
            return "", ""
        if self.sort == column.sort:
            return self.here(sort=f"-{column.sort}", cursor=""), "ascending"
        state = "descending" if self.sort == f"-{column.sort}" else "none"
        return self.here(sort=column.sort, cursor=""), state


def refused_rows(refusals: Mapping[str, DomainError]) -> str:
    """Return the sentence for a bulk verb in which some rows were refused: the row's name with its reason."""
    shown = "; ".join(f"{name}: {error.detail}" for name, error in list(refusals.items())[:5])
    more = len(refusals) - 5
    return f"{len(refusals)} refused — {shown}" + (f"; and {more} more" if more > 0 else "")
