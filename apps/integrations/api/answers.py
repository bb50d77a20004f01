"""What the endpoints of integrations answer, for the API's description."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime

from ordercash.web.api.values import Answer


class ConnectionShown(Answer):
    """The connection of a warehouse; `failures` in a row, and until when it is left alone after too many."""

    id: UUID
    warehouse: str
    base_url: str
    secret_name: str
    has_secret: bool
    is_active: bool
    shares_stock: bool
    timeout_ms: int
    most_attempts: int
    counts_a_day: int
    failures: int
    open_until: AwareDatetime | None
    last_ok_at: AwareDatetime | None


class MessageShown(Answer):
    """A message to or from a warehouse system."""

    id: UUID
    connection_id: UUID
    direction: str
    kind: str
    source_ref: str
    order_id: UUID | None
    order_seq: int | None
    payload: dict[str, Any]
    state: str
    attempts: int
    repeats: int
    status_code: int | None
    error: str
    created_at: AwareDatetime
    sent_at: AwareDatetime | None
    answered_at: AwareDatetime | None
    applied_at: AwareDatetime | None


class MessageMoved(Answer):
    """What became of a message."""

    id: UUID
    state: str
    told: str


class MessagesTaken(Answer):
    """How many messages are kept now, and how many had come before."""

    new: int
    repeated: int
