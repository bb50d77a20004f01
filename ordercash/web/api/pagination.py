"""Keyset pages of the API: `?limit=&cursor=`, an answer of `{"items": […], "next": "https://…"}`, no count."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from ordercash.kernel.errors import Fault
from ordercash.web.keyset import BadLimit, Slice, read_limit, slice_of

M = TypeVar("M", bound=Model)
T = TypeVar("T")


def page_response(
    request: Request,
    rows: QuerySet[M],
    *,
    sort: str,
    show: Callable[[Sequence[M]], list[Any]],
    id_field: str = "id",
    among: Sequence[Q] = (),
) -> Response:
    """Answer one page of a queryset; `show` turns its rows, all at once, into what is rendered. `among`: see `slice_of`."""
    limit, cursor = page_wanted(request)
    page = slice_of(rows, sort=sort, cursor=cursor, limit=limit, id_field=id_field, among=among)
    return slice_response(request, page, show=show)


def slice_response(request: Request, page: Slice[T], *, show: Callable[[Sequence[T]], list[Any]]) -> Response:
    """Answer a page that a selector has read."""
    here = request.build_absolute_uri()
    return Response(
        {
            "items": show(page.rows),
            "next": replace_query_param(here, "cursor", page.next) if page.next else None,
            "previous": replace_query_param(here, "cursor", page.previous) if page.previous else None,
        }
    )


def page_wanted(request: Request) -> tuple[int, str]:
    """Return the limit and the cursor that the caller asks for; raises BadLimit."""
    limit = request.query_params.get("limit")
    if limit == "":
        raise BadLimit(faults=[Fault("?limit", "bad_limit", "Leave it out or say how many rows.")])
    return read_limit(limit), request.query_params.get("cursor", "")
