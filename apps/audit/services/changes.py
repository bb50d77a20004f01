"""Naming the one who changes watched rows, so that their triggers can write it down."""

from ordercash.kernel.actor import Actor
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins


@joins
def set_change_actor(actor: Actor) -> None:
    """Name the actor of every watched change until the end of the transaction."""
    fetch("SELECT set_config('ordercash.actor_id', %s, true)", [str(actor.id)])
