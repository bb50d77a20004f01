"""The demo company as somebody finds it who starts it for the first time: every page of prices has something to show."""

import time
from io import StringIO

import pytest
from django.core.management import call_command

from apps.audit.services.jobs import run_due_jobs
from apps.audit.services.relay import relay_until_idle, subscriptions_of_site
from apps.billing.models import Invoice
from apps.inventory.models import AllocationRun, Backorder, Hold, Lot, Notice, Peg, Quota, Supply
from apps.masterdata.services.demo import demo_stories
from apps.masterdata.services.users import create_demo_users, demo_actors
from apps.operations.selectors.prove import prove
from apps.orders.models import Order, OrderLine
from apps.pricing.models import CostRecord, CouponRedemption, Quote, RebateAccount, RebateAgreement
from apps.rulebooks.contract import rulebook_in_force
from ordercash.kernel import clock
from ordercash.roles import ROLES
from tests.factories.orders import load_company

pytestmark = pytest.mark.django_db(transaction=True)
COUNTS = (Order, Quote, RebateAgreement, CostRecord, CouponRedemption, Supply, Lot, Quota, Hold, AllocationRun)


def test_the_demo_tells_a_story_once() -> None:
    load_company()
    now = clock.now()
    call_command("sync_roles", verbosity=0, stdout=StringIO())
    create_demo_users(roles=list(ROLES), now=now)
    (tell,) = demo_stories()
    tell(demo_actors(list(ROLES)), now)
    assert relay_until_idle(subscriptions_of_site(), clock=clock.now, pause=time.sleep)
    run_due_jobs(clock=clock.now)
    # Deliveries may have been collected after the job that catches up with rebates: the relay counts what it did not see.
    assert relay_until_idle(subscriptions_of_site(), clock=clock.now, pause=time.sleep)
    document = rulebook_in_force("pricing.rules", at=clock.now()).document
    assert {"winter_lights", "welcome"} <= {rule.name for rule in document.discounts}
    assert set(Order.objects.values_list("state", flat=True)) == {"confirmed", "shipped", "invoiced"}
    assert {"bundle", "part"} <= set(OrderLine.objects.values_list("kind", flat=True))
    assert CouponRedemption.objects.count() == 1
    assert Invoice.objects.exists()
    assert RebateAccount.objects.filter(accrued_minor__gt=0).exists()
    assert {row.state for row in RebateAgreement.objects.all()} == {"approved", "draft"}
    assert all(row.author_id != row.approver_id for row in RebateAgreement.objects.all())
    assert Quote.objects.filter(discount_minor__gt=0).exists()
    _goods_are_scarce()
    assert [each.code for each in prove().equalities if not each.holds] == []
    before = [model.objects.count() for model in COUNTS]
    tell(demo_actors(list(ROLES)), clock.now())
    assert [model.objects.count() for model in COUNTS] == before


def _goods_are_scarce() -> None:
    """Every page of promises has something to show: who waits and for what, what is late, kept, set aside, tried and told."""
    assert {"purchase", "production", "transfer"} == set(Supply.objects.values_list("kind", flat=True))
    assert Supply.objects.filter(due_at__lt=clock.now(), status="confirmed").exists()
    assert Backorder.objects.values("customer_group").distinct().count() == 3
    assert Peg.objects.values("supply").distinct().count() >= 4
    assert Lot.objects.count() == 4
    assert Quota.objects.filter(taken__gt=0).exists()
    assert Hold.objects.filter(state="held").count() == 2
    assert Notice.objects.filter(kind="first_promise").exists()
    (run,) = AllocationRun.objects.all()
    assert run.state == "simulated"
    assert run.moves.exists()
