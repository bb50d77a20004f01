"""Lines that rules of sourcing kept back from goods that are there: looked at again when a new day has room, or the rules are others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.audit.contract import JobContext
from apps.inventory.services.sharing import serve_kept_back
from ordercash.kernel.transactions import writes

FIRST: Final = UUID(int=0)
AT_ONCE: Final = 200


@writes
def serve_page(*, after: UUID, now: datetime) -> UUID | None:
    """Look at the lines after this one; returns the last, None where there is no other page."""
    return serve_kept_back(after=after, now=now, limit=AT_ONCE)


def choose_again(context: JobContext) -> Mapping[str, int]:
    """Job: let rules choose again for the lines that they kept back, a page in each transaction."""
    after: UUID | None = FIRST
    pages = 0
    while after is not None:
        after = serve_page(after=after, now=context.now)
        pages += 1
    return {"pages": pages}


# Its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {"inventory.choose_again": (choose_again, 300, "Choose again for lines that rules of sourcing kept back")}
