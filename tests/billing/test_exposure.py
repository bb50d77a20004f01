"""Credit limits."""

from typing import Any
from uuid import UUID

import pytest

from apps.billing.contract import CreditHold, CreditRelease, ExposureKey, exposures, free_credit, hold_credit
from ordercash.kernel.ids import new_id
from tests.factories.billing import World, counted_statements, make_customer, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def hold(world: World, amount: int, limit: int | None, **values: Any) -> CreditHold:
    customer_id: UUID = values.pop("customer_id", world.customer_id)
    return CreditHold(new_id(), world.legal_entity_id, customer_id, "EUR", amount, limit, **values)


def held(world: World) -> int:
    account = ExposureKey(world.legal_entity_id, world.customer_id, "EUR")
    return exposures([account])[account].orders_minor


def accepted(*requests: CreditHold) -> list[bool]:
    keys = hold_credit(requests)
    return [request.key in keys for request in requests]


def test_a_limit_is_kept_to_the_last_cent(world: World) -> None:
    assert accepted(hold(world, 60, 100)) == [True]
    assert accepted(hold(world, 41, 100)) == [False]
    assert accepted(hold(world, 40, 100)) == [True]
    assert held(world) == 100


def test_of_a_batch_that_does_not_fit_each_member_is_decided_alone(world: World) -> None:
    assert accepted(hold(world, 60, 100), hold(world, 50, 100), hold(world, 30, 100)) == [True, False, True]
    assert held(world) == 90
    assert accepted(hold(world, 101, 100)) == [False]


def test_an_override_passes_the_limit_by_and_counts(world: World) -> None:
    assert accepted(hold(world, 50, 100), hold(world, 500, 100, override=True)) == [False, True]
    assert held(world) == 500
    assert accepted(hold(world, 10, None)) == [True]


def test_freed_credit_can_be_held_again(world: World) -> None:
    assert accepted(hold(world, 100, 100)) == [True]
    free_credit([CreditRelease(world.legal_entity_id, world.customer_id, "EUR", 30)] * 2)
    assert accepted(hold(world, 60, 100)) == [True]
    assert held(world) == 100


def test_statements_do_not_grow_with_the_requests(world: World) -> None:
    others = [make_customer(code=f"X-{number}")[0] for number in range(50)]
    with counted_statements() as easy:
        assert all(accepted(*(hold(world, 10, 100, customer_id=other) for other in others)))
    with counted_statements() as tight:
        assert not any(accepted(*(hold(world, 95, 100, customer_id=other) for other in others)))
    assert (len(easy), len(tight)) == (1, 2)
    assert exposures([]) == {}
