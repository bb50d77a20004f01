"""From where the lines are served that the first warehouse cannot serve: the one place that chooses."""

from collections.abc import Iterable, Sequence

from apps.inventory.decisions.allocation import Candidate, Take, Want, allocate
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.reserving.taking import group_of


def route(lines: Iterable[DemandLine], candidates: Sequence[Candidate]) -> list[Take]:
    """Choose for the lines, in the order given, among stock rows that are locked, given in the order in which warehouses are asked.

    Whole from the first that can, else from each in turn; what a line is not given, it has to wait for.
    """
    return allocate((Want(line.line_id, group_of(line), line.quantity) for line in lines), candidates)
