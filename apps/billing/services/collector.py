"""The sandbox collector: for demos and imports every customer pays exactly what is due, on the day it is due."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.billing.decisions.facts import Collected, PaymentDraft
from apps.billing.services.open_items import OpenItem, orders_of
from apps.billing.services.payments import record_payments
from apps.masterdata.contract import entities_by_id
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.transactions import joins

METHOD: Final = "sandbox"

_DUE: Final = """
    SELECT i.id, i.kind, i.number, i.legal_entity_id, i.customer_id, i.currency, i.order_id, i.state, i.gross_minor, i.open_minor,
           i.issued_at, i.bill_to_id, i.due_date
      FROM billing_invoice AS i
      JOIN unnest(%s::uuid[], %s::date[]) AS e(id, last_due) ON e.id = i.legal_entity_id
     WHERE i.state = 'issued' AND i.kind = 'invoice' AND i.due_date <= e.last_due AND i.issued_at < %s
       AND (i.due_date, i.id) > (%s, %s)
     ORDER BY i.due_date, i.id
     LIMIT %s
       FOR UPDATE OF i SKIP LOCKED"""


@joins
def collect_due(*, until: datetime, actor: Actor, limit: int = 1000) -> Collected:
    """Pay up to `limit` open invoices that fall due before `until`: exactly what is open, received at the start of the due date.

    Invoices that another worker holds are passed by, and so are those whose payment cannot be posted: they stay open. A constant number
    of statements per `limit` invoices that are looked at; call again while payments come back.
    """
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    last_due = [business_date(until - timedelta(microseconds=1), zone) for zone in zones.values()]
    after = (date.min, UUID(int=0))
    while rows := sql.fetch(_DUE, [list(zones), last_due, until, *after, limit]):
        due = [(OpenItem(*row[:-1]), row[-1]) for row in rows]
        result = record_payments([_payment(item, day, zones) for item, day in due], actor=actor)
        paid = {outcome.source_ref for outcome in result.recorded if outcome.is_new}
        if paid:
            return _collected([item for item, _ in due if _source_ref(item) in paid])
        after = (due[-1][1], due[-1][0].id)
    return _collected([])


def _source_ref(item: OpenItem) -> str:
    return f"collected:{item.id}"


def _payment(item: OpenItem, due_date: date, zones: dict[UUID, Any]) -> PaymentDraft:
    due_at = datetime.combine(due_date, time(), tzinfo=ZoneInfo(zones[item.legal_entity_id]))
    return PaymentDraft(
        source_ref=_source_ref(item),
        legal_entity_id=item.legal_entity_id,
        customer_id=item.customer_id,
        currency=item.currency,
        amount_minor=item.open_minor,
        method=METHOD,
        reference=item.number,
        received_at=max(due_at, item.issued_at),
        invoice_ids=(item.id,),
    )


def _collected(items: list[OpenItem]) -> Collected:
    amounts: dict[str, int] = defaultdict(int)
    for item in items:
        amounts[item.currency] += item.open_minor
    orders = orders_of(items)
    order_ids = tuple(dict.fromkeys(order_id for found in orders.values() for order_id in found))
    return Collected(len(items), dict(amounts), order_ids)
