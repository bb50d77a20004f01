"""A rollback decides in every process that serves, within seconds, and what was decided before keeps its version."""

import time
from collections import Counter
from typing import Any

import orjson

from apps.orders.models import Order
from apps.rulebooks.models import Rulebook
from apps.rulebooks.services.transfer import RulebookFile, install_rulebooks
from ordercash.kernel import clock
from tests.factories.orders import document
from tests.factories.pricing_orders import ACCESSES, GROUPS, a_discount, rules
from tests.journeys.running import ask, together, web_server
from tests.journeys.site import Site

# Each process looks at the list of activations anew when its own is five seconds old.
EVERYWHERE_SECONDS = 20.0


def test_every_process_follows_a_rollback_within_seconds(site: Site) -> None:
    rules()
    rulebook = Rulebook.objects.get(kind="pricing.rules", legal_entity=None)
    mistake = {"accesses": ACCESSES, "groups": GROUPS, "discounts": [a_discount("mistake", {"percent": "90"})]}
    install_rulebooks(files=[RulebookFile(rulebook.kind, rulebook.name, mistake)], now=clock.now())
    secret, mug = site.order_desk.secret, document(lines=[("MUG-BLUE", "1")], customer="C-1004")
    with web_server() as port:

        def net(_: int) -> str:
            return str(orjson.loads(ask(port, "POST", "/api/v1/orders", mug, secret=secret)[1])["net"])

        def roll_back() -> Any:
            path, body = f"/api/v1/rulebooks/{rulebook.pk}/roll-back", {"reason": "Nine tenths off everything"}
            return ask(port, "POST", path, body, secret=site.pricing_approver.secret)

        assert Counter(together(12, net)) == {"0.65": 12}
        status, said = roll_back()
        assert status in (200, 201), said
        deadline = time.monotonic() + EVERYWHERE_SECONDS
        while Counter(together(12, net)) != {"6.50": 12}:
            assert time.monotonic() < deadline
            time.sleep(0.5)
    # The orders of before keep the price and the version that decided them.
    assert Order.objects.filter(net_minor=65).count() >= 12
    assert len(set(Order.objects.filter(net_minor=65).values_list("pricing_sha256", flat=True))) == 1
    site.holds()
