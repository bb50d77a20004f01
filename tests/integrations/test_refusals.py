"""What the database refuses of connections to warehouse systems and their messages: each rule tried in SQL."""

import pytest
from django.db import connection

from apps.integrations.models import WarehouseConnection, WarehouseMessage, WarehouseOrder
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW
from tests.factories.refusing import assert_refused, execute

pytestmark = pytest.mark.django_db
COPY = """
INSERT INTO integrations_{0} SELECT (jsonb_populate_record(x, jsonb_build_object('id', new_id()))).* FROM integrations_{0} x LIMIT 1
"""


@pytest.fixture
def wms():
    """A connection with an order and a message."""
    wms = WarehouseConnection.objects.create(warehouse_id=new_id(), base_url="http://127.0.0.1:1", secret_name="NORTH")
    order = WarehouseOrder.objects.create(connection=wms, order_id=new_id(), seq=1)
    WarehouseMessage.objects.create(
        connection=wms, direction="out", kind="order", source_ref="m:1", order_id=order.order_id, order_seq=1, state="waiting",
        created_at=NOW,
    )  # fmt: skip
    execute("SELECT 1")
    return wms


def test_checks(wms):
    assert_refused(
        ("warehouse_connection_has_address", "UPDATE integrations_warehouseconnection SET base_url = 'ftp://x'"),
        ("warehouse_connection_names_its_secret", "UPDATE integrations_warehouseconnection SET secret_name = 'north west'"),
        ("warehouse_connection_tries_for_some_time", "UPDATE integrations_warehouseconnection SET timeout_ms = 0"),
        ("warehouse_connection_tries_for_some_time", "UPDATE integrations_warehouseconnection SET most_attempts = 0"),
        ("warehouse_connection_cursor_not_negative", "UPDATE integrations_warehouseconnection SET cursor = -1"),
        ("warehouse_id", COPY.format("warehouseconnection")),
        ("warehouse_order_once", COPY.format("warehouseorder")),
        ("warehouse_order_answers_what_was_told", "UPDATE integrations_warehouseorder SET answered_seq = 2"),
        ("warehouse_message_once", COPY.format("warehousemessage")),
        ("warehouse_message_has_source", COPY.format("warehousemessage").replace("new_id())", "new_id(), 'source_ref', '')")),
        ("warehouse_message_state_of_its_direction", "UPDATE integrations_warehousemessage SET state = 'parked'"),
        ("warehouse_message_state_of_its_direction",
         COPY.format("warehousemessage").replace("new_id())", "new_id(), 'direction', 'in', 'seq', 1, 'state', 'dead')")),
        ("warehouse_message_applied_at",
         COPY.format("warehousemessage").replace("new_id())", "new_id(), 'direction', 'in', 'seq', 1, 'state', 'applied')")),
        ("warehouse_message_numbered_by_its_sender",
         COPY.format("warehousemessage").replace("new_id())", "new_id(), 'direction', 'in', 'source_ref', 'm:2')")),
        ("warehouse_message_numbered_by_its_sender",
         COPY.format("warehousemessage").replace("new_id())", "new_id(), 'seq', 7, 'source_ref', 'm:3')")),
        ("warehouse_message_state_of_its_direction",
         COPY.format("warehousemessage").replace("new_id())", "new_id(), 'direction', 'in', 'seq', 1, 'state', 'superseded')")),
        ("is refused", "UPDATE integrations_warehousemessage SET seq = 3"),
        ("is refused", "UPDATE integrations_warehousemessage SET payload = '{}'"),
        ("is refused", "DELETE FROM integrations_warehousemessage"),
        ("is refused", "TRUNCATE integrations_warehousemessage"),
        ("foreign key", "UPDATE integrations_warehouseorder SET connection_id = new_id()"),
    )  # fmt: skip
    execute("UPDATE integrations_warehousemessage SET state = 'sent', attempts = 1, sent_at = now()")


def test_what_a_person_changes_is_recorded_and_what_happens_is_not(wms):
    WarehouseConnection.objects.update(failures=3)
    WarehouseConnection.objects.update(timeout_ms=900)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT after FROM audit_changerecord WHERE table_name LIKE '%warehouseconnection' AND operation = 'update'"
        )
        assert [row[0] for row in cursor.fetchall()] == ['{"timeout_ms": 900}']
