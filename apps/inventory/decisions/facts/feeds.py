"""What another system says of its stock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FeedTold:
    """A word about one stock row: its number among the words about it, when it was said and when it came here.

    `is_shared` says that others sell from the same shelf, so that what may be sold here shrinks as the word gets older.
    """

    stock_id: UUID
    seq: int
    said_at: datetime
    received_at: datetime
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Latency:
    """One minute of the messages of a warehouse: from their word to our row, in milliseconds."""

    warehouse_id: UUID
    minute: datetime
    messages: int
    p50_ms: int
    p99_ms: int
    worst_ms: int
