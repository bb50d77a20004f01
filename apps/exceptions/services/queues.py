"""Queues: their names, deadlines and the extra right that resolving in them needs."""

from apps.audit.contract import set_change_actor
from apps.exceptions.models import Queue
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError, NotFound
from ordercash.kernel.transactions import joins

LONGEST_HOURS = 24 * 365


class DeadlineImpossible(DomainError):
    """A queue's deadline is a whole number of hours, from one hour to a year."""

    code, title, status = "deadline_impossible", "The deadline is from 1 to 8760 hours", 422


@joins
def configure_queue(*, code: str, name: str, sla_hours: int, resolve_permission: str, actor: Actor) -> None:
    """Change a queue in the admin's transaction; cases that stand keep their deadline. Raises NotFound or DeadlineImpossible."""
    if not 1 <= sla_hours <= LONGEST_HOURS:
        raise DeadlineImpossible()
    set_change_actor(actor)
    changed = Queue.objects.filter(code=code).update(
        name=name, sla_hours=sla_hours, resolve_permission=resolve_permission
    )
    if not changed:
        raise NotFound(f"There is no queue {code}.")
