"""Choosing how the takers of a product are kept apart; docs/adr/0006 says what each costs."""

from datetime import datetime
from typing import Final
from uuid import UUID

from apps.audit.contract import record_events, set_change_actor
from apps.inventory.events import handling_changed
from apps.inventory.models import Handling
from apps.inventory.services.escrow import add_slots, drop_slots
from apps.inventory.services.locking import lock_stock
from apps.inventory.services.reserving.slots import deal_out
from apps.inventory.services.reserving.ways import handled_otherwise
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, DomainError, NotFound
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import joins, writes

MOST_SLOTS: Final = 64
OFFERED: Final = tuple(way.value for way in Handling)
DECIDES: Final = (Handling.CONDITIONAL, Handling.ROW_LOCK)

OF_PRODUCT: Final = "SELECT id FROM inventory_stock WHERE product_id = %s"
DECIDED: Final = "SELECT count(*) FROM inventory_stock WHERE id = ANY(%s::uuid[]) AND (has_lots OR has_quotas)"
HANDLE: Final = "UPDATE inventory_stock SET handling = %s, version = version + 1 WHERE id = ANY(%s::uuid[])"


class NoStock(NotFound):
    """The product lies nowhere, so nobody takes from it."""

    code, title = "no_stock", "The product has no stock row"


class HandlingUnknown(DomainError):
    """There is no such handling, or not with so many slots."""

    code, title = "handling_unknown", "There is no such handling"


class NeedsDecision(Conflict):
    """Lots and quotas are decided line by line, which slots and accepting at once leave out."""

    code, title = "needs_decision", "Lots and quotas need a decision for every taker"


@writes
def set_handling(*, product_id: UUID, handling: str, slots: int = 16, actor: Actor, now: datetime) -> None:
    """Let the takers of a product be kept apart this way, in every warehouse, from this transaction on.

    `slots` counts those of each stock row, 2 to 64, for the handling `slots` alone. What is reserved stays reserved. Raises NoStock,
    HandlingUnknown, NeedsDecision.
    """
    set_change_actor(actor)
    change_handling(product_id=product_id, handling=handling, slots=slots, actor=actor, now=now)


@joins
def change_handling(*, product_id: UUID, handling: str, slots: int, actor: Actor, now: datetime) -> None:
    """Do it in the caller's transaction; see `set_handling`."""
    if handling not in OFFERED or not 2 <= slots <= MOST_SLOTS:
        raise HandlingUnknown(f"Choose one of {', '.join(OFFERED)}; 2 to {MOST_SLOTS} slots.")
    stock_ids = list(lock_stock(OF_PRODUCT, [product_id]))
    if not stock_ids:
        raise NoStock("Receive goods of it first.")
    if handling not in DECIDES and fetch(DECIDED, [stock_ids])[0][0]:
        raise NeedsDecision("Handle it conditionally or by a row lock.")
    drop_slots(stock_ids)
    run(HANDLE, [handling, stock_ids])
    if handling == Handling.SLOTS:
        add_slots(stock_ids, slots)
        deal_out(stock_ids)
    handled_otherwise.forget()
    record_events([handling_changed(product_id, handling, slots if handling == Handling.SLOTS else None, now, actor)])
