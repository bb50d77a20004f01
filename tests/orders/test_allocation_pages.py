"""The allocation workbench and its API: tried by one, carried out by another, taken back."""

from typing import Any

import pytest
from django.test import Client

from apps.inventory.models import AllocationRun, Backorder, Reservation
from apps.inventory.permissions import ALLOCATE_BY_HAND, COMMIT_ALLOCATION, SIMULATE_ALLOCATION, VIEW_ALLOCATION
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from ordercash.kernel.ids import new_id
from tests.factories.orders import CLERK, NOW, place
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)

RULES = {
    "tiers": [
        {"name": "wholesale", "rank": 1, "when": 'customer_group == "wholesale"', "stance": "win"},
        {"name": "others", "rank": 5},
    ],
    "products": [{"strategy": "priority"}],
    "take_from": [{"of": "others", "by": ["wholesale"]}],
}


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(VIEW_ALLOCATION, *permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def scarce(company: None) -> tuple[Order, Order]:
    """A retailer has all wall clocks, a wholesaler waits for one."""
    put_in_force("inventory.allocation", RULES)
    return place(customer="C-1001", lines=[("CLOCK-WALL", "12")]), place(customer="C-1003", lines=[("CLOCK-WALL", "5")])


def reserved(order: Order) -> Any:
    return sum(Reservation.objects.filter(order_id=order.pk, stock__isnull=False).values_list("quantity", flat=True))


def test_a_run_is_tried_carried_out_and_taken_back_on_its_page(scarce: tuple[Order, Order]) -> None:
    small, big = scarce
    assert (reserved(small), reserved(big)) == (12, 0)
    desk, approver = signed_in(SIMULATE_ALLOCATION), signed_in(COMMIT_ALLOCATION)
    assert "Nothing was tried yet" in desk.get("/allocation/").content.decode()
    wrong = {"verb": "try", "try-legal_entity": "UK01", "try-skus": "NO-SUCH"}
    assert desk.post("/allocation/", wrong).status_code == 422
    answer = desk.post("/allocation/", {"verb": "try", "try-legal_entity": "UK01", "try-skus": "CLOCK-WALL"})
    address = answer.headers["Location"]
    text = desk.get(address).content.decode()
    assert "As the rules say" in text
    assert "Fair share" in text
    assert big.number in text
    assert small.number in text
    assert desk.post(address, {"verb": "commit", "reason_commit": "They wait"}).status_code == 403
    assert approver.post(address, {"verb": "commit", "reason_commit": "They wait"}).status_code == 303
    assert (reserved(small), reserved(big)) == (7, 5)
    assert Backorder.objects.get(order_id=small.pk).customer_id == small.customer_id
    assert approver.post(address, {"verb": "roll_back", "reason_roll_back": "They were promised"}).status_code == 303
    assert (reserved(small), reserved(big)) == (12, 0)
    assert "They wait / They were promised" in desk.get(address).content.decode()


def send(client: Client, address: str, body: Any = None) -> Any:
    path = f"/api/v1/inventory/allocation-runs{address}"
    return client.post(path, body or {}, content_type="application/json", headers={"Idempotency-Key": str(new_id())})


def test_the_same_over_the_api(scarce: tuple[Order, Order]) -> None:
    small, big = scarce
    desk, approver = signed_in(SIMULATE_ALLOCATION), signed_in(COMMIT_ALLOCATION)
    fault = send(desk, "", {"legal_entity": "XX", "skus": ["NO"]}).json()
    assert fault["errors"][0]["pointer"] == "/legal_entity"
    run = send(desk, "", {"legal_entity": "UK01", "skus": ["CLOCK-WALL"]}).json()
    assert (run["state"], run["figures"]["winners"], run["figures"]["losers"]) == ("simulated", 1, 1)
    assert {(move["sku"], move["before"], move["after"]) for move in run["moves"]} == {
        ("CLOCK-WALL", "0", "5"),
        ("CLOCK-WALL", "12", "7"),
    }
    other = send(desk, "", {"legal_entity": "UK01", "skus": ["CLOCK-WALL"]}).json()
    assert send(desk, f"/{run['id']}/commit", {"reason": "They wait"}).status_code == 403
    assert send(approver, f"/{run['id']}/commit", {"reason": "They wait"}).json()["state"] == "committed"
    assert (reserved(small), reserved(big)) == (7, 5)
    stale = send(approver, f"/{other['id']}/commit", {"reason": "Again"})
    assert (stale.status_code, stale.json()["code"]) == (409, "allocation_stale")
    assert send(desk, f"/{other['id']}/discard").json()["state"] == "discarded"
    assert send(approver, f"/{run['id']}/roll-back", {"reason": "They were promised"}).json()["state"] == "rolled_back"
    assert (reserved(small), reserved(big)) == (12, 0)
    listed = desk.get("/api/v1/inventory/allocation-runs?state=rolled_back").json()["items"]
    assert [each["id"] for each in listed] == [run["id"]]
    assert desk.get("/api/v1/inventory/allocation-runs?state=lost").status_code == 422
    assert AllocationRun.objects.count() == 2


@pytest.fixture
def by_hand(company: None) -> tuple[Order, Order]:
    """Both wait for clocks, of which twelve lie there and are given by hand."""
    put_in_force("inventory.allocation", {**RULES, "products": [{"strategy": "manual"}]})
    held = place(customer="C-1001", lines=[("CLOCK-WALL", "12")])
    first, second = place(customer="C-1001", lines=[("CLOCK-WALL", "4")]), place(lines=[("CLOCK-WALL", "9")])
    cancel_orders([CancelOrder(held.pk)], reason="Not wanted", actor=CLERK, now=NOW)
    return first, second


def waits_for(order: Order) -> str:
    return str(Backorder.objects.get(order_id=order.pk).line_id)


def test_goods_are_given_by_hand_on_a_page(by_hand: tuple[Order, Order]) -> None:
    first, second = by_hand
    desk, approver = signed_in(SIMULATE_ALLOCATION, ALLOCATE_BY_HAND), signed_in(COMMIT_ALLOCATION)
    chosen = {"verb": "by_hand", "by_hand-legal_entity": "UK01", "by_hand-sku": "CLOCK-WALL"}
    assert approver.post("/allocation/", chosen).status_code == 403
    assert desk.post("/allocation/", {**chosen, "by_hand-sku": "NO-SUCH"}).status_code == 422
    page = desk.post("/allocation/", chosen).headers["Location"]
    assert approver.get(page).status_code == 403
    text = desk.get(page).content.decode()
    assert first.number in text
    assert second.number in text
    one, two = (f"give-{waits_for(order)}" for order in by_hand)
    for said, told in (
        ({}, "Enter a quantity"),
        ({two: "10"}, "less than or equal to 9"),
        ({one: "4", two: "9"}, "Only 8 more of CLOCK-WALL"),
        ({f"give-{new_id()}": "1"}, "does not wait any more"),
        ({one: "x"}, "Enter a number"),
    ):
        answer = desk.post(page, {"verb": "give", **said})
        assert (answer.status_code, told in answer.content.decode()) == (422, True), told
    assert not AllocationRun.objects.exists()
    address = desk.post(page, {"verb": "give", one: "3", two: "9"}).headers["Location"]
    assert "By hand" in desk.get(address).content.decode()
    assert approver.post(address, {"verb": "commit", "reason_commit": "By phone"}).status_code == 303
    assert (reserved(first), reserved(second)) == (3, 9)
    assert "what was known and decided" in desk.get(address).content.decode()


def test_goods_are_given_by_hand_over_the_api(by_hand: tuple[Order, Order]) -> None:
    first, second = by_hand
    desk, other = signed_in(SIMULATE_ALLOCATION, ALLOCATE_BY_HAND), signed_in(SIMULATE_ALLOCATION, COMMIT_ALLOCATION)
    said = [{"line_id": waits_for(first), "quantity": "3"}, {"line_id": waits_for(second), "quantity": "9"}]
    body = {"legal_entity": "UK01", "strategy": "manual", "quantities": said}
    assert send(other, "", body).status_code == 403
    wrong = [
        ({**body, "quantities": []}, "/quantities"),
        ({**body, "strategy": "priority"}, "/strategy"),
        ({**body, "quantities": [*said, said[0]]}, "/quantities/2/line_id"),
        ({**body, "quantities": [said[0] | {"quantity": "5"}]}, "/quantities/0"),
        ({**body, "quantities": [said[0] | {"quantity": "4"}, said[1]]}, "/quantities/1"),
        ({**body, "quantities": [said[0] | {"quantity": "0"}]}, "/quantities/0/quantity"),
        ({**body, "quantities": [said[0] | {"line_id": str(new_id())}]}, "/quantities/0"),
    ]
    for bad, pointer in wrong:
        answer = send(desk, "", bad)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not AllocationRun.objects.exists()
    run = send(desk, "", body).json()
    assert (run["strategy"], run["figures"]["units_gained"], run["decision_id"]) == ("manual", "12", None)
    done = send(other, f"/{run['id']}/commit", {"reason": "By phone"}).json()
    assert done["state"] == "committed"
    assert done["decision_id"]
    assert (reserved(first), reserved(second)) == (3, 9)
