"""Who acts: a person, a program with an API key, or the system itself. Rows store the id, never a foreign key."""

from dataclasses import dataclass
from uuid import UUID

SYSTEM_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who carries out a verb; `permissions` are full names such as "orders.release_order"."""

    id: UUID
    name: str
    permissions: frozenset[str] = frozenset()
    is_system: bool = False

    def may(self, permission: str) -> bool:
        """Say whether the actor holds the permission; the system may do everything it is told to."""
        return self.is_system or permission in self.permissions


SYSTEM = Actor(id=SYSTEM_ID, name="system", is_system=True)
