"""Stored price decisions are replayed to the same bytes after three later versions, in a fresh process and by two at once."""

import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.conf import settings

from apps.pricing.contract import PriceRequest, price_lines
from apps.rulebooks.contract import DecisionDraft, record_decisions, rulebook_in_force
from apps.rulebooks.models import RulebookVersion
from ordercash.kernel import clock, sql
from ordercash.kernel.ids import new_id
from tests.factories.audit import in_transaction
from tests.factories.masterdata import a_product
from tests.factories.pricing import AT, ENTITY_ID, a_price, a_price_list
from tests.factories.rulebooks import put_in_force
from tests.journeys.running import environment

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "pricing.access"
SEQUENCE = {
    "accesses": [
        {"name": "agreed", "source": "agreed_price"},
        {"name": "base_list", "source": "price_list", "customer_group": "none"},
    ]
}
# Decisions about orders of three lines; 100,000 lines at full count.
ORDERS = 33_334 if os.environ.get("ORDERCASH_FULL") == "1" else 1_200
BATCH = 400


def orders(products: list[object], chance: random.Random) -> list[PriceRequest]:
    """Return the lines of a batch of orders, some with a price agreed, some of products that have none."""
    return [
        PriceRequest(
            None, ENTITY_ID, "GBP", chance.choice([*products, None]), Decimal(chance.randint(1, 60)), AT,
            Decimal(chance.randint(100, 900)) / 100 if chance.random() < 0.2 else None,
        )
        for _ in range(3 * BATCH)
    ]  # fmt: skip


def log_orders(count: int) -> None:
    base, chance = a_price_list(), random.Random(7)
    products = [a_product() for _ in range(20)]
    for place, product in enumerate(products):
        a_price(base, product, f"{place + 1}.50")
        a_price(base, product, f"{place + 1}.25", min_quantity=Decimal(20))
    ids = [product.pk for product in products]
    for _ in range(-(-count // BATCH)):
        priced = price_lines(orders(ids, chance))
        drafts = [
            DecisionDraft(
                KIND, "order", new_id(), priced.version_sha256, *priced.decision(range(3 * place, 3 * place + 3)), AT
            )
            for place in range(BATCH)
        ]
        in_transaction(lambda: record_decisions(drafts))  # noqa: B023 - called at once


def three_later_versions() -> None:
    document = rulebook_in_force(KIND, at=clock.now()).document.model_dump(mode="json", exclude_none=True)
    for number in range(3):
        accesses = [{**access, "name": f"later{number}_{access['name'][:12]}"} for access in document["accesses"]]
        put_in_force(KIND, {"accesses": accesses[::-1] if number == 1 else accesses})
    assert RulebookVersion.objects.filter(rulebook__kind=KIND).count() == 4


def replay(*more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "replay", "--kind", KIND, "--since", "2020-01-01", *more],
        cwd=settings.BASE_DIR, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_they_come_out_the_same_and_what_does_not_is_named() -> None:
    put_in_force(KIND, SEQUENCE)
    log_orders(ORDERS)
    three_later_versions()
    ((stored,),) = sql.fetch("SELECT count(*) FROM rulebooks_decision")
    assert stored * 3 >= 3 * ORDERS
    told = replay("--workers", "2")
    assert told.returncode == 0, told.stderr
    assert f"{stored} decisions replayed, {stored} the same, 0 different" in told.stdout
    assert "a second" in told.stdout
    ((one, subject),) = sql.fetch("SELECT version_sha256, subject_id FROM rulebooks_decision ORDER BY id DESC LIMIT 1")
    wrong = DecisionDraft(KIND, "order", new_id(), bytes(one), _facts(), '{"lines":[]}', "{}", datetime.now(UTC))
    in_transaction(lambda: record_decisions([wrong]))
    told = replay()
    assert told.returncode == 1
    assert f"{stored} the same, 1 different" in told.stdout
    assert f"order {wrong.subject_id} decided at" in told.stderr
    assert str(subject) not in told.stderr
    none = replay("--until", "2021-01-01")
    assert (none.returncode, none.stdout.split(";")[0]) == (0, "0 decisions replayed, 0 the same, 0 different")


def _facts() -> str:
    ((facts,),) = sql.fetch("SELECT facts FROM rulebooks_decision ORDER BY id LIMIT 1")
    return str(facts)
