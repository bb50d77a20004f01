"""The doors: signed requests of warehouse systems, and who may connect them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.conf import settings
from rest_framework.test import APIClient

from apps.audit.models import ChangeRecord
from apps.integrations.decisions.wms.signing import HEADER, sign
from apps.integrations.models import MessageState, WarehouseConnection, WarehouseMessage
from apps.integrations.services.wms_http import over_http
from ordercash.kernel import clock
from tests.factories.api import a_caller, key_header
from tests.factories.orders import place
from tests.factories.wms import SECRET, Connected, a_connected_warehouse

pytestmark = pytest.mark.django_db(transaction=True)
MANAGE, VIEW, AGAIN = (
    "integrations.manage_warehouse_connections",
    "integrations.view_warehouse_messages",
    "integrations.send_again",
)


@pytest.fixture
def warehouse(company: None) -> Connected:
    return a_connected_warehouse()


def told(warehouse: Connected, body: Any, secret: str = SECRET, late: int = 0, path: str = "") -> Any:
    """Send a signed request as a warehouse system does."""
    address = f"/api/v1/wms/{warehouse.connection_id}/messages"
    raw = orjson.dumps(body)
    moment = clock.now() - timedelta(seconds=late)
    headers = {HEADER: sign(secret, moment, "POST", path or address, raw)}
    return APIClient().post(address, raw, content_type="application/json", headers=headers)


def beat(warehouse: Connected) -> dict[str, Any]:
    warehouse.wms.beat()
    return {"messages": warehouse.wms.untold()[-1:]}


def test_signed_messages_are_kept_once(warehouse: Connected) -> None:
    body = beat(warehouse)
    assert (told(warehouse, body).json(), told(warehouse, body).json()) == (
        {"new": 1, "repeated": 0}, {"new": 0, "repeated": 1},
    )  # fmt: skip
    assert told(warehouse, body).status_code == 202
    assert WarehouseMessage.objects.get().repeats == 2


def test_whoever_does_not_sign_right_is_not_heard(warehouse: Connected) -> None:
    body = beat(warehouse)
    for answer in (
        told(warehouse, body, secret="another secret of ours"),
        told(warehouse, body, late=400),
        told(warehouse, body, path="/api/v1/wms/another/messages"),
        APIClient().post(f"/api/v1/wms/{warehouse.connection_id}/messages", body, format="json"),
        a_caller(MANAGE, VIEW, AGAIN).post(f"/api/v1/wms/{warehouse.connection_id}/messages", body, format="json"),
    ):
        assert answer.status_code == 401
    settings.ORDERCASH_WMS_SECRETS = {}
    assert told(warehouse, body).status_code == 401
    assert not WarehouseMessage.objects.exists()


def test_an_inactive_connection_and_an_unknown_one_answer_alike(warehouse: Connected) -> None:
    body = beat(warehouse)
    WarehouseConnection.objects.update(is_active=False)
    closed = told(warehouse, body)
    warehouse.connection_id = uuid4()
    unknown = told(warehouse, body)
    assert closed.status_code == unknown.status_code == 401 and closed.json() == unknown.json()


def test_two_secrets_hold_while_one_takes_the_place_of_the_other(warehouse: Connected) -> None:
    settings.ORDERCASH_WMS_SECRETS = {"TEST": ("a new secret of sixteen", SECRET)}
    assert told(warehouse, beat(warehouse)).status_code == 202
    assert told(warehouse, beat(warehouse), secret="a new secret of sixteen").status_code == 202


def test_bad_bodies_are_refused_with_pointers(warehouse: Connected) -> None:
    for body in ({"messages": []}, {"messages": [{"id": "x"}]}, {"messages": beat(warehouse)["messages"] * 101}):
        answer = told(warehouse, body)
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"].startswith("/messages")


def test_connecting_a_warehouse_is_a_persons_verb_and_leaves_its_trace(warehouse: Connected) -> None:
    draft = {"warehouse": "UK-NORTH", "base_url": "https://wms.example/api/", "secret_name": "TEST"}
    path = "/api/v1/warehouse-connections"
    assert a_caller(VIEW, AGAIN).post(path, draft, format="json", headers=key_header()).status_code == 403
    caller = a_caller(MANAGE, VIEW)
    made = caller.post(path, draft, format="json", headers=key_header())
    assert made.status_code == 201 and made.json()["base_url"] == "https://wms.example/api"
    assert SECRET not in made.content.decode()
    again = caller.post(path, draft, format="json", headers=key_header())
    assert (again.status_code, again.json()["code"]) == (409, "warehouse_connected")
    one = f"{path}/{made.json()['id']}"
    changed = caller.put(one, draft | {"is_active": False}, format="json")
    assert changed.status_code == 200 and not caller.get(one).json()["is_active"]
    assert ChangeRecord.objects.filter(table_name="integrations_warehouseconnection").count() >= 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"base_url": "http://wms.example"}, "address_refused"),
        ({"base_url": "https://169.254.169.254"}, "address_refused"),
        ({"secret_name": "UNKNOWN"}, "unknown_secret"),
        ({"warehouse": "NOWHERE"}, "unknown_warehouse"),
    ],
)
def test_a_connection_that_cannot_be_is_refused(warehouse: Connected, change: dict[str, str], code: str) -> None:
    draft = {"warehouse": "UK-NORTH", "base_url": "https://wms.example", "secret_name": "TEST"} | change
    answer = a_caller(MANAGE).post("/api/v1/warehouse-connections", draft, format="json", headers=key_header())
    assert answer.status_code == 422 and answer.json()["errors"][0]["code"] == code
    assert WarehouseConnection.objects.count() == 1


def test_a_name_that_means_a_private_address_is_not_called(warehouse: Connected) -> None:
    WarehouseConnection.objects.update(base_url="https://localhost:9")
    reply = over_http(clock.now)(warehouse.connection_id, "GET", "/stock", b"")
    assert reply.status is None and "private" in reply.error


def test_dead_messages_are_sent_again_by_who_may(warehouse: Connected) -> None:
    WarehouseConnection.objects.update(most_attempts=2)
    warehouse.faults.down = True
    warehouse.tell(place(customer="C-1004"))
    for _ in range(2):
        warehouse.send()
        warehouse.wait(60)
    message = WarehouseMessage.objects.get()
    assert message.state == MessageState.DEAD
    path = f"/api/v1/warehouse-messages/{message.pk}/send-again"
    assert a_caller(VIEW).post(path, {}, format="json").status_code == 403
    caller = a_caller(AGAIN, VIEW)
    assert caller.post(path, {"note": "Back again"}, format="json").json()["state"] == "waiting"
    warehouse.faults.down = False
    warehouse.now = clock.now() + timedelta(minutes=1)
    warehouse.send()
    listed = caller.get("/api/v1/warehouse-messages", {"order": str(message.order_id)}).json()["items"]
    assert [row["state"] for row in listed] == ["sent"]
