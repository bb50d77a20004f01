"""Changing masters."""

from typing import Any

import pytest

from apps.masterdata.models import Address, Customer, Product
from apps.masterdata.selectors.actors import actor_of
from apps.masterdata.services import customers as verbs
from apps.masterdata.services.customers import UnknownReference
from apps.masterdata.services.ensure import AddressDraft, CustomerDraft, ProductDraft
from apps.masterdata.services.masters import CodeTaken
from apps.masterdata.services.products import change_product, create_products
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from tests.factories.masterdata import NOW, a_currency, a_customer, a_product, a_unit, a_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_customers_are_added_with_their_history() -> None:
    a_currency()
    actor = actor_of(a_user())
    made = verbs.create_customers(
        [CustomerDraft("A", "One", "GBP"), CustomerDraft("B", "Two", "GBP")], actor=actor, now=NOW
    )
    assert [row.code for row in made] == ["A", "B"]
    assert {version.history_user_id for version in Customer.history.all()} == {actor.id}


def test_a_code_is_given_once_and_a_refused_batch_leaves_nothing() -> None:
    a_customer("A")
    with pytest.raises(CodeTaken):
        verbs.create_customers([CustomerDraft("B", "", "GBP"), CustomerDraft("A", "", "GBP")], actor=SYSTEM, now=NOW)
    assert Customer.objects.count() == 1


def test_a_currency_must_be_traded() -> None:
    a_currency()
    with pytest.raises(UnknownReference) as refused:
        verbs.create_customers([CustomerDraft("A", "", "GBP"), CustomerDraft("B", "", "XTS")], actor=SYSTEM, now=NOW)
    assert refused.value.faults[0].pointer == "/1/currency"
    assert not Customer.objects.exists()


def test_a_customer_is_changed_blocked_and_limited_version_by_version() -> None:
    customer, actor = a_customer("A"), actor_of(a_user())
    verbs.change_customer(customer.pk, changes={"payment_terms_days": 14}, actor=actor, now=NOW)
    verbs.block_customer(customer.pk, reason="overdue", actor=actor, now=NOW)
    verbs.set_credit_limit(customer.pk, limit_minor=500, actor=actor, now=NOW)
    verbs.unblock_customer(customer.pk, actor=SYSTEM, now=NOW)
    customer.refresh_from_db()
    state = (customer.payment_terms_days, customer.is_blocked, customer.blocked_reason, customer.credit_limit_minor)
    assert state == (14, False, "", 500)
    versions = customer.history.order_by("history_id")
    assert [version.is_blocked for version in versions][-3:] == [True, True, False]
    assert [version.history_user_id for version in versions][-2:] == [actor.id, None]


@pytest.mark.parametrize("column", ["is_blocked", "credit_limit_minor", "code", "id"])
def test_blocking_and_limits_are_not_changed_by_the_way(column: str) -> None:
    customer = a_customer()
    with pytest.raises(ValueError, match=column):
        verbs.change_customer(customer.pk, changes={column: True}, actor=SYSTEM, now=NOW)


def test_addresses_are_added_retired_and_taken_up_again() -> None:
    customer = a_customer()
    draft = AddressDraft(customer.pk, "bill", line1="1 High Street")
    ids = verbs.add_addresses([draft], actor=SYSTEM, now=NOW)
    verbs.retire_addresses(ids, actor=SYSTEM, now=NOW)
    assert not Address.objects.get().is_current
    assert verbs.add_addresses([draft], actor=SYSTEM, now=NOW) == ids
    assert Address.objects.get().is_current


def test_what_does_not_exist_is_told() -> None:
    calls: list[Any] = [
        lambda: verbs.change_customer(new_id(), changes={}, actor=SYSTEM, now=NOW),
        lambda: verbs.block_customer(new_id(), reason="x", actor=SYSTEM, now=NOW),
        lambda: verbs.add_addresses([AddressDraft(new_id(), "bill")], actor=SYSTEM, now=NOW),
        lambda: verbs.retire_addresses([new_id()], actor=SYSTEM, now=NOW),
        lambda: change_product(new_id(), changes={}, actor=SYSTEM, now=NOW),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


def test_products_are_added_and_changed_but_keep_their_kind() -> None:
    a_unit()
    made = create_products(
        [ProductDraft("MUG", "Mug"), ProductDraft("POST", "Carriage", kind="service")], actor=SYSTEM, now=NOW
    )
    change_product(made[0].pk, changes={"is_sellable": False}, actor=SYSTEM, now=NOW)
    assert not Product.objects.get(sku="MUG").is_sellable
    with pytest.raises(ValueError, match="kind"):
        change_product(made[0].pk, changes={"kind": "service"}, actor=SYSTEM, now=NOW)
    with pytest.raises(CodeTaken):
        create_products([ProductDraft("MUG", "Another")], actor=SYSTEM, now=NOW)
    with pytest.raises(UnknownReference):
        create_products([ProductDraft("CUP", "Cup", unit="stone")], actor=SYSTEM, now=NOW)
    assert Product.objects.count() == 2


def test_a_group_is_named_by_its_code() -> None:
    a_product()
    assert verbs.group_id_of(None) is None
    with pytest.raises(UnknownReference):
        verbs.group_id_of("nobody")
