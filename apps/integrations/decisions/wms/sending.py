"""When a message is tried again, when a connection is left alone for a while, and what an answer means."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID

LONGEST_WAIT_SECONDS: Final = 60
FAILURES_TO_OPEN: Final = 5
OPEN_SECONDS: Final = 15
_CODE: Final = re.compile(rb'"code"\s*:\s*"([a-z_]{1,60})"')

# A request that will never be right: sending it again changes nothing. Other refusals (not signed, too many, unwell) may pass.
NEVER_RIGHT: Final = frozenset({400, 409, 410, 413, 415, 422})


class Outcome(Enum):
    """What became of one attempt."""

    TAKEN = "taken"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a status and a body, or the error that kept it from coming (status None)."""

    status: int | None
    body: bytes = b""
    error: str = ""

    @property
    def outcome(self) -> Outcome:
        """Taken, refused for good, or failed for now."""
        if self.status is not None and 200 <= self.status < 300:
            return Outcome.TAKEN
        return Outcome.REFUSED if self.status in NEVER_RIGHT else Outcome.FAILED


def told_of(reply: Reply) -> str:
    """Return what is kept of an answer that was no success: its status and its code; its words may repeat the address that was sent."""
    if reply.status is None:
        return reply.error[:300]
    code = _CODE.search(reply.body[:2_000])
    return f"It answered {reply.status}{f' ({code[1].decode()})' if code else ''}."


def next_try_at(message_id: UUID, attempts: int, now: datetime) -> datetime:
    """Return when a message that failed `attempts` times is tried again: after 1, 2, 4 … 60 s and up to a quarter more.

    The quarter comes from the message's id, so that messages that failed together are not tried together.
    """
    seconds = min(2 ** min(attempts - 1, 10), LONGEST_WAIT_SECONDS)
    return now + timedelta(seconds=seconds * (1 + (message_id.int % 1000) / 4000))


def opened_until(failures: int, now: datetime) -> datetime | None:
    """Return until when nothing is sent after so many failures in a row, None while it goes on."""
    return now + timedelta(seconds=OPEN_SECONDS) if failures >= FAILURES_TO_OPEN else None


def may_send(failures: int, open_until: datetime | None, now: datetime, most: int) -> int:
    """Return how many messages a connection may be sent now: none while it is left alone, one to try it, else `most`."""
    if open_until is not None and open_until > now:
        return 0
    return 1 if failures >= FAILURES_TO_OPEN else most
