"""From where lines are served of which something is kept for channels: nobody takes what is kept for another one."""

from collections.abc import Collection, Sequence

from apps.inventory.decisions.allocation import Candidate, Group, Take
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.sharing.engine import share_free
from apps.inventory.decisions.sharing.facts import Line, Shelf, from_parts, to_parts
from apps.inventory.services.reserving.route import route
from apps.inventory.services.reserving.taking import group_of
from apps.inventory.services.turns import quotas_left


def route_kept(lines: Sequence[DemandLine], candidates: Sequence[Candidate], groups: Collection[Group]) -> list[Take]:
    """Choose for the lines, in the order given, among stock rows that are locked; what `groups` keep for channels is locked here.

    The day that counts is that of the newest line. A line takes of its own channel's quota first. Groups of which nothing is kept on that
    day are served as everywhere.
    """
    asked = [line for line in lines if group_of(line) in groups]
    quotas = quotas_left(groups, now=max(line.occurred_at for line in asked)) if asked else []
    kept = {quota.group for quota in quotas}
    takes = route([line for line in lines if group_of(line) not in kept], candidates)
    given = share_free(
        [
            Line(line.line_id, group_of(line), to_parts(line.quantity), (place,), line.about.channel)
            for place, line in enumerate(asked)
        ],
        [
            Shelf(row.stock_id, row.warehouse_id, row.group, to_parts(row.free))
            for row in candidates
            if row.group in kept
        ],
        quotas=quotas,
    )
    return takes + [
        Take(each.line_id, each.stock_id, each.warehouse_id, from_parts(each.quantity), each.quota_id) for each in given
    ]
