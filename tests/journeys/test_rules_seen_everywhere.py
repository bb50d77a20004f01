"""A version that is activated or rolled back decides in every running process within five seconds: a web server of two processes."""

import time
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from django.contrib.auth.models import Group

from apps.masterdata.models import User
from apps.rulebooks.models import Rulebook, RulebookVersion
from apps.rulebooks.services import activations, versions
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from tests.factories.pricing_orders import ACCESSES, GROUPS, a_discount, rules
from tests.journeys.running import ask, together, web_server
from tests.journeys.site import Site

KIND = "pricing.rules"
MOST_SECONDS = 5.0
FULL_PRICE, HALF_PRICE = Decimal("6.50"), Decimal("3.25")
AUTHOR = Actor(id=new_id(), name="pricing.analyst")
APPROVER = Actor(id=new_id(), name="finance.approver")
CART = {
    "legal_entity": "UK01",
    "customer": "C-1004",
    "currency": "GBP",
    "lines": [{"sku": "MUG-BLUE", "quantity": "1"}],
}


def at_half_price() -> RulebookVersion:
    now = clock.now()
    document = {"accesses": ACCESSES, "groups": GROUPS, "discounts": [a_discount("half", {"percent": "50"})]}
    draft = versions.save_draft(kind=KIND, name=KIND, document=document, actor=AUTHOR, now=now)
    versions.submit_version(version_id=draft.id, actor=AUTHOR, now=now)
    user = User.objects.create_user(id=APPROVER.id, username=APPROVER.name)
    user.groups.add(Group.objects.get_or_create(name="finance_approver")[0])
    return versions.approve_version(version_id=draft.id, actor=APPROVER, now=now)


class Callers:
    """Four that ask a running server for a price again and again; between them they meet both of its processes."""

    def __init__(self, port: int, secret: str) -> None:
        self.port, self.secret = port, secret

    def price(self) -> Decimal:
        status, said = ask(self.port, "POST", "/api/v1/pricing/quotes", CART, secret=self.secret)
        assert status == 201, said
        return Decimal(orjson.loads(said)["net"])

    def until_all_say(self, wanted: Decimal, since: float) -> float:
        """Ask for MOST_SECONDS and a little more; returns how long after `since` the last other answer was asked for."""

        def one(_: int) -> float:
            last = 0.0
            while (asked := time.monotonic() - since) < MOST_SECONDS + 1.5:
                if self.price() != wanted:
                    last = asked
                time.sleep(0.05)
            return last

        return max(together(4, one))


def test_within_five_seconds(site: Site) -> None:
    rules()
    half = at_half_price()
    with web_server() as port:
        callers = Callers(port, site.order_desk.secret)
        assert {callers.price() for _ in range(12)} == {FULL_PRICE}
        for verb, wanted in ((activate, HALF_PRICE), (roll_back, FULL_PRICE), (activate, HALF_PRICE)):
            verb(half, clock.now())
            assert callers.until_all_say(wanted, time.monotonic()) < MOST_SECONDS
    told = Rulebook.objects.get(kind=KIND).activations.order_by("recorded_at").values_list("kind", "reason")
    assert list(told)[-3:] == [("normal", ""), ("rollback", "Half was too much"), ("normal", "")]


def activate(version: RulebookVersion, now: datetime) -> Any:
    return activations.activate_version(version_id=version.pk, from_at=now, actor=APPROVER, now=now)


def roll_back(version: RulebookVersion, now: datetime) -> Any:
    return activations.roll_back(rulebook_id=version.rulebook_id, reason="Half was too much", actor=APPROVER, now=now)
