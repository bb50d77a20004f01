"""How a verb answers for members of a batch that it refused."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NotDone:
    """An order for which the verb was refused: a stable code and what to do. Its neighbours were carried out."""

    order_id: UUID
    code: str
    detail: str
