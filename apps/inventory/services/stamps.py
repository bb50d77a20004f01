"""Stamps of what can be promised: the newest of each product and legal entity says everything that the older ones did."""

from collections.abc import Mapping
from typing import Final

from apps.audit.contract import JobContext
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes

# A stamp that was kept may stand beside one that an earlier transaction leaves later. Were that one dropped and the kept one stayed, count
# and newest would be what they were before it: each group that is thinned gets a new one.
OLDER = """
WITH gone AS (
    DELETE FROM inventory_planstamp p USING (
        SELECT product_id, legal_entity_id FROM inventory_planstamp GROUP BY product_id, legal_entity_id HAVING count(*) > 1
    ) n WHERE p.product_id = n.product_id AND p.legal_entity_id = n.legal_entity_id RETURNING p.product_id, p.legal_entity_id
), anew AS (
    INSERT INTO inventory_planstamp (product_id, legal_entity_id) SELECT DISTINCT product_id, legal_entity_id FROM gone RETURNING id
)
SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM anew)
"""


@writes
def drop_old_stamps() -> int:
    """Leave each group one stamp, a new one where there were several: whoever compares count and newest asks anew."""
    return int(fetch(OLDER)[0][0])


def thin_stamps(context: JobContext) -> Mapping[str, int]:
    """Job: keep one stamp of each group."""
    return {"dropped": drop_old_stamps()}


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {"inventory.thin_stamps": (thin_stamps, 600, "Forget old stamps of what can be promised")}
