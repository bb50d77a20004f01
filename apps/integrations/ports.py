"""What integrations need from outside: a way to ask a warehouse system something."""

from typing import Protocol
from uuid import UUID

from apps.integrations.decisions.wms.sending import Reply


class Transport(Protocol):
    """Sends one signed request and returns what came back; it never raises."""

    def __call__(self, connection_id: UUID, method: str, path: str, body: bytes) -> Reply: ...
