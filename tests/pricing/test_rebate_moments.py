"""What is owed under rebate agreements equals the ledger's account after every single step, whatever the steps and their order.

Invoices, credits, settlements by hand and by the calendar, events delivered late, twice or in another order, an approval in between.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest

from apps.billing.contract import CreditRequest, credit_lines
from apps.billing.models import Invoice, InvoiceLine
from apps.operations.selectors.prove import prove
from apps.pricing.decisions.rebates import Standing, entitled_minor
from apps.pricing.models import RebateAccount
from apps.pricing.selectors.rebate_terms import agreement_terms
from apps.pricing.selectors.rebates import open_rebates
from apps.pricing.services.rebate_agreements import approve_rebate, draft_rebates
from apps.pricing.services.rebate_catch_up import catch_up
from apps.pricing.services.rebate_settlements import NothingToSettle, settle_due, settle_rebate
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.billing import NOW, World, balance, in_transaction, make_world
from tests.factories.rebates import ANALYST, APPROVER, a_draft, an_agreement, bought, deliver
from tests.integrations.real_data import IS_FULL

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
STEPS, WALKS = (300, 6) if IS_FULL else (30, 2)
OVER = datetime(2027, 2, 1, 9, tzinfo=NOW.tzinfo)
# The tiers in major units, so that amounts of some ten thousand minor units cross them up and down.
LEASTS = {"EUR": (100, 500, 1000), "JPY": (10_000, 50_000, 100_000), "KWD": (10, 50, 100)}


class Walk:
    """A company, three agreements and what happened so far."""

    def __init__(self, world: World, draw: Random) -> None:
        self.world, self.draw, self.now = world, draw, NOW
        first, second, third = (D(least) for least in LEASTS[world.currency])
        whole = ((first, D(1)), (second, D("2.75")), (third, D("4.125")))
        pieces = ((D(5), D("0.5")), (D(40), D("1.25")))
        if world.currency == "JPY":
            pieces = ((D(5), D(3)), (D(40), D(7)))
        self.agreements = [
            an_agreement(world, code="RB-WHOLE", tiers=whole, settlement="monthly"),
            an_agreement(world, code="RB-SLICES", tiers=whole, is_retrospective=False, settlement="quarterly"),
            an_agreement(
                world, code="RB-PIECES", tiers=pieces, basis="quantity", reward="amount_per_unit", settlement="monthly",
                from_date=date(2026, 3, 4),
            ),
        ]  # fmt: skip
        self.untold: list[UUID] = []
        self.told: list[UUID] = []

    def step(self) -> None:
        verbs = (
            self.invoice,
            self.invoice,
            self.credit,
            self.deliver,
            self.deliver,
            self.settle,
            self.settle_due,
            self.again,
        )
        self.draw.choice(verbs)()

    def invoice(self) -> None:
        nets = [self.draw.randrange(1, 30_000) for _ in range(self.draw.randint(1, 4))]
        issued = bought(self.world, *nets, quantity=self.draw.randint(1, 12), at=self._later())
        self.untold.append(issued.id)

    def credit(self) -> None:
        """Give back a part of some line, or an amount without goods."""
        lines = [
            line for line in InvoiceLine.objects.filter(invoice__kind="invoice").order_by("id")
            if line.credited_quantity < line.quantity and line.credited_minor < line.net_minor
        ]  # fmt: skip
        if not lines:
            return
        line = self.draw.choice(lines)
        left = line.quantity - line.credited_quantity
        if self.draw.random() < 0.3:
            net = self.draw.randint(1, line.net_minor - line.credited_minor)
            request = CreditRequest(f"less:{new_id()}", line.id, D(0), net)
        else:
            quantity = min(left, D(self.draw.randint(1, 12))) * self.draw.choice((D(1), D("0.5")))
            request = CreditRequest(f"back:{new_id()}", line.id, quantity)
        at = self._later()
        outcome = in_transaction(lambda: credit_lines([request], issued_at=at, actor=SYSTEM))
        self.untold += [issued.id for issued in outcome.issued]

    def deliver(self) -> None:
        """Tell some of what was not told, in any order."""
        self.draw.shuffle(self.untold)
        some = self.untold[: self.draw.randint(1, 3)]
        self.untold = self.untold[len(some) :]
        deliver(*some, now=self.now)
        self.told += some

    def again(self) -> None:
        """Tell once more what was told."""
        if self.told:
            deliver(*self.draw.sample(self.told, min(2, len(self.told))), now=self.now)

    def settle(self) -> None:
        try:
            settle_rebate(self.draw.choice(self.agreements).pk, actor=SYSTEM, now=self.now)
        except NothingToSettle:
            return

    def settle_due(self) -> None:
        settle_due(actor=SYSTEM, now=self.now)

    def finish(self) -> None:
        """Tell all that is left."""
        deliver(*self.untold, now=self.now)
        self.untold = []

    def check(self) -> None:
        """The rebates of this moment are in the books, and are what would be reckoned at once."""
        (rebates,) = [each for each in prove().equalities if each.code.startswith("13")]
        assert rebates.holds, rebates.rows
        assert all(row.open_minor == row.ledger_minor for row in open_rebates())
        terms = agreement_terms([agreement.pk for agreement in self.agreements])
        open_minor = 0
        for row in RebateAccount.objects.all():
            assert row.accrued_minor == entitled_minor(
                terms[row.agreement_id].terms, Standing(row.base_minor, row.quantity)
            )
            open_minor += row.open_minor
        assert balance("rebates_payable") == -open_minor

    def _later(self) -> datetime:
        self.now += timedelta(hours=self.draw.randint(1, 60))
        return self.now


@pytest.mark.parametrize("currency", sorted(LEASTS))
@pytest.mark.parametrize("number", range(WALKS))
def test_at_every_moment(currency: str, number: int) -> None:
    walk = Walk(make_world(currency), Random(number))
    late = a_draft(walk.world, code="RB-LATE", tiers=((D(0), D("1.5")),), settlement="monthly")
    for place in range(STEPS):
        walk.step()
        walk.check()
        if place == STEPS // 2:
            # An agreement that begins in the past: a job counts what was invoiced since.
            (row,) = draft_rebates([late], actor=ANALYST, now=walk.now)
            walk.agreements.append(approve_rebate(row.pk, actor=APPROVER, now=walk.now))
            catch_up(row.pk, actor=SYSTEM, now=walk.now)
            walk.check()
    walk.finish()
    walk.check()
    settle_due(actor=SYSTEM, now=OVER)
    walk.check()
    assert Invoice.objects.filter(about_kind="rebate_agreement").exists()
    assert {row.open_minor <= 0 for row in RebateAccount.objects.all()} == {True}
