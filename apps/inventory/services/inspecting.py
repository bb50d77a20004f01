"""Goods that came back and have to be looked at: in stock, on hold, and promised to nobody."""

from collections.abc import Sequence
from dataclasses import replace

from apps.inventory.decisions.facts import ReturnItem, ReturnResult
from apps.inventory.services.returning import receive_returns
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import joins


@joins
def receive_to_inspect(items: Sequence[ReturnItem], *, actor: Actor) -> ReturnResult:
    """Take shipped goods back as `receive_returns` does, on hold until somebody has looked at them; nobody is promised them."""
    return receive_returns([replace(item, bin="inspection") for item in items], actor=actor)
