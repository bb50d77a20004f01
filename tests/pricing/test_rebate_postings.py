"""Rebates are posted by the posting rules in force, whatever accounts they name."""

import pytest
import yaml
from django.conf import settings

from apps.ledger.models import Account
from apps.operations.selectors.prove import prove
from apps.pricing.services.rebate_settlements import settle_rebate
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from tests.factories.billing import NOW, World, balance, make_world
from tests.factories.rebates import an_agreement, bought, deliver
from tests.factories.rulebooks import put_in_force

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world()


def rules_with(role: str) -> None:
    """Let accruals be posted against another account than the shipped rules name."""
    document = yaml.safe_load(
        (settings.BASE_DIR / "examples" / "rulebooks" / "ledger_posting.yaml").read_text("utf-8")
    )["document"]
    document["facts"]["rebate_accrual"][0]["account"] = role
    put_in_force("ledger.posting", document)


def test_another_version_posts_to_another_account(world: World) -> None:
    Account.objects.create(
        legal_entity_id=world.legal_entity_id, code="4190", name="Promotions", kind="income", role="promotions"
    )
    forget_everything()
    agreement = an_agreement(world)
    deliver(bought(world, 20_000).id)
    rules_with("promotions")
    deliver(bought(world, 20_000).id)
    assert (balance("rebates_granted"), balance("promotions"), balance("rebates_payable")) == (200, 200, -400)
    proven = {each.code[:2]: each.holds for each in prove().equalities}
    assert (proven["05"], proven["11"]) == (True, True)
    settle_rebate(agreement.id, actor=SYSTEM, now=NOW)
    assert (balance("rebates_granted"), balance("promotions"), balance("rebates_payable")) == (200, 200, 0)
