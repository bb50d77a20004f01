"""Goods set aside for a while: all or nothing, claimed once and in time, free again when it is over."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from apps.audit.models import EventRecord
from apps.inventory.contract import DemandLine, HoldFacts, HoldWish, claim_holds, hold_goods, reserve_lines, ship
from apps.inventory.decisions.holds import Claim, HeldPart, share_held
from apps.inventory.models import Backorder, Hold, Reservation, Stock
from apps.inventory.services.holding import HoldUnknown, NotEnough, expire_holds, release_hold_in
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW, Place, a_place, demand, handled, joined, ship_request, stocked
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=600)
expire = expire_holds.__wrapped__  # type: ignore[attr-defined]


def hold(place: Place, *quantities: int, source_ref: str = "cart:1", product: int = 0) -> HoldFacts:
    wishes = [HoldWish(place.entity.id, place.products[product].id, Decimal(quantity)) for quantity in quantities]
    return joined(hold_goods, wishes, source_ref=source_ref, for_seconds=600, actor=SYSTEM, now=NOW)


def claiming(line: DemandLine, hold_id: UUID) -> DemandLine:
    return DemandLine(
        line.order_id, line.line_id, line.legal_entity_id, line.product_id, True, line.quantity, NOW, hold_id=hold_id
    )


def claim(place: Place, quantity: int, held: HoldFacts, *, seconds: int = 1) -> tuple[DemandLine, int]:
    """Let an order of one line claim the hold; return the line and how much of it is reserved."""
    line = claiming(demand(place, quantity), held.id)
    claim_holds({line.order_id: held.id}, now=NOW + timedelta(seconds=seconds))
    return line, int(reserve_lines([line])[line.line_id].reserved)


def figures() -> tuple[int, int]:
    """Return what is reserved and free, whether it lies in the row or in slots."""
    connection.check_constraints()
    stock = Stock.objects.get()
    held = sum(Reservation.objects.values_list("quantity", flat=True))
    return int(held), int(stock.on_hand - held)


@pytest.mark.parametrize("handling", ["conditional", "row_lock", "slots"])
def test_what_is_held_is_taken_by_nobody_else_and_becomes_the_orders(handling):
    place = a_place()
    stocked(place, 10)
    handled(place, handling, slots=2)
    held = hold(place, 4)
    assert (held.state, held.expires_at, [int(g.quantity) for g in held.goods]) == ("held", LATER, [4])
    other = demand(place, 7)
    assert reserve_lines([other])[other.line_id].reserved == 6
    line, reserved = claim(place, 4, held)
    assert reserved == 4
    assert figures() == (10, 0)
    row = Reservation.objects.get(line_id=line.line_id)
    assert (row.state, row.order_id, row.expires_at, row.quantity) == ("firm", line.order_id, None, 4)
    assert Hold.objects.get().state == "claimed"
    assert not ship([ship_request(line)], actor=SYSTEM).refused


@pytest.mark.parametrize("handling", ["conditional", "slots"])
def test_an_order_may_want_more_or_less_than_was_held(handling):
    place = a_place()
    stocked(place, 20)
    handled(place, handling, slots=2)
    more, less = hold(place, 3), hold(place, 5, source_ref="cart:2")
    assert claim(place, 8, more)[1] == 8
    assert claim(place, 2, less)[1] == 2
    assert figures() == (13, 7)
    assert expire(now=NOW + timedelta(seconds=2), limit=10) == 1
    assert figures() == (10, 10)
    assert set(Reservation.objects.values_list("state", flat=True)) == {"firm"}
    assert set(Hold.objects.values_list("state", flat=True)) == {"claimed"}


@pytest.mark.parametrize("handling", ["conditional", "row_lock", "slots"])
def test_a_line_claims_several_wishes_of_one_product(handling):
    place = a_place(warehouses=2)
    stocked(place, 6, warehouse=0)
    stocked(place, 6, warehouse=1)
    handled(place, handling, slots=2)
    held = hold(place, 2, 3, 4)
    assert claim(place, 8, held)[1] == 8
    assert sum(Reservation.objects.filter(state="firm").values_list("quantity", flat=True)) == 8
    assert expire(now=NOW + timedelta(seconds=2), limit=10) == 1
    assert sum(Reservation.objects.values_list("quantity", flat=True)) == 8


def test_lines_of_a_batch_share_what_their_own_orders_hold():
    place = a_place(products=2, warehouses=2)
    stocked(place, 3, warehouse=0)
    stocked(place, 9, warehouse=1)
    first, second = hold(place, 5), hold(place, 2, source_ref="cart:2", product=1)
    lines = [claiming(demand(place, 3), first.id)]
    lines.append(claiming(demand(place, 4, order_id=lines[0].order_id), first.id))
    lines.append(claiming(demand(place, 2, product=1), second.id))
    claim_holds({lines[0].order_id: first.id, lines[2].order_id: second.id}, now=NOW)
    answers = reserve_lines(lines)
    assert [int(answers[line.line_id].reserved) for line in lines] == [3, 4, 2]
    assert sum(Reservation.objects.values_list("quantity", flat=True)) == 9


def test_all_or_nothing():
    place = a_place()
    stocked(place, 5)
    with pytest.raises(NotEnough), transaction.atomic():
        hold(place, 3, 3)
    assert not Hold.objects.exists()
    assert figures() == (0, 5)
    assert not Backorder.objects.exists()


def test_the_same_reference_holds_once():
    place = a_place()
    stocked(place, 5)
    assert hold(place, 2).id == hold(place, 2).id
    assert figures() == (2, 3)


@pytest.mark.parametrize("handling", ["conditional", "slots"])
def test_what_is_over_is_free_again_and_goes_to_those_who_wait(handling):
    place = a_place()
    stocked(place, 5)
    handled(place, handling, slots=2)
    held = hold(place, 4)
    waits = demand(place, 3)
    assert reserve_lines([waits])[waits.line_id].reserved == 1
    assert expire(now=LATER - timedelta(seconds=1), limit=10) == 0
    assert expire(now=LATER, limit=10) == 1
    assert Hold.objects.get().state == "expired"
    assert not Backorder.objects.exists()
    assert figures() == (3, 2)
    assert EventRecord.objects.filter(name="inventory.hold_expired", aggregate_id=held.id).count() == 1
    assert expire(now=LATER, limit=10) == 0


def test_a_claim_that_comes_too_late_is_refused_also_when_nobody_looked():
    place = a_place()
    stocked(place, 5)
    held = hold(place, 4)
    line, reserved = claim(place, 4, held, seconds=600)
    assert reserved == 1
    assert (Hold.objects.get().state, Backorder.objects.get().quantity) == ("held", 3)
    assert Reservation.objects.filter(line_id=line.line_id).count() == 1


def test_a_hold_is_claimed_once():
    place = a_place()
    stocked(place, 5)
    held = hold(place, 4)
    assert claim(place, 4, held)[1] == 4
    assert claim(place, 4, held)[1] == 1


def test_letting_go():
    place = a_place()
    stocked(place, 5)
    held = hold(place, 4)
    release_hold_in(held.id, actor=SYSTEM, now=NOW)
    assert figures() == (0, 5)
    with pytest.raises(HoldUnknown):
        release_hold_in(held.id, actor=SYSTEM, now=NOW)


def test_the_database_refuses_a_hold_that_goes_back():
    place = a_place()
    stocked(place, 5)
    held = hold(place, 4)
    release_hold_in(held.id, actor=SYSTEM, now=NOW)
    with pytest.raises(DatabaseError, match="a hold ends once"), transaction.atomic():
        Hold.objects.update(state="held")


def test_held_parts_go_to_the_lines_of_their_order_in_turn():
    order, other, group = new_id(), new_id(), (new_id(), new_id())
    parts = [HeldPart(new_id(), order, group, Decimal(n)) for n in (2, 5)] + [
        HeldPart(new_id(), other, group, Decimal(9))
    ]
    a, b = new_id(), new_id()
    claims = share_held([(order, a, group, Decimal(3)), (order, b, group, Decimal(9))], parts)
    ids = [part.reservation_id for part in parts]
    assert claims == [Claim(ids[0], a, Decimal(2)), Claim(ids[1], a, Decimal(1)), Claim(ids[1], b, Decimal(4))]


@pytest.mark.django_db(transaction=True)
def test_holds_over_the_api():
    place = a_place()
    stocked(place, 5)
    client = Client()
    body = {"legal_entity": "UK", "for_seconds": 60, "lines": [{"sku": place.products[0].sku, "quantity": "3"}]}
    assert send(client, "inventory.view_promises", body)[0] == 403
    status, made = send(client, "inventory.hold_goods", body, key="a")
    goods = [{"sku": "UK-P00000", "warehouse": "UK-1", "quantity": "3"}]
    assert (status, made["state"], made["goods"]) == (201, "held", goods)
    assert (
        send(client, "inventory.hold_goods", body | {"lines": [*body["lines"]] * 2}, key="c")[1]["code"]
        == "not_enough_free"
    )
    for wrong in ({"legal_entity": "NO"}, {"for_seconds": 0}, {"lines": [{"sku": "NO", "quantity": "1"}]}):
        assert send(client, "inventory.hold_goods", body | wrong, key="d")[0] == 422
    address = f"/api/v1/inventory/holds/{made['id']}"
    sign_in(client, "inventory.view_promises", "inventory.hold_goods")
    assert client.get(address).json() == made
    listed = client.get("/api/v1/inventory/reservations?state=held").json()["items"]
    assert [(row["hold_id"], row["quantity"]) for row in listed] == [(made["id"], "3")]
    assert client.get("/api/v1/inventory/reservations?state=no").status_code == 422
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404
    assert (client.get(address).json()["state"], figures()) == ("released", (0, 5))


def sign_in(client: Client, *permissions: str) -> None:
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")


def send(client: Client, permission: str, body: Any, *, key: str = "k") -> tuple[int, Any]:
    sign_in(client, permission)
    answer = client.post("/api/v1/inventory/holds", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY=key)
    return answer.status_code, answer.json()
