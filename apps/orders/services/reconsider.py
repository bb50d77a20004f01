"""Held returns looked at again by a person: matched once more, or closed without a credit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from apps.billing.contract import DELIVERY_REASONS
from apps.exceptions.contract import close_cases
from apps.orders.decisions.matching import ALREADY_CREDITED, NEVER_SOLD, PRICE_ABOVE_SOLD
from apps.orders.services.returns import process_returns
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import writes

_REOPEN = """
UPDATE orders_returnline SET state = 'announced', hold_code = ''
 WHERE request_id = ANY(%s::uuid[]) AND state = 'held' AND product_id IS NOT NULL AND hold_code = ANY(%s::text[])
RETURNING request_id
"""
_DISMISS = """
UPDATE orders_returnline SET state = 'dismissed' WHERE request_id = ANY(%s::uuid[]) AND state = 'held' RETURNING request_id
"""
MATCHING_CODES = (NEVER_SOLD, ALREADY_CREDITED, PRICE_ABOVE_SOLD, *DELIVERY_REASONS)


def retry_returns(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """Match the held lines of these returns again, for instance after the sale that they belong to was released."""
    waiting = _reopen(subject_ids, actor=actor, now=now)
    while process_returns(until=now, limit=1_000, actor=actor, now=now):
        pass
    held = set(_still_held(subject_ids))
    return {
        subject_id: "Still not to be matched."
        if subject_id in held
        else ("Credited." if subject_id in waiting else "Nothing of it can be matched.")
        for subject_id in subject_ids
    }


@writes
def _reopen(subject_ids: Sequence[UUID], *, actor: Actor, now: datetime) -> set[UUID]:
    """Put the lines back in the queue; the case closes with them and is opened anew if they cannot be matched again."""
    rows = sql.fetch(_REOPEN, [list(subject_ids), list(MATCHING_CODES)])
    waiting = {row[0] for row in rows}
    still_held = set(_still_held(list(waiting)))
    close_cases("return", sorted(waiting - still_held), resolution="retry", note="", actor=actor, now=now)
    return waiting


@writes
def dismiss_returns(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """Close held returns without a credit, for the reason given."""
    dismissed = {row[0] for row in sql.fetch(_DISMISS, [list(subject_ids)])}
    close_cases("return", list(subject_ids), resolution="dismissed", note=note, actor=actor, now=now)
    return {
        subject_id: "Dismissed." if subject_id in dismissed else "Nothing of it was held." for subject_id in subject_ids
    }


def _still_held(subject_ids: Sequence[UUID]) -> list[UUID]:
    query = "SELECT DISTINCT request_id FROM orders_returnline WHERE request_id = ANY(%s::uuid[]) AND state = 'held'"
    return [row[0] for row in sql.fetch(query, [list(subject_ids)])]
