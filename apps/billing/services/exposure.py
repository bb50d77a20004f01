"""Credit exposure: one row per customer, legal entity and currency, changed by one conditional statement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from apps.billing.decisions.credit_limit import accept_in_order
from apps.billing.decisions.facts import CreditHold, CreditRelease, Exposure, ExposureKey
from ordercash.kernel import sql
from ordercash.kernel.transactions import joins

# Rows are locked in key order; a row is made at the first movement. EXCLUDED.limit_minor NULL means that no limit applies.
_MOVE = """
    INSERT INTO billing_creditexposure AS e (id, legal_entity_id, customer_id, currency, orders_minor, invoices_minor, limit_minor)
    SELECT new_id(), w.entity, w.customer, w.currency, w.orders, w.invoices, w.most
      FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
           AS w(entity, customer, currency, orders, invoices, most)
     ORDER BY w.customer, w.entity, w.currency
    ON CONFLICT (customer_id, legal_entity_id, currency) DO UPDATE
       SET orders_minor = e.orders_minor + EXCLUDED.orders_minor,
           invoices_minor = e.invoices_minor + EXCLUDED.invoices_minor,
           limit_minor = coalesce(EXCLUDED.limit_minor, e.limit_minor)
     WHERE EXCLUDED.limit_minor IS NULL
        OR e.orders_minor + e.invoices_minor + EXCLUDED.orders_minor <= EXCLUDED.limit_minor
    RETURNING e.legal_entity_id, e.customer_id, e.currency"""

_LOCK = """
    SELECT e.legal_entity_id, e.customer_id, e.currency, e.orders_minor, e.invoices_minor
      FROM billing_creditexposure AS e
     WHERE (e.legal_entity_id, e.customer_id, e.currency) IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[]))
     ORDER BY e.customer_id, e.legal_entity_id, e.currency
       FOR UPDATE"""


@joins
def hold_credit(requests: Sequence[CreditHold]) -> set[UUID]:
    """Hold gross amounts against the customers' limits and return the keys of the requests that were accepted.

    One statement when every customer's requests fit together; the customers whose sum does not fit are decided request after request in
    the order given, with at most three statements for all of them. Requests with `override` or without a limit are always accepted.
    """
    accounts = _by_account(requests)
    at_once = _hold({account: held for account, held in accounts.items() if _may_fit(held)})
    tight = [request for account, held in accounts.items() if account not in at_once for request in held]
    return {request.key for account in at_once for request in accounts[account]} | _hold_one_by_one(tight)


def _hold_one_by_one(requests: Sequence[CreditHold]) -> set[UUID]:
    free = [request for request in requests if request.limit_minor is None or request.override]
    limited = _by_account([request for request in requests if request not in free])
    _hold(_by_account(free))
    before = _lock_exposures(list(limited))
    chosen = {account: accept_in_order(held, before.get(account, Exposure())) for account, held in limited.items()}
    held_now = _hold({account: held for account, held in chosen.items() if held})
    return {request.key for request in free} | {request.key for account in held_now for request in chosen[account]}


@joins
def free_credit(releases: Sequence[CreditRelease]) -> None:
    """Give back held amounts that will not be invoiced; one statement."""
    moves: dict[ExposureKey, tuple[int, int]] = {}
    for release in releases:
        account = ExposureKey(release.legal_entity_id, release.customer_id, release.currency)
        moves[account] = (moves.get(account, (0, 0))[0] - release.amount_minor, 0)
    move_exposure(moves)


@joins
def move_exposure(moves: Mapping[ExposureKey, tuple[int, int]]) -> None:
    """Add (orders, invoices) amounts to exposures, whatever the limit; one statement, none when nothing moves."""
    rows = [(account, orders, invoices, None) for account, (orders, invoices) in moves.items() if orders or invoices]
    if rows:
        _move(rows)


def _by_account(requests: Sequence[CreditHold]) -> dict[ExposureKey, list[CreditHold]]:
    accounts: dict[ExposureKey, list[CreditHold]] = defaultdict(list)
    for request in requests:
        accounts[request.account].append(request)
    return accounts


def _may_fit(held: Sequence[CreditHold]) -> bool:
    limit = _limit_of(held)
    return limit is None or sum(request.amount_minor for request in held) <= limit


def _limit_of(held: Sequence[CreditHold]) -> int | None:
    """Return the tightest limit of the requests; None when every one of them passes it by."""
    limits = [request.limit_minor for request in held if request.limit_minor is not None and not request.override]
    return min(limits, default=None)


def _hold(accounts: Mapping[ExposureKey, Sequence[CreditHold]]) -> set[ExposureKey]:
    rows = [(account, sum(r.amount_minor for r in held), 0, _limit_of(held)) for account, held in accounts.items()]
    return _move(rows) if rows else set()


def _lock_exposures(accounts: Sequence[ExposureKey]) -> dict[ExposureKey, Exposure]:
    if not accounts:
        return {}
    keys = [(account.legal_entity_id, account.customer_id, account.currency) for account in accounts]
    rows = sql.fetch(_LOCK, sql.columns_of(keys, 3))
    return {ExposureKey(*row[:3]): Exposure(*row[3:]) for row in rows}


def _move(rows: Iterable[tuple[ExposureKey, int, int, int | None]]) -> set[ExposureKey]:
    flat: list[tuple[Any, ...]] = [
        (account.legal_entity_id, account.customer_id, account.currency, orders, invoices, limit)
        for account, orders, invoices, limit in rows
    ]
    return {ExposureKey(*row) for row in sql.fetch(_MOVE, sql.columns_of(flat, 6))}
