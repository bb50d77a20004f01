"""Releasing: decided again on today's masters, by who may accept what is left, for a whole batch at once."""

from uuid import uuid4

import pytest

from apps.audit.models import EventRecord
from apps.exceptions.contract import case_of
from apps.masterdata.models import Customer
from apps.operations.selectors.prove import prove
from apps.orders.models import Order
from apps.orders.services.cancel import ReasonMissing
from apps.orders.services.release import release_orders
from apps.rulebooks.models import Decision
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.remembered import forget_everything
from tests.factories.orders import CLERK, NOW, RELEASER, counted, place

pytestmark = pytest.mark.usefixtures("company")


def release(*order_ids: object, actor: Actor = RELEASER) -> tuple[list[object], dict[object, str]]:
    """Release, and return what went on and the codes of what was refused."""
    outcome = release_orders(list(order_ids), reason="Agreed", actor=actor, now=NOW)
    return list(outcome.order_ids), {item.order_id: item.code for item in outcome.refused}


def test_each_member_of_a_batch_has_its_own_outcome() -> None:
    blocked, incomplete, confirmed = place(customer="C-9001"), place(customer="C-9003"), place()
    nowhere = uuid4()
    done, refused = release(nowhere, incomplete.pk, blocked.pk, confirmed.pk)
    assert done == [blocked.pk]
    assert refused == {nowhere: "not_found", incomplete.pk: "address_incomplete", confirmed.pk: "wrong_state"}
    assert case_of("order", blocked.pk) is None
    assert case_of("order", incomplete.pk) is not None
    assert prove().holds


def test_a_released_order_is_priced_taxed_reserved_and_written_down_again() -> None:
    order = place(customer="C-9001")
    release(order.pk)
    order.refresh_from_db()
    assert (order.state, order.released_by, order.version) == ("confirmed", RELEASER.id, 2)
    assert Decision.objects.filter(subject_id=order.pk, kind="pricing.rules").count() == 2
    told = EventRecord.objects.get(name="orders.order_released")
    assert told.payload == {"reason": "Agreed", "accepted": ["customer_blocked"]}
    assert prove().holds


def test_nobody_releases_their_own_order_even_when_nothing_stands_in_the_way_any_more() -> None:
    order = place(customer="C-9001")
    own = Actor(CLERK.id, CLERK.name, CLERK.permissions | RELEASER.permissions)
    assert release(order.pk, actor=own) == ([], {order.pk: "own_order"})
    Customer.objects.filter(code="C-9001").update(is_blocked=False)
    forget_everything()
    assert release(order.pk, actor=own) == ([], {order.pk: "own_order"})
    assert release(order.pk, actor=Actor(uuid4(), "colleague", frozenset())) == ([order.pk], {})
    assert prove().holds


def test_the_system_releases_what_it_brought_in() -> None:
    order = place(customer="C-9001", actor=SYSTEM)
    assert release(order.pk, actor=SYSTEM) == ([order.pk], {})
    assert prove().holds


def test_releasing_twice_confirms_once() -> None:
    order = place(customer="C-9001")
    assert release(order.pk, order.pk) == ([order.pk], {})
    assert release(order.pk) == ([], {order.pk: "wrong_state"})
    assert EventRecord.objects.filter(name="orders.order_released").count() == 1
    assert prove().holds


def test_without_a_reason_nothing_is_released() -> None:
    order = place(customer="C-9001")
    with pytest.raises(ReasonMissing):
        release_orders([order.pk], reason=" ", actor=RELEASER, now=NOW)
    assert Order.objects.get().state == "held"


def test_statements_do_not_grow_with_the_batch() -> None:
    def statements(count: int) -> int:
        orders = [place(customer="C-9001") for _ in range(count)]
        with counted() as seen:
            release(*(order.pk for order in orders))
        return len(seen)

    statements(1)
    assert statements(10) <= statements(1) + 1
