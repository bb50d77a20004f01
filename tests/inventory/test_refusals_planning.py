"""What the database refuses of supplies, promises, quotas, runs, policies, notices and clocks: each rule tried in SQL."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection

from apps.inventory.contract import plan_receipts, receive_due, reserve_lines
from apps.inventory.models import (
    AllocationMove,
    AllocationRun,
    Backorder,
    Notice,
    OrderPolicy,
    Peg,
    PlanStamp,
    PromiseChange,
    Quota,
    Stock,
    Supply,
    SyncClock,
    SyncSample,
)
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW, a_place, announced, demand, stocked
from tests.factories.refusing import assert_refused, execute

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 5)
SQL = settings.BASE_DIR / "apps" / "inventory" / "sql"
QUOTA = (
    "INSERT INTO inventory_quota (id, legal_entity_id, product_id, warehouse_id, channel, quantity, from_on, release_on)"
    " SELECT new_id(), legal_entity_id, product_id, {}, {}, 1, {}, {} FROM inventory_quota LIMIT 1"
)
COPY = "INSERT INTO inventory_{0} SELECT (jsonb_populate_record(x, jsonb_build_object('id', new_id()))).* FROM inventory_{0} x LIMIT 1"


CAME_FROM_NOWHERE = """
INSERT INTO inventory_supply (id, kind, warehouse_id, product_id, quantity, received, unit_cost, due_at, first_due_at, source_ref)
SELECT new_id(), kind, warehouse_id, product_id, quantity, 1, 1, due_at, due_at, 'x' FROM inventory_supply LIMIT 1
"""
NOT_TOLD = """
INSERT INTO inventory_supplyreceipt (id, supply_id, movement_id, quantity)
SELECT new_id(), s.id, m.id, 1 FROM inventory_supply s, inventory_stockmovement m
 WHERE s.source_ref = 'po:2' AND NOT EXISTS (SELECT FROM inventory_supplyreceipt r WHERE r.movement_id = m.id)
"""
CHANGED = """
SELECT table_name, after::text FROM audit_changerecord
 WHERE operation = 'update' AND (table_name = 'inventory_quota' OR table_name = 'inventory_supply' AND after ? 'due_at') ORDER BY id
"""
PLANNED = """
INSERT INTO inventory_plannedreceipt
SELECT new_id(), s.warehouse_id, s.product_id, k.kind, k.quantity, 2, %s, coalesce(k.ref, m.source_ref),
       CASE WHEN k.ref IS NULL THEN %s::timestamptz END
  FROM inventory_stock s JOIN inventory_stockmovement m ON m.stock_id = s.id,
       (VALUES ('receipt', 4, NULL), ('opening', 7, 'pl:2')) AS k (kind, quantity, ref)
