"""Price decisions of orders, kept and taken again to the same bytes after three later versions, and tried by another version on every core.

A thousand in every run, 100,000 decisions of three lines when every count is asked for.
"""

import hashlib
import os
import random
import subprocess
import sys
import time
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from apps.masterdata.contract import products_by_id
from apps.masterdata.models import Customer, LegalEntity
from apps.pricing.contract import RULES_KIND, CartRequest, LineRequest, price_carts
from apps.rulebooks.contract import DecisionDraft, record_decisions, rulebook_in_force
from apps.rulebooks.models import BackTest, BackTestFigure, RulebookVersion
from apps.rulebooks.selectors import trying
from apps.rulebooks.services import activations, back_tests, versions
from ordercash.kernel import clock, sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id, new_ids
from tests.factories.audit import in_transaction
from tests.factories.masterdata import a_customer, a_group, a_product, an_entity
from tests.factories.pricing import AT, a_price, a_price_list
from tests.factories.rulebooks import put_in_force
from tests.journeys.running import FULL, environment

pytestmark = pytest.mark.django_db(transaction=True)
DECISIONS, BATCH = (100_000, 1_000) if FULL else (1_000, 250)
MOST_SECONDS = 60
AUTHOR = Actor(id=UUID(int=11), name="pricing.analyst")
APPROVER = Actor(id=UUID(int=12), name="pricing.approver")

BOOK: dict[str, Any] = {
    "accesses": [
        {"name": "agreed", "source": "agreed_price"},
        {"name": "contract", "source": "price_list", "scope": "customer"},
        {"name": "group_list", "source": "price_list", "scope": "customer_group"},
        {"name": "base_list", "source": "price_list", "scope": "everybody", "scale": "order"},
    ],
    "groups": [
        {"name": "seasonal", "order": 10, "method": "best_for_customer"},
        {"name": "volume", "order": 20, "method": "all_in_sequence"},
        {"name": "loyalty", "order": 30, "method": "all_on_list", "level": "order"},
    ],
    "discounts": [
        {"name": "many", "group": "seasonal", "when": "quantity >= 10", "give": {"percent": "7"}},
        {"name": "web", "group": "seasonal", "when": 'channel == "web" && net > 50.0', "give": {"percent": "3.5"}},
        {"name": "more", "group": "volume", "when": "quantity >= 20", "give": {"amount_per_unit": {"GBP": "0.13"}}},
        {"name": "large", "group": "loyalty", "give": {"tiers": [{"from": {"GBP": "100.00"}, "percent": "2"}]}},
    ],
    "charges": [
        {"name": "freight", "sku": "FREIGHT", "give": {"tiers": [
            {"from": {"GBP": "0.00"}, "amount": {"GBP": "4.90"}}, {"from": {"GBP": "80.00"}, "amount": {"GBP": "0.00"}}]}},
    ],
    "floors": [{"name": "least", "min_price": {"GBP": "0.50"}}],
}  # fmt: skip


class Market:
    """A legal entity that sells twenty products to ten customers, at prices by quantity, by group and by contract."""

    def __init__(self) -> None:
        self.entity: LegalEntity = an_entity("UK1")
        group = a_group("trade")
        self.customers: list[Customer] = [
            a_customer(f"C{number}", group=group if number % 2 else None) for number in range(10)
        ]
        base, trade = a_price_list("BASE"), a_price_list("TRADE", customer_group=group)
        contract = a_price_list("CONTRACT", customer=self.customers[0])
        products = [a_product(f"P{number}") for number in range(20)]
        for place, product in enumerate(products, start=1):
            a_price(base, product, f"{place}.50")
            a_price(base, product, f"{place}.25", min_quantity=Decimal(20))
            if place % 3 == 0:
                a_price(trade, product, f"{place}.10")
            if place % 5 == 0:
                a_price(contract, product, f"{place}.00")
        a_product("FREIGHT")
        self.products = list(products_by_id([product.pk for product in products]).values())

    def cart(self, chance: random.Random) -> CartRequest:
        """Return the order of a customer: three lines, some with a price agreed, some of products that nobody knows."""
        customer = chance.choice(self.customers)
        return CartRequest(
            at=AT, currency="GBP", legal_entity_id=self.entity.pk, lines=[self._line(chance) for _ in range(3)],
            customer_id=customer.pk, customer=customer.code, customer_group_id=customer.group_id,
            channel=chance.choice(["web", "shop"]), country="GB",
        )  # fmt: skip

    def _line(self, chance: random.Random) -> LineRequest:
        agreed = Decimal(chance.randint(100, 900)) / 100 if chance.random() < 0.2 else None
        product = chance.choice([*self.products, None])
        sku = product.sku if product else "NOBODY-KNOWS"
        return LineRequest(product, sku, Decimal(chance.randint(1, 30)), agreed=agreed)


