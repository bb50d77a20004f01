"""Rebates: 10,000 invoiced lines of a thousand customers counted under three agreements, and all that was earned settled."""

import os
import random
import time
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.db import connection  # noqa: E402

from apps.masterdata.models import Customer, CustomerGroup, LegalEntity, Product  # noqa: E402
from apps.pricing.contract import RebateLine, accrue_rebates  # noqa: E402
from apps.pricing.models import RebateAccount, RebateAccrual  # noqa: E402
from apps.pricing.services.rebate_agreements import RebateDraft, approve_rebate, draft_rebates  # noqa: E402
from apps.pricing.services.rebate_settlements import settle_rebate  # noqa: E402
from bench.company import COUNT, load_company  # noqa: E402
from bench.measure import machine, say  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM, Actor  # noqa: E402
from ordercash.kernel.ids import new_id, new_ids  # noqa: E402
from ordercash.kernel.memory import collect_rarely  # noqa: E402
from ordercash.kernel.transactions import writes  # noqa: E402

LINES, BATCH = 10_000, 500
APPROVER = Actor(id=UUID(int=1), name="bench.approver")
TIERS = ((Decimal(50), Decimal(1)), (Decimal(150), Decimal("2.5")), (Decimal(300), Decimal(4)))


def agree() -> list[UUID]:
    """Return the agreements: all at a tier's rate, slices, an amount per unit; each for every customer of one group."""
    group, _ = CustomerGroup.objects.get_or_create(code="bench")
    Customer.objects.filter(code__startswith="B").update(group=group)
    entity = LegalEntity.objects.get(code="UK01")
    mark = str(new_id())[-12:]
    same: Any = {
        "legal_entity_id": entity.pk,
        "currency": "GBP",
        "from_date": date(2000, 1, 1),
        "customer_group_id": group.pk,
    }
    drafts = [
        RebateDraft(code=f"ALL-{mark}", tiers=TIERS, settlement="monthly", **same),
        RebateDraft(code=f"SLICES-{mark}", tiers=TIERS, settlement="monthly", is_retrospective=False, **same),
        RebateDraft(
            code=f"UNITS-{mark}", tiers=((Decimal(10), Decimal("0.25")),), settlement="monthly", basis="quantity",
            reward="amount_per_unit", **same,
        ),
    ]  # fmt: skip
    rows = draft_rebates(drafts, actor=SYSTEM, now=clock.now())
    return [approve_rebate(row.pk, actor=APPROVER, now=clock.now()).pk for row in rows]


def invoiced() -> list[RebateLine]:
    """Return lines as billing tells them, four a document."""
    draw, now = random.Random(3), clock.now()
    customers = list(Customer.objects.filter(code__startswith="B").values_list("id", flat=True)[:COUNT])
    products = list(Product.objects.filter(sku__startswith="BENCH-").values_list("id", flat=True))
    entity_id = LegalEntity.objects.get(code="UK01").pk
    documents = [(new_id(), draw.choice(customers)) for _ in range(LINES // 4)]
    return [
        RebateLine(
            line_id, *documents[place // 4][:1], None, entity_id, documents[place // 4][1], "GBP", draw.choice(products),
            Decimal(draw.randint(1, 5)), draw.randint(100, 5_000), "S", Decimal(20), "", now, now.date(),
        )
        for place, line_id in enumerate(new_ids(LINES))
    ]  # fmt: skip


def note(sent: list[str], execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
    """Count a statement and send it."""
    sent.append(statement)
    return execute(statement, params, many, context)


def main() -> None:
    load_company()
    collect_rarely()
    agreements, lines = agree(), invoiced()
    count = writes(accrue_rebates)
    say(f"machine: {machine()}; batches of {BATCH} lines, {len(agreements)} agreements each")
    statements, started = set[int](), time.perf_counter()
    for start in range(0, LINES, BATCH):
        sent: list[str] = []
        with connection.execute_wrapper(partial(note, sent)):
            count(lines[start : start + BATCH], actor=SYSTEM, now=clock.now())
        statements.add(len(sent))
    seconds = time.perf_counter() - started
    rows = RebateAccrual.objects.count()
    say(
        f"{LINES:,} lines, {rows:,} rows in {seconds:.1f} s: {LINES / seconds:,.0f} lines/s; statements a batch: {sorted(statements)}"
    )
    started = time.perf_counter()
    again = count(lines, actor=SYSTEM, now=clock.now())
    say(f"the same lines once more, in one batch: {again.counted} counted, {time.perf_counter() - started:.1f} s")
    started, notes = time.perf_counter(), 0
    for agreement_id in agreements:
        notes += len(settle_rebate(agreement_id, actor=SYSTEM, now=clock.now() + timedelta(seconds=1)).issued)
    seconds = time.perf_counter() - started
    say(
        f"{notes:,} of {RebateAccount.objects.count():,} accounts settled in {seconds:.1f} s: {notes / seconds:,.0f} credit notes/s"
    )


if __name__ == "__main__":
    main()