"""
BEFORE = "SELECT kind, quantity, source_ref, received_at IS NULL FROM inventory_plannedreceipt ORDER BY quantity"


@pytest.fixture
def place():
    """A supply that came and one that is promised to a line that waits; a quota, a run, a policy, a notice, a clock."""
    place = a_place()
    plan_receipts([announced(place, 3, "po:1", days=-1), announced(place, 5, "po:2")], now=NOW)
    receive_due(now=NOW, limit=9, actor=SYSTEM)
    line = demand(place, 9)
    reserve_lines([line])
    Backorder.objects.update(promised_on=DAY, first_promised_on=DAY, promise_no=1)
    supply = Supply.objects.get(source_ref="po:2")
    Peg.objects.create(line_id=line.line_id, supply=supply, warehouse=place.warehouses[0], quantity=5, ship_on=DAY)
    PromiseChange.objects.create(
        line_id=line.line_id, order_id=line.order_id, promise_no=1, promised_on=DAY, quantity=6, why="first", occurred_at=NOW
    )  # fmt: skip
    Quota.objects.create(
        legal_entity=place.entity, product=place.products[0], channel="web", quantity=4, from_on=DAY, release_on=DAY + timedelta(9)
    )  # fmt: skip
    run = AllocationRun.objects.create(legal_entity=place.entity, strategy="priority", made_by=SYSTEM.id, made_at=NOW)
    AllocationMove.objects.create(
        run=run, line_id=line.line_id, order_id=line.order_id, product=place.products[0], asked=6
    )
    OrderPolicy.objects.create(order_id=line.order_id, ship="minimum", minimum_percent=60)
    Notice.objects.create(
        customer_id=new_id(), order_id=line.order_id, kind="first_promise", fact_key="1", language="en", occurred_at=NOW
    )
    SyncClock.objects.create(stock=Stock.objects.get(), source_at=NOW, received_at=NOW, applied_at=NOW)
    SyncSample.objects.create(warehouse=place.warehouses[0], minute=NOW, messages=1, p50_ms=1, p99_ms=1, worst_ms=1)
    execute("SELECT 1")
    return place


def test_checks(place):
    assert_refused(
        ("supply_has_number", "UPDATE inventory_supply SET number = ''"),
        ("supply_kind_known", "UPDATE inventory_supply SET kind = 'gift'"),
        ("supply_status_known", "UPDATE inventory_supply SET status = 'lost'"),
        ("supply_quantity_positive", "UPDATE inventory_supply SET quantity = 0"),
        ("supply_received_not_negative", "UPDATE inventory_supply SET received = -1"),
        ("supply_cost_not_negative", "UPDATE inventory_supply SET unit_cost = -1"),
        ("supply_confidence_in_per_cent", "UPDATE inventory_supply SET confidence = 101"),
        ("supply_has_source", "UPDATE inventory_supply SET source_ref = '' WHERE source_ref = 'po:1'"),
        ("source_ref", "UPDATE inventory_supply SET source_ref = 'po:2'"),
        ("generated", "UPDATE inventory_supply SET open_quantity = 1"),
        ("supply_receipt_quantity_positive", COPY.format("supplyreceipt").replace("new_id())", "new_id(), 'quantity', 0)")),
        ("supply_receipt_once", COPY.format("supplyreceipt")),
        ("backorder_line_quantity_not_negative", "UPDATE inventory_backorder SET line_quantity = -1"),
        ("backorder_reason_known", "UPDATE inventory_backorder SET reason = 'luck'"),
        ("backorder_not_promised_before_wanted", "UPDATE inventory_backorder SET wanted_on = promised_on + 1"),
        ("backorder_promises_are_counted", "UPDATE inventory_backorder SET promise_no = -1"),
        ("backorder_kit_has_parts", "UPDATE inventory_backorder SET kit_no = 1"),
        ("backorder_kit_has_parts", "UPDATE inventory_backorder SET kit_no = 1, per_kit = 0"),
        ("promise_change_once", COPY.format("promisechange")),
        ("promise_change_numbered", COPY.format("promisechange").replace("new_id())", "new_id(), 'promise_no', 0)")),
        ("promise_change_quantity_positive", COPY.format("promisechange").replace("new_id())", "new_id(), 'quantity', 0)")),
        ("promise_change_says_why", COPY.format("promisechange").replace("new_id())", "new_id(), 'why', '')")),
        ("peg_quantity_positive", "UPDATE inventory_peg SET quantity = 0"),
        ("peg_once_per_source", COPY.format("peg").replace("new_id())", "new_id(), 'quantity', 0.1)")),
        ("quota_has_channel", QUOTA.format("warehouse_id", "''", "from_on", "release_on")),
        ("quota_never_overdrawn", "UPDATE inventory_quota SET taken = quantity + 1"),
        ("quota_never_overdrawn", "UPDATE inventory_quota SET taken = -1"),
        ("quota_for_some_time", QUOTA.format("warehouse_id", "'shop'", "from_on", "from_on")),
        ("quota_one_at_a_time", QUOTA.format("warehouse_id", "channel", "release_on - 1", "release_on + 9")),
        ("allocation_run_(state_known|committed_by)", COPY.format("allocationrun").replace(
            "new_id())", "new_id(), 'number', 'x', 'state', 'odd')")),
        ("allocation_run_committed_by_somebody", "UPDATE inventory_allocationrun SET state = 'committed'"),
        ("allocation_run_rolled_back_by_somebody", COPY.format("allocationrun").replace(
            "new_id())", "new_id(), 'number', 'x', 'state', 'rolled_back', 'committed_by', new_id(), 'committed_at', now())")),
        ("number", COPY.format("allocationrun")),
        ("allocation_move_once", COPY.format("allocationmove")),
        ("allocation_move_never_negative", COPY.format("allocationmove").replace("new_id())", "new_id(), 'asked', -1)")),
        ("order_policy_ship_known", "UPDATE inventory_orderpolicy SET ship = 'odd', minimum_percent = NULL"),
        ("order_policy_minimum_is_stated", "UPDATE inventory_orderpolicy SET minimum_percent = NULL"),
        ("order_policy_minimum_is_stated", "UPDATE inventory_orderpolicy SET ship = 'complete'"),
        ("order_policy_figures_make_sense", "UPDATE inventory_orderpolicy SET minimum_percent = 101"),
        ("order_policy_figures_make_sense", "UPDATE inventory_orderpolicy SET minimum_quantity = 0"),
        ("order_policy_figures_make_sense", "UPDATE inventory_orderpolicy SET most_shipments = 0"),
        ("notice_once_per_fact", COPY.format("notice")),
        ("notice_kind_known", COPY.format("notice").replace("new_id())", "new_id(), 'kind', 'odd')")),
        ("notice_names_its_fact", COPY.format("notice").replace("new_id())", "new_id(), 'fact_key', '')")),
        ("notice_state_known", "UPDATE inventory_notice SET state = 'odd'"),
        ("notice_sent_at", "UPDATE inventory_notice SET state = 'sent'"),
        ("sync_sample_once", COPY.format("syncsample")),
        ("sync_sample_of_something", "UPDATE inventory_syncsample SET messages = 0"),
        ("sync_sample_in_order", "UPDATE inventory_syncsample SET p50_ms = p99_ms + 1"),
        ("sync_clock_holds_back_something_or_nothing", "UPDATE inventory_syncclock SET factor = -1"),
        ("sync_clock_holds_back_something_or_nothing", "UPDATE inventory_syncclock SET least_rate = -1"),
        ("inventory_syncclock_pkey", "INSERT INTO inventory_syncclock SELECT * FROM inventory_syncclock"),
    )  # fmt: skip
    execute(QUOTA.format("warehouse_id", "channel", "release_on", "release_on + 9"))
    execute(QUOTA.format("(SELECT id FROM inventory_warehouse)", "channel", "from_on", "release_on"))


def test_what_came_is_what_the_receipts_say(place):
    stocked(place, 1)
    assert_refused(
        ("the receipts of supply", "UPDATE inventory_supply SET received = received + 1 WHERE status = 'confirmed'"),
        ("the receipts of supply", CAME_FROM_NOWHERE),
        ("the receipts of supply", NOT_TOLD),
    )  # fmt: skip


def test_pegs_stay_within_supply_and_line(place):
    assert_refused(
        ("of supply SU-.* are promised", "UPDATE inventory_peg SET quantity = 6"),
        ("it waits for", "UPDATE inventory_peg SET supply_id = NULL, quantity = 7"),
        ("foreign key", "UPDATE inventory_peg SET line_id = new_id()"),
    )
    before = PlanStamp.objects.count()
    execute("DELETE FROM inventory_backorder")
    assert not Peg.objects.exists()
    assert PlanStamp.objects.count() > before


def test_facts_stay_and_states_go_forward(place):
    assert_refused(
        *((f"{what} on inventory_{table} is refused", statement) for table in ("supplyreceipt", "promisechange", "allocationmove")
          for what, statement in (
              ("UPDATE", f"UPDATE inventory_{table} SET id = new_id()"), ("DELETE", f"DELETE FROM inventory_{table}"),
              ("TRUNCATE", f"TRUNCATE inventory_{table}"))),
        ("is refused", "DELETE FROM inventory_supply"),
        ("is refused", "DELETE FROM inventory_allocationrun"),
        ("a run goes forward", "UPDATE inventory_allocationrun SET state = 'rolled_back', committed_by = new_id(), committed_at = now(),"
         " rolled_back_by = new_id(), rolled_back_at = now()"),
        ("a run goes forward", "UPDATE inventory_allocationrun SET strategy = 'other', state = 'discarded'"),
        ("is refused", "DELETE FROM inventory_notice"),
        ("is refused", "UPDATE inventory_notice SET payload = '{}'"),
    )  # fmt: skip
    execute("UPDATE inventory_notice SET state = 'sent', sent_at = now()")
    assert_refused(("a notice is sent once", "UPDATE inventory_notice SET state = 'waiting', sent_at = NULL"))
    execute("UPDATE inventory_allocationrun SET state = 'committed', committed_by = new_id(), committed_at = now()")
    assert_refused(
        (
            "a run goes forward",
            "UPDATE inventory_allocationrun SET state = 'discarded', committed_by = NULL, committed_at = NULL",
        )
    )


def test_stock_knows_of_quotas(place):
    assert Stock.objects.get().has_quotas
    execute("DELETE FROM inventory_quota")
    assert not Stock.objects.get().has_quotas


def test_a_shelf_that_comes_later_knows_of_quotas(place):
    other = a_place(code="DE", currency="EUR")
    Quota.objects.create(
        legal_entity=other.entity, product=other.products[0], channel="web", quantity=4, from_on=DAY, release_on=DAY + timedelta(9)
    )  # fmt: skip
    stocked(other, 1)
    assert Stock.objects.get(product=other.products[0]).has_quotas


def test_changes_of_supplies_and_quotas_are_recorded(place):
    Supply.objects.filter(source_ref="po:2").update(due_at=NOW + timedelta(days=9), version=7)
    Quota.objects.update(taken=1)
    Quota.objects.update(quantity=9)
    with connection.cursor() as cursor:
        cursor.execute(CHANGED)
        found = cursor.fetchall()
    assert [name for name, _ in found] == ["inventory_supply", "inventory_quota"]
    assert "redacted" in found[0][1]


def test_planned_receipts_become_supplies_and_go_back():
    """The two files of the migration, on rows as they were before it."""
    place = a_place()
    stocked(place, 4)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE inventory_plannedreceipt (id uuid, warehouse_id uuid, product_id uuid, kind varchar, quantity numeric,"
            " unit_cost numeric, due_at timestamptz, source_ref varchar, received_at timestamptz)"
        )
        cursor.execute(PLANNED, [NOW, NOW])
        cursor.execute(BEFORE)
        before = cursor.fetchall()
        cursor.execute((SQL / "planned_receipts.sql").read_text())
        rows = Supply.objects.order_by("quantity").values_list(
            "kind", "status", "received", "open_quantity", "comes_by_itself"
        )
        assert [(*row[:2], int(row[2]), int(row[3]), row[4]) for row in rows] == [
            ("purchase", "received", 4, 0, True), ("opening", "confirmed", 0, 7, True),
        ]  # fmt: skip
        cursor.execute("DELETE FROM inventory_plannedreceipt")
        cursor.execute((SQL / "planned_receipts.reverse.sql").read_text())
        cursor.execute(BEFORE)
        assert cursor.fetchall() == before
        cursor.execute("DROP TABLE inventory_plannedreceipt")