def log_orders(count: int) -> None:
    """Decide and log the prices of orders, in batches, as placing them does."""
    market, chance = Market(), random.Random(7)
    for _ in range(count // BATCH):
        decided = price_carts([market.cart(chance) for _ in range(BATCH)])
        drafts = [
            DecisionDraft(RULES_KIND, "order", id, each.version_sha256, *each.texts, AT)
            for id, each in zip(new_ids(len(decided)), decided, strict=True)
        ]
        in_transaction(lambda: record_decisions(drafts))  # noqa: B023 - called at once


def changed_book(number: int) -> dict[str, Any]:
    """Return the book with other figures."""
    document = deepcopy(BOOK)
    document["discounts"][0]["give"] = {"percent": str(7 + number)}
    document["accesses"] = document["accesses"][:: -1 if number == 2 else 1]
    return document


def three_later_versions() -> None:
    """Write, approve and activate three later versions, the last one long in force when this returns."""
    for number in range(1, 4):
        at = AT + timedelta(days=number)
        draft = versions.save_draft(
            kind=RULES_KIND, name=RULES_KIND, document=changed_book(number), actor=AUTHOR, now=at
        )
        versions.submit_version(version_id=draft.id, actor=AUTHOR, now=at)
        versions.approve_version(version_id=draft.id, actor=APPROVER, now=at)
        activations.activate_version(version_id=draft.id, from_at=at, actor=APPROVER, now=at)
    assert RulebookVersion.objects.filter(rulebook__kind=RULES_KIND, activations__isnull=False).count() == 4


def fingerprint() -> str:
    """Return the SHA-256 of every byte of what is logged."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts, outcome, trace, version_sha256 FROM rulebooks_decision ORDER BY id")
        while rows := cursor.fetchmany(1000):
            for row in rows:
                digest.update(b"\x00".join([*(text.encode() for text in row[:3]), bytes(row[3])]))
    return digest.hexdigest()


def replay(*more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "replay", "--kind", RULES_KIND, "--since", "2020-01-01", *more],
        cwd=settings.BASE_DIR, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_they_come_out_the_same_and_what_does_not_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    first = put_in_force(RULES_KIND, BOOK)
    log_orders(DECISIONS)
    kept = fingerprint()
    three_later_versions()
    in_force = rulebook_in_force(RULES_KIND, at=AT + timedelta(days=4)).sha256
    assert in_force != bytes(first.sha256)
    told = replay("--workers", "2")
    assert told.returncode == 0, told.stderr
    assert f"{DECISIONS} decisions replayed, {DECISIONS} the same, 0 different" in told.stdout
    assert fingerprint() == kept
    if FULL:
        with capsys.disabled():
            sys.stdout.write(f"\nload {os.getloadavg()[0]:.1f}: {told.stdout}")
    a_decision(in_force, *one_logged())
    wrong = a_decision(bytes(first.sha256), one_logged()[0], '{"lines":[]}', "{}")
    told = replay()
    assert told.returncode == 1
    assert f"{DECISIONS} the same, 2 different" in told.stdout
    assert f"order {wrong} decided at" in told.stderr
    assert told.stderr.count("differs") == 2
    none = replay("--until", "2021-01-01")
    assert (none.returncode, none.stdout.split(";")[0]) == (0, "0 decisions replayed, 0 the same, 0 different")


def one_logged() -> tuple[str, str, str]:
    """Return the texts of a decision whose first discount took part, which other versions take otherwise."""
    found = sql.fetch(
        "SELECT facts, outcome, trace FROM rulebooks_decision WHERE outcome LIKE '%%\"many\"%%' ORDER BY id LIMIT 1"
    )
    return found[0]  # type: ignore[return-value]


def a_decision(sha256: bytes, facts: str, outcome: str, trace: str) -> UUID:
    """Log a decision and return what it is about."""
    draft = DecisionDraft(RULES_KIND, "order", new_id(), sha256, facts, outcome, trace, AT)
    in_transaction(lambda: record_decisions([draft]))
    return draft.subject_id


def test_every_core_counts_what_one_counts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    put_in_force(RULES_KIND, BOOK)
    log_orders(DECISIONS)
    alone = back_tested(monkeypatch, DECISIONS + 1)
    started = time.perf_counter()
    shared = back_tested(monkeypatch, 0)
    seconds = time.perf_counter() - started
    assert (alone.state, alone.seen) == (shared.state, shared.seen) == ("done", DECISIONS)
    assert 0 < alone.changed == shared.changed < DECISIONS
    assert sums(alone) == sums(shared)
    if FULL:
        with capsys.disabled():
            sys.stdout.write(f"\n{DECISIONS:,} decisions tried in {seconds:.1f} s, load {os.getloadavg()[0]:.1f}\n")
        assert seconds < MOST_SECONDS


def back_tested(monkeypatch: pytest.MonkeyPatch, shared_from: int) -> BackTest:
    """Try a version on everything that is logged, on every core from so many decisions on."""
    monkeypatch.setenv("DATABASE_URL", environment()["DATABASE_URL"])
    monkeypatch.setattr(trying, "SHARED_FROM", shared_from)
    monkeypatch.setattr(trying, "cores", lambda: 2)
    later: datetime = clock.now() + timedelta(seconds=1)
    draft = versions.save_draft(kind=RULES_KIND, name=RULES_KIND, document=changed_book(1), actor=AUTHOR, now=later)
    asked = back_tests.request_back_test(
        version_id=draft.pk, most=DECISIONS, in_background=False, actor=AUTHOR, now=later
    )
    return back_tests.carry_on(asked.pk, tell=lambda seen, total: None, now=clock.now)


def sums(found: BackTest) -> list[tuple[Any, ...]]:
    figures = BackTestFigure.objects.filter(back_test=found).order_by("dimension", "key", "currency")
    return list(figures.values_list("dimension", "key", "currency", "decisions", "before_minor", "after_minor"))
