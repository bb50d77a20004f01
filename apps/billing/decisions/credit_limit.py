"""Which requests for credit fit into what is left of a limit."""

from collections.abc import Sequence

from apps.billing.decisions.facts import CreditHold, Exposure


def accept_in_order(requests: Sequence[CreditHold], before: Exposure) -> list[CreditHold]:
    """Return the requests that fit below their limits, taken in their order.

    One that does not fit leaves room for smaller ones after it.
    """
    used, taken = before.total_minor, []
    for request in requests:
        if request.limit_minor is None or used + request.amount_minor <= request.limit_minor:
            taken.append(request)
            used += request.amount_minor
    return taken
