"""Stamps of what can be promised: the newest of each product and legal entity says everything that the older ones did."""

from collections.abc import Mapping
from typing import Final

from apps.audit.contract import JobContext
from ordercash.kernel.sql import run
from ordercash.kernel.transactions import writes

OLDER = """
DELETE FROM inventory_planstamp p USING (
    SELECT product_id, legal_entity_id, max(id) AS newest FROM inventory_planstamp GROUP BY product_id, legal_entity_id HAVING count(*) > 1
) n WHERE p.product_id = n.product_id AND p.legal_entity_id = n.legal_entity_id AND p.id < n.newest
"""


@writes
def drop_old_stamps() -> int:
    """Delete all but the newest stamp of each group; whoever compares count and newest sees that something changed, and asks anew."""
    return run(OLDER)


def thin_stamps(context: JobContext) -> Mapping[str, int]:
    """Job: keep the newest stamps."""
    return {"dropped": drop_old_stamps()}


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {"inventory.thin_stamps": (thin_stamps, 600, "Forget old stamps of what can be promised")}
