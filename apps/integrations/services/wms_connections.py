"""Connecting warehouse systems, and doing with messages what somebody decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from apps.audit.contract import set_change_actor
from apps.exceptions.contract import close_cases
from apps.integrations.decisions.wms.addresses import address_fault
from apps.integrations.models import WarehouseConnection
from apps.integrations.models.warehouses import CAPITALS
from apps.integrations.services.wms_cases import SUBJECT
from apps.inventory.contract import expect_feeds, forget_feeds, warehouses
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, DomainError, Fault, NotFound
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import apart, joins, writes

LONGEST_TIMEOUT_MS: Final = 30_000
MOST_ATTEMPTS: Final = 1_000
MOST_COUNTS: Final = 5_000


class ConnectionRefused(DomainError):
    """The connection cannot be as it was entered; the faults say why."""

    code, title, status = "connection_refused", "The connection cannot be like that", 422


class WarehouseConnected(Conflict):
    """A warehouse has one system."""

    code, title = "warehouse_connected", "The warehouse is connected already"


@dataclass(frozen=True, slots=True)
class ConnectionDraft:
    """A connection as somebody wants it; the secret itself stands in the environment, under the name given."""

    warehouse: str
    base_url: str
    secret_name: str
    is_active: bool = True
    shares_stock: bool = False
    timeout_ms: int = 5_000
    most_attempts: int = 60
    counts_a_day: int = 0


@writes
def add_connection(draft: ConnectionDraft, *, actor: Actor, now: datetime) -> UUID:
    """Connect a warehouse in a transaction of its own; see `add_connection_in`."""
    return add_connection_in(draft, actor=actor, now=now)


@joins
def add_connection_in(draft: ConnectionDraft, *, actor: Actor, now: datetime) -> UUID:
    """Connect a warehouse with its system, which has to speak from now on. Raises ConnectionRefused, WarehouseConnected."""
    values = _sound(draft)
    set_change_actor(actor)
    try:
        with apart():
            made = WarehouseConnection.objects.create(**values)
    except IntegrityError:
        raise WarehouseConnected(f"{draft.warehouse} has a system already; change its connection.") from None
    if made.is_active:
        expect_feeds([made.warehouse_id], now=now)
    return made.pk


@writes
def change_connection(connection_id: UUID, draft: ConnectionDraft, *, actor: Actor, now: datetime) -> None:
    """Change a connection; its warehouse stays. Raises NotFound, ConnectionRefused."""
    known = WarehouseConnection.objects.select_for_update().filter(pk=connection_id).first()
    if known is None:
        raise NotFound("There is no such connection.")
    values = _sound(draft)
    if values["warehouse_id"] != known.warehouse_id:
        raise ConnectionRefused(
            faults=[Fault("/warehouse", "warehouse_stays", "A connection stays with its warehouse.")]
        )
    set_change_actor(actor)
    for name, value in values.items():
        setattr(known, name, value)
    known.failures, known.open_until = 0, None
    known.save(update_fields=[*values, "failures", "open_until"])
    if known.is_active:
        expect_feeds([known.warehouse_id], now=now)
    else:
        forget_feeds([known.warehouse_id], now=now, actor=actor)


def _sound(draft: ConnectionDraft) -> dict[str, Any]:
    """Return the values of a sound draft; raises ConnectionRefused naming everything that is wrong."""
    places = {place.code: place.id for place in warehouses().values()}
    fault = address_fault(draft.base_url, settings.ORDERCASH_WMS_HOSTS)
    faults = [
        *(
            []
            if draft.warehouse in places
            else [Fault("/warehouse", "unknown_warehouse", "There is no such warehouse.")]
        ),
        *([Fault("/base_url", "address_refused", fault)] if fault else []),
        *([] if _is_name(draft.secret_name) else [_secret_fault(draft.secret_name)]),
        *(
            []
            if 100 <= draft.timeout_ms <= LONGEST_TIMEOUT_MS
            else [Fault("/timeout_ms", "out_of_range", f"From 100 to {LONGEST_TIMEOUT_MS} ms.")]
        ),
        *(
            []
            if 1 <= draft.most_attempts <= MOST_ATTEMPTS
            else [Fault("/most_attempts", "out_of_range", f"From 1 to {MOST_ATTEMPTS}.")]
        ),
        *(
            []
            if 0 <= draft.counts_a_day <= MOST_COUNTS
            else [Fault("/counts_a_day", "out_of_range", f"From 0 to {MOST_COUNTS}.")]
        ),
    ]
    if faults:
        raise ConnectionRefused(faults[0].detail, faults=faults)
    return {
        "warehouse_id": places[draft.warehouse],
        "base_url": draft.base_url.rstrip("/"),
        "secret_name": draft.secret_name,
        "is_active": draft.is_active,
        "shares_stock": draft.shares_stock,
        "timeout_ms": draft.timeout_ms,
        "most_attempts": draft.most_attempts,
        "counts_a_day": draft.counts_a_day,
    }


def _is_name(secret_name: str) -> bool:
    return secret_name in settings.ORDERCASH_WMS_SECRETS


def _secret_fault(name: str) -> Fault:
    return Fault(
        "/secret_name", "unknown_secret", f"The environment has no ORDERCASH_WMS_SECRET_{name[:40]} ({CAPITALS})."
    )


# Of an order only the newest state is worth sending; what was told before it is kept as it is.
SEND_AGAIN: Final = """
UPDATE integrations_warehousemessage m SET state = 'waiting', attempts = 0, next_try_at = %s, error = ''
 WHERE m.id = ANY(%s::uuid[])
   AND ((m.direction = 'in' AND m.state = 'refused')
     OR (m.direction = 'out' AND m.state IN ('dead', 'refused', 'sent') AND NOT EXISTS (
           SELECT FROM integrations_warehousemessage n WHERE n.connection_id = m.connection_id AND n.order_id = m.order_id
              AND n.direction = 'out' AND n.order_seq > m.order_seq)))
RETURNING m.id
"""


@writes
def send_again(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """Send messages again that were given up, or apply those of a warehouse system again that were refused; answers by id."""
    return send_again_in(subject_ids, note=note, actor=actor, now=now)


@joins
def send_again_in(message_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """See `send_again`; a message that waits, was confirmed or has a newer one after it stays as it is."""
    done = {row[0] for row in fetch(SEND_AGAIN, [now, list(message_ids)])}
    close_cases(SUBJECT, sorted(done), resolution="send_again", note=note, actor=actor, now=now)
    left = "It needs no second attempt: it waits, was confirmed, or a newer one took its place."
    return {message_id: "It is tried again." if message_id in done else left for message_id in message_ids}


@writes
def dismiss_messages(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """Leave messages as they are and close their cases."""
    close_cases(SUBJECT, list(subject_ids), resolution="dismissed", note=note, actor=actor, now=now)
    return dict.fromkeys(subject_ids, "Left as it is.")


CLOSE_BREAKER: Final = (
    "UPDATE integrations_warehouseconnection SET failures = 0, open_until = NULL WHERE id = %s AND failures > 0"
)


@writes
def try_now(connection_id: UUID) -> bool:
    """Stop leaving a connection alone; returns whether it was."""
    return run(CLOSE_BREAKER, [connection_id]) > 0
