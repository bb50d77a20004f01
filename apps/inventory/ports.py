"""What inventory needs of others: what an order line is about, once nothing of it waits and inventory has forgotten it."""

from collections.abc import Callable, Collection, Mapping
from typing import Final
from uuid import UUID

from apps.inventory.decisions.facts import LineTag

LineTags = Callable[[Collection[UUID]], Mapping[UUID, LineTag]]


class NotConnected(RuntimeError):
    """Nobody connected orders; a mistake in wiring."""


_connected: Final[list[LineTags]] = []


def connect_orders(line_tags: LineTags) -> None:
    """Say who knows what order lines are about: a function from line ids to tags; called once when the parts are put together."""
    _connected[:] = [line_tags]


def line_tags(line_ids: Collection[UUID]) -> Mapping[UUID, LineTag]:
    """Return what these order lines are about; lines that nobody knows have no entry."""
    if not _connected:
        raise NotConnected("Allocation needs orders; ordercash.wiring connects them.")
    return _connected[0](line_ids) if line_ids else {}
