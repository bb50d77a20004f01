"""A bicycle maker's decisions kept and taken again to the same bytes, after three later versions, in a process of its own.

A few in every run; 100,000 lines when every count is asked for: all that was sold on the Internet, and resellers' carts with promotions.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from apps.pricing.contract import CartRequest, LineRequest, price_carts
from apps.pricing.decisions.document.schema import RULES_KIND
from apps.rulebooks.contract import DecisionDraft, forget_cached_rulebooks, record_decisions, rulebook_in_force
from apps.rulebooks.services import activations, versions
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_ids
from tests.factories.adventureworks import instant, orders
from tests.factories.adventureworks import versions as products
from tests.factories.adventureworks_masters import HOME, NOW, World, cart_of, load, rulebook_file
from tests.factories.audit import in_transaction
from tests.integrations.databases import environment
from tests.integrations.real_data import IS_FULL

LINES, EVERY = (100_000, 1) if IS_FULL else (600, 300)
BATCH = 500
AUTHOR = Actor(id=UUID(int=11), name="pricing.analyst")
APPROVER = Actor(id=UUID(int=12), name="pricing.approver")

pytestmark = [pytest.mark.real_data, pytest.mark.django_db(transaction=True)]


def test_decisions_are_taken_again_to_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = orders(EVERY)
    world = load(chosen)
    carts = [cart_of(world, lines) for lines in chosen]
    carts += _dealer_carts(world, LINES - sum(len(cart.lines) for cart in carts))
    lines = sum(len(cart.lines) for cart in carts)
    assert lines >= LINES
    discounted = _decide_and_keep(carts)
    assert discounted > lines // 20
    before = _fingerprint()

    at_once = StringIO()
    call_command("replay", "--kind", RULES_KIND, "--since", "2020-01-01", stdout=at_once)
    decided_by = rulebook_in_force(RULES_KIND, at=NOW).sha256
    for number in range(1, 4):
        _activate_another(number)
    later = subprocess.run(
        [sys.executable, "manage.py", "replay", "--kind", RULES_KIND, "--since", "2020-01-01", "--workers", "2"],
        cwd=settings.BASE_DIR, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert later.returncode == 0, later.stderr
    assert rulebook_in_force(RULES_KIND, at=NOW + timedelta(days=4)).sha256 != decided_by
    told = f"{len(carts)} decisions replayed, {len(carts)} the same, 0 different"
    assert told in at_once.getvalue()
    assert told in later.stdout
    assert _fingerprint() == before
    with capsys.disabled():
        sys.stdout.write(
            f"\n{lines:,} lines of {len(carts):,} carts, {discounted:,} lines with a promotion\n"
            f"at once: {at_once.getvalue()}after three later versions, in a process of its own: {later.stdout}"
        )


def _decide_and_keep(carts: Sequence[CartRequest]) -> int:
    """Decide carts in batches and log what was decided; returns how many lines took a promotion."""
    discounted = 0
    for start in range(0, len(carts), BATCH):
        decided = price_carts(carts[start : start + BATCH])
        drafts = [
            DecisionDraft(RULES_KIND, "order", id_, each.version_sha256, *each.texts, NOW)
            for id_, each in zip(new_ids(len(decided)), decided, strict=True)
        ]
        in_transaction(lambda drafts=drafts: record_decisions(drafts))
        discounted += sum(bool(line.discounts) for each in decided for line in each.priced.lines)
    return discounted


def _dealer_carts(world: World, lines: int) -> Iterator[CartRequest]:
    """Yield carts of resellers, of so many lines in all: products that are sold at the time, in quantities of every tier."""
    draw = Random(20)
    begin, days = datetime(2011, 1, 1, tzinfo=UTC), 1_100
    while lines > 0:
        at = begin + timedelta(seconds=draw.randrange(days * 86_400))
        sold = [
            each for each in products() if instant(each.begin) <= at and (each.end is None or at < instant(each.end))
        ]
        wanted = draw.sample(sold, min(draw.randint(1, 20), lines))
        lines -= len(wanted)
        yield CartRequest(
            at=at, currency="USD", legal_entity_id=world.entity.id, customer_group_id=world.resellers.id, channel="store",
            lines=[LineRequest(world.products[each.sku], each.sku, Decimal(draw.randint(1, 80))) for each in wanted], country=HOME,
        )  # fmt: skip


def _activate_another(number: int) -> None:
    """Let a version with other figures for everything be in force from the next day on."""
    document: dict[str, Any] = deepcopy(rulebook_file()["document"])
    for rule in document["discounts"]:
        rule["give"] = {"percent": str(number)}
    document["charges"][0]["give"] = {"percent": str(number + 3)}
    at = NOW + timedelta(days=number)
    draft = versions.save_draft(kind=RULES_KIND, name=RULES_KIND, document=document, actor=AUTHOR, now=at)
    versions.submit_version(version_id=draft.id, actor=AUTHOR, now=at)
    versions.approve_version(version_id=draft.id, actor=APPROVER, now=at)
    activations.activate_version(version_id=draft.id, from_at=at, actor=APPROVER, now=at)
    forget_cached_rulebooks()


def _fingerprint() -> str:
    """Return a digest of every byte that was kept."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts || outcome || trace FROM rulebooks_decision ORDER BY id")
        for (text,) in cursor:
            digest.update(text.encode())
    return digest.hexdigest()
