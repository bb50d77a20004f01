"""Returns as people see them: what came back of whom, how far each line is, and what stands in its way."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.orders.models import ReturnLine, ReturnRequest
from ordercash.kernel.errors import NotFound
from ordercash.web.search import Hit

# What the lines of a return say of it as a whole, the first that any of them has.
STANDINGS = ("held", "announced", "credited", "dismissed")


def returns(*, state: str = "", number: str = "", customer_id: UUID | None = None) -> QuerySet[ReturnRequest]:
    """Return returns for a list sorted by their id; `state` is one that any of their lines has, `number` its whole number."""
    found = ReturnRequest.objects.select_related("legal_entity", "customer").prefetch_related("lines")
    if state:
        found = found.filter(Exists(ReturnLine.objects.filter(request=OuterRef("pk"), state=state)))
    if number:
        found = found.filter(number__iexact=number)
    return found.filter(customer_id=customer_id) if customer_id else found


def return_by_id(return_id: UUID) -> ReturnRequest:
    """Return one return with its lines; raises NotFound."""
    found = returns().select_related("intake_document").filter(pk=return_id).first()
    if found is None:
        raise NotFound("There is no such return.")
    return found


def lines_of(found: ReturnRequest) -> list[ReturnLine]:
    """Return the lines in their order; no statement beyond those of the return."""
    return sorted(found.lines.all(), key=lambda line: line.line_no)


def standing_of(lines: Collection[ReturnLine]) -> str:
    """Return what the lines say of the return: held while any of them is."""
    states = {line.state for line in lines}
    return next((state for state in STANDINGS if state in states), "announced")


def return_numbers(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the numbers of returns by id; one statement."""
    return dict(ReturnRequest.objects.filter(pk__in=ids).values_list("pk", "number"))


def find_return_hits(text: str, limit: int) -> Sequence[Hit]:
    """Return the returns with this number, for the search box."""
    found = returns(number=text.strip()).order_by("-id")[:limit]
    return [Hit("return", row.pk, row.number, row.customer.code if row.customer else "") for row in found]
