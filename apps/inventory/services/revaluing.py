"""Goods that are worth something else than they cost: the value of a stock row changes, its quantity does not."""

from collections.abc import Sequence

from apps.audit.contract import record_events
from apps.inventory.decisions.facts import MovementResult, Refusal
from apps.inventory.decisions.facts.revaluing import Revaluation
from apps.inventory.decisions.receiving import Shelf
from apps.inventory.decisions.revaluing import revalue
from apps.inventory.events import STOCK_REVALUED, stock_moved
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.moving import (
    currencies_of_warehouses,
    lock_shelves,
    move_in,
    post_movements,
    refused_by_ledger,
)
from apps.inventory.services.receiving import KNOWN_MOVEMENTS, sorted_out
from ordercash.kernel.actor import Actor
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins


@joins
def revalue_stock(drafts: Sequence[Revaluation], *, actor: Actor) -> MovementResult:
    """Let what lies in stock rows be worth another unit cost; the difference is posted. Repeating a source_ref does nothing.

    Refused: those of `decisions.revaluing.revalue`, and with the ledger's code what it cannot post.
    """
    currencies, places = currencies_of_warehouses(), warehouses()
    first: dict[str, Revaluation] = {}
    for draft in drafts:
        first.setdefault(draft.source_ref, draft)
    rows = lock_shelves([(d.product_id, d.warehouse_id) for d in first.values() if d.warehouse_id in currencies])
    known = {row[0] for row in fetch(KNOWN_MOVEMENTS, [list(first)])} if first else set()
    shelves = {place: Shelf(row.on_hand, row.bound, row.value_minor) for place, row in rows.items()}
    changed, refused = revalue((d for ref, d in first.items() if ref not in known), shelves, currencies)
    errors = refused_by_ledger([(movement, draft.occurred_at) for draft, movement in changed])
    refused += [Refusal(ref, error.code, error.detail) for ref, error in errors.items()]
    done = [(m, rows[m.place].id, d.occurred_at) for d, m in changed if m.source_ref not in errors]
    made = move_in(done, actor=actor)
    post_movements(made)
    record_events(
        [
            stock_moved(STOCK_REVALUED, house, [product], d.occurred_at, places[house].legal_entity_id, actor)
            for d in made
            for product, house in (d.movement.place,)
        ]
    )
    return sorted_out(list(first.values()), {d.movement.source_ref for d in made}, refused)
