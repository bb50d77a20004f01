"""A year's bonus: three retrospective tiers over invoices and a return, settled by credit notes, in currencies of 2, 0 and 3 decimals."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.audit.services.relay import relay_until_idle
from apps.billing.models import Invoice
from apps.operations.selectors.prove import prove
from apps.pricing.decisions.rebates import Standing, entitled_minor
from apps.pricing.models import RebateAccount, RebateAccrual, RebateAgreement
from apps.pricing.selectors.rebate_terms import agreement_terms
from apps.pricing.selectors.rebates import accounts, exposures, open_rebates
from apps.pricing.services.rebate_settlements import settle_due
from ordercash.kernel import sql
from ordercash.kernel.actor import SYSTEM
from ordercash.subscriptions import SUBSCRIPTIONS
from tests.factories.billing import World, balance, make_world
from tests.factories.rebates import an_agreement, bought, deliver, given_back
from tests.journeys.running import Victims, together

pytestmark = pytest.mark.django_db(transaction=True)

REBATES = [each for each in SUBSCRIPTIONS if each.name == "pricing.accrue_rebates"]
OVER = datetime(2027, 1, 4, 9, tzinfo=UTC)
# In minor units: 99.99, 200.01, 250.00, 400.00, 600.00 and their like.
BOUGHT = {
    "EUR": (9_999, 20_001, 25_000, 40_000, 60_000),
    "JPY": (99, 200, 251, 401, 599),
    "KWD": (99_999, 200_001, 250_005, 400_001, 600_001),
}


def relay(times: int = 1) -> None:
    """Deliver every event so often."""
    for _ in range(times):
        assert relay_until_idle(REBATES, clock=lambda: OVER, pause=time.sleep)
        sql.run("UPDATE audit_subscribercursor SET position = 0 WHERE name = 'pricing.accrue_rebates'")


def proven() -> None:
    (rebates,) = [each for each in prove().equalities if each.code.startswith("13")]
    assert rebates.holds, rebates.rows
    assert all(row.open_minor == row.ledger_minor for row in open_rebates())


def at_once(agreement: RebateAgreement) -> int:
    """Return the rebate of all accounts, computed at once on their totals."""
    terms = agreement_terms([agreement.id])[agreement.id].terms
    return sum(
        entitled_minor(terms, Standing(row.base_minor, row.quantity))
        for row in RebateAccount.objects.filter(agreement=agreement)
    )


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_a_year_of_invoices_a_return_and_the_bonus(currency: str) -> None:
    world = make_world(currency)
    agreement = an_agreement(world, settlement="quarterly")
    proven()
    reached = []
    for month, net in enumerate(BOUGHT[currency], start=1):
        issued = bought(world, net, quantity=4, at=datetime(2026, month, 10, 9, tzinfo=UTC))
        relay(times=3)
        reached.append(exposures(list(accounts(agreement_id=agreement.id)), now=OVER)[0].reached)
        proven()
    assert reached == [None, Decimal(100), Decimal(500), Decimal(500), Decimal(1000)]

    # The first quarter is settled, then goods come back and the customer falls a tier.
    assert len(settle_due(actor=SYSTEM, now=datetime(2026, 4, 1, 9, tzinfo=UTC)).issued) == 1
    proven()
    for part in (1, 3):
        given_back(issued.id, Decimal(part), at=datetime(2026, 6, 10 + part, 9, tzinfo=UTC))
        relay(times=3)
        proven()

    for _ in range(3):
        settle_due(actor=SYSTEM, now=OVER)
    rows = RebateAccrual.objects.filter(account__agreement=agreement)
    assert {"accrual", "true_up", "reversal", "settlement"} == set(rows.values_list("kind", flat=True))
    notes = Invoice.objects.filter(about_id=agreement.id)
    earned = sum(row.amount_minor for row in rows if row.kind != "settlement")
    assert earned == at_once(agreement) == sum(note.net_minor for note in notes) > 0
    assert (balance("rebates_payable"), balance("rebates_granted")) == (0, earned)
    proven()


def test_two_workers_lose_no_tier_and_count_nothing_twice() -> None:
    world = make_world()
    agreements = [an_agreement(world, code=f"RB-{number}") for number in range(3)]
    documents = [bought(world, 1_700, 800).id for _ in range(40)]

    def work(number: int) -> None:
        chance = random.Random(number)
        mine = documents * 2
        chance.shuffle(mine)
        for start in range(0, len(mine), 4):
            deliver(*mine[start : start + 4])

    together(4, work)
    for agreement in agreements:
        account = RebateAccount.objects.get(agreement=agreement)
        assert (account.base_minor, account.accrued_minor) == (100_000, 5_000)
        assert RebateAccrual.objects.filter(account=account, kind="accrual").count() == 80
    proven()


def test_two_settle_at_once_and_one_does() -> None:
    world = make_world()
    agreement = an_agreement(world)
    deliver(bought(world, 100_000).id)
    outcomes = together(4, lambda _: len(settle_due(actor=SYSTEM, now=OVER).issued))
    assert sorted(outcomes) == [0, 0, 0, 1]
    assert Invoice.objects.get(about_id=agreement.id).net_minor == 5_000
    proven()


@pytest.fixture
def victims(world: World) -> Iterator[Victims]:
    process = Victims()
    yield process
    process.close()


@pytest.fixture
def world() -> World:
    return make_world()


def test_killed_relays_lose_nothing_and_count_nothing_twice(world: World, victims: Victims) -> None:
    agreement = an_agreement(world, from_date=date(2026, 1, 1))
    documents = [bought(world, 1_000, 250) for _ in range(60)]
    given_back(documents[0].id, Decimal(1))
    chance = random.Random(7)
    for _ in range(8):
        victims.run("relay", kill_after=chance.uniform(0.02, 0.4))
        proven()
    relay()
    account = RebateAccount.objects.get(agreement=agreement)
    assert (account.base_minor, account.accrued_minor) == (74_000, 2_220)
    assert RebateAccrual.objects.filter(kind="reversal").count() == 1
    proven()
