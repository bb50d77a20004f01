"""Supplies instead of planned receipts, dated promises and their pegs, quotas, runs, policies and notices."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import ordercash.kernel.ids
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"


def step(name):
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}.reverse.sql").read_text())


class Migration(migrations.Migration):

    dependencies = [('inventory', '0003_stock_bins_lots')]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        step("planning_numbers"),
        migrations.CreateModel(
            name='AllocationMove',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('line_id', models.UUIDField()),
                ('order_id', models.UUIDField()),
                ('tier', models.CharField(db_default='', default='', max_length=40)),
                ('asked', models.DecimalField(decimal_places=4, max_digits=18)),
                ('was_reserved', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('reserved', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('was_promised_on', models.DateField(null=True)),
                ('promised_on', models.DateField(null=True)),
                ('net_minor', models.BigIntegerField(db_default=0, default=0)),
                ('currency', models.CharField(db_default='', default='', max_length=3)),
            ],
        ),
        migrations.CreateModel(
            name='AllocationRun',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(db_default=django.db.models.expressions.RawSQL("'AL-' || nextval('inventory_allocation_number')", []), max_length=20, unique=True)),
                ('state', models.CharField(choices=[('simulated', 'Simulated'), ('committed', 'Committed'), ('rolled_back', 'Rolled Back'), ('discarded', 'Discarded')], db_default='simulated', default='simulated', max_length=12)),
                ('strategy', models.CharField(max_length=20)),
                ('version_sha256', models.BinaryField(max_length=32, null=True)),
                ('decision_id', models.UUIDField(null=True)),
                ('scope', models.JSONField(default=dict)),
                ('stamp', models.CharField(db_default='', default='', max_length=64)),
                ('figures', models.JSONField(default=dict)),
                ('reason', models.CharField(blank=True, db_default='', default='', max_length=300)),
                ('made_by', models.UUIDField()),
                ('made_at', models.DateTimeField()),
                ('committed_by', models.UUIDField(null=True)),
                ('committed_at', models.DateTimeField(null=True)),
                ('rolled_back_by', models.UUIDField(null=True)),
                ('rolled_back_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('order_id', models.UUIDField()),
                ('kind', models.CharField(choices=[('first_promise', 'First promise'), ('promise_moved', 'Promise moved'), ('part_shipped', 'Shipped in part'), ('cancelled', 'Cancelled'), ('substituted', 'Substituted')], max_length=14)),
                ('fact_key', models.CharField(max_length=120)),
                ('language', models.CharField(max_length=10)),
                ('payload', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('suppressed', 'Suppressed')], db_default='waiting', default='waiting', max_length=10)),
                ('why', models.CharField(db_default='', default='', max_length=40)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('sent_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='OrderPolicy',
            fields=[
                ('order_id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('ship', models.CharField(choices=[('as_ready', 'As it is ready'), ('minimum', 'A minimum at once'), ('complete', 'Complete')], db_default='as_ready', default='as_ready', max_length=8)),
                ('minimum_percent', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('minimum_quantity', models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ('most_shipments', models.PositiveSmallIntegerField(null=True)),
                ('kits_whole', models.BooleanField(db_default=False, default=False)),
                ('substitutes', models.BooleanField(db_default=False, default=False)),
                ('cancel_on', models.DateField(null=True)),
                ('version_sha256', models.BinaryField(max_length=32, null=True)),
            ],
            options={
                'verbose_name_plural': 'order policies',
            },
        ),
        migrations.CreateModel(
            name='Peg',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=18)),
                ('ship_on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='PlanStamp',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('product_id', models.UUIDField()),
                ('legal_entity_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='PromiseChange',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('line_id', models.UUIDField()),
                ('order_id', models.UUIDField()),
                ('promise_no', models.IntegerField()),
                ('was_on', models.DateField(null=True)),
                ('promised_on', models.DateField(null=True)),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=18)),
                ('why', models.CharField(max_length=24)),
                ('supply_id', models.UUIDField(null=True)),
                ('run_id', models.UUIDField(null=True)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('actor_id', models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(max_length=40)),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=18)),
                ('taken', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('from_on', models.DateField()),
                ('release_on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='Supply',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(db_default=django.db.models.expressions.RawSQL("'SU-' || nextval('inventory_supply_number')", []), max_length=40)),
                ('kind', models.CharField(choices=[('purchase', 'Purchase'), ('production', 'Production'), ('transfer', 'Transfer'), ('opening', 'Opening stock')], max_length=10)),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=18)),
                ('received', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('unit_cost', models.DecimalField(decimal_places=6, max_digits=18)),
                ('due_at', models.DateTimeField()),
                ('first_due_at', models.DateTimeField()),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('confirmed', 'Confirmed'), ('in_transit', 'In transit'), ('received', 'Received'), ('cancelled', 'Cancelled')], db_default='planned', default='planned', max_length=10)),
                ('confidence', models.DecimalField(db_default=100, decimal_places=2, default=100, max_digits=5)),
                ('comes_by_itself', models.BooleanField(db_default=False, default=False)),
                ('lot_code', models.CharField(blank=True, db_default='', default='', max_length=60)),
                ('expires_on', models.DateField(blank=True, null=True)),
                ('source_ref', models.CharField(max_length=120, unique=True)),
                ('version', models.BigIntegerField(db_default=0, default=0)),
                ('open_quantity', models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('status', 'received'), ('status', 'cancelled'), _connector='OR'), then=models.Value(0, output_field=models.DecimalField(decimal_places=4, max_digits=18))), default=django.db.models.functions.comparison.Greatest(django.db.models.expressions.CombinedExpression(models.F('quantity'), '-', models.F('received')), models.Value(0, output_field=models.DecimalField(decimal_places=4, max_digits=18)))), output_field=models.DecimalField(decimal_places=4, max_digits=18))),
            ],
            options={
                'verbose_name_plural': 'supplies',
            },
        ),
        migrations.CreateModel(
            name='SupplyReceipt',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=18)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='SyncClock',
            fields=[
                ('stock', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='inventory.stock')),
                ('feed_seq', models.BigIntegerField(db_default=0, default=0)),
                ('source_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField()),
                ('stopped_since', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SyncSample',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('minute', models.DateTimeField()),
                ('messages', models.PositiveIntegerField()),
                ('p50_ms', models.PositiveIntegerField()),
                ('p99_ms', models.PositiveIntegerField()),
                ('worst_ms', models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='backorder',
            name='channel',
            field=models.CharField(db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='backorder',
            name='country',
            field=models.CharField(db_default='', default='', max_length=2),
        ),
        migrations.AddField(
            model_name='backorder',
            name='currency',
            field=models.CharField(db_default='', default='', max_length=3),
        ),
        migrations.AddField(
            model_name='backorder',
            name='customer_group',
            field=models.CharField(db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='backorder',
            name='customer_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='backorder',
            name='first_promised_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='backorder',
            name='kit_no',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='backorder',
            name='line_quantity',
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='backorder',
            name='net_minor',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='backorder',
            name='per_kit',
            field=models.DecimalField(decimal_places=4, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name='backorder',
            name='promise_no',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='backorder',
            name='promised_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='backorder',
            name='reason',
            field=models.CharField(choices=[('short', 'Goods are short'), ('later', 'Wanted later'), ('oversold', 'Sold twice elsewhere')], db_default='short', default='short', max_length=8),
        ),
        migrations.AddField(
            model_name='backorder',
            name='wanted_on',
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name='backorder',
            index=models.Index(condition=models.Q(('promised_on__isnull', False)), fields=['product', 'legal_entity'], name='backorder_promised'),
        ),
        migrations.AddConstraint(
            model_name='backorder',
            constraint=models.CheckConstraint(condition=models.Q(('line_quantity__gte', 0)), name='backorder_line_quantity_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='backorder',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['short', 'later', 'oversold'])), name='backorder_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='backorder',
            constraint=models.CheckConstraint(condition=models.Q(('wanted_on', None), ('promised_on', None), ('promised_on__gte', models.F('wanted_on')), _connector='OR'), name='backorder_not_promised_before_wanted'),
        ),
        migrations.AddConstraint(
            model_name='backorder',
            constraint=models.CheckConstraint(condition=models.Q(('promise_no__gte', 0)), name='backorder_promises_are_counted'),
        ),
        migrations.AddConstraint(
            model_name='backorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kit_no', None), ('per_kit', None)), models.Q(('kit_no__isnull', False), ('per_kit__gt', 0), ('per_kit__isnull', False)), _connector='OR'), name='backorder_kit_has_parts'),
        ),
        migrations.AddField(
            model_name='allocationmove',
            name='product',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product'),
        ),
        migrations.AddField(
            model_name='allocationmove',
            name='warehouse',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse'),
        ),
        migrations.AddField(
            model_name='allocationrun',
            name='legal_entity',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity'),
        ),
        migrations.AddField(
            model_name='allocationmove',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='inventory.allocationrun'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['-occurred_at', '-id'], name='notice_newest'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['occurred_at', 'id'], name='notice_to_be_sent'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('order_id', 'kind', 'fact_key'), name='notice_once_per_fact'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['first_promise', 'promise_moved', 'part_shipped', 'cancelled', 'substituted'])), name='notice_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'suppressed'])), name='notice_state_known'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('fact_key', ''), _negated=True), name='notice_names_its_fact'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='notice_sent_at'),
        ),
        migrations.AddIndex(
            model_name='orderpolicy',
            index=models.Index(condition=models.Q(('cancel_on__isnull', False)), fields=['cancel_on'], name='order_policy_to_cancel'),
        ),
        migrations.AddConstraint(
            model_name='orderpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('ship__in', ['as_ready', 'minimum', 'complete'])), name='order_policy_ship_known'),
        ),
        migrations.AddConstraint(
            model_name='orderpolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('ship', 'minimum'), _negated=True), ('minimum_percent', None), ('minimum_quantity', None)), models.Q(('ship', 'minimum'), models.Q(('minimum_percent__isnull', False), ('minimum_quantity__isnull', False), _connector='OR')), _connector='OR'), name='order_policy_minimum_is_stated'),
        ),
        migrations.AddConstraint(
            model_name='orderpolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('minimum_percent', None), models.Q(('minimum_percent__gt', 0), ('minimum_percent__lte', 100)), _connector='OR'), models.Q(('minimum_quantity', None), ('minimum_quantity__gt', 0), _connector='OR'), models.Q(('most_shipments', None), ('most_shipments__gte', 1), _connector='OR')), name='order_policy_figures_make_sense'),
        ),
        migrations.AddField(
            model_name='peg',
            name='line',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.backorder'),
        ),
        migrations.AddField(
            model_name='peg',
            name='warehouse',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse'),
        ),
        migrations.AddIndex(
            model_name='planstamp',
            index=models.Index(fields=['product_id', 'legal_entity_id', 'id'], name='plan_stamp_newest'),
        ),
        migrations.AddIndex(
            model_name='promisechange',
            index=models.Index(fields=['order_id'], name='promise_change_of_order'),
        ),
        migrations.AddConstraint(
            model_name='promisechange',
            constraint=models.UniqueConstraint(fields=('line_id', 'promise_no'), name='promise_change_once'),
        ),
        migrations.AddConstraint(
            model_name='promisechange',
            constraint=models.CheckConstraint(condition=models.Q(('promise_no__gte', 1)), name='promise_change_numbered'),
        ),
        migrations.AddConstraint(
            model_name='promisechange',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='promise_change_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='promisechange',
            constraint=models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='promise_change_says_why'),
        ),
        migrations.AddField(
            model_name='quota',
            name='legal_entity',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity'),
        ),
        migrations.AddField(
            model_name='quota',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product'),
        ),
        migrations.AddField(
            model_name='quota',
            name='warehouse',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse'),
        ),
        migrations.AddField(
            model_name='reservation',
            name='quota',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.quota'),
        ),
        migrations.AddField(
            model_name='supply',
            name='product',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product'),
        ),
        migrations.AddField(
            model_name='supply',
            name='warehouse',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse'),
        ),
        migrations.AddField(
            model_name='peg',
            name='supply',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.supply'),
        ),
        migrations.AddField(
            model_name='supplyreceipt',
            name='movement',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.stockmovement'),
        ),
        migrations.AddField(
            model_name='supplyreceipt',
            name='supply',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='inventory.supply'),
        ),
        migrations.AddField(
            model_name='syncsample',
            name='warehouse',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse'),
        ),
        migrations.AddIndex(
            model_name='allocationrun',
            index=models.Index(fields=['-made_at', '-id'], name='allocation_run_newest'),
        ),
        migrations.AddConstraint(
            model_name='allocationrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['simulated', 'committed', 'rolled_back', 'discarded'])), name='allocation_run_state_known'),
        ),
        migrations.AddConstraint(
            model_name='allocationrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('committed_at__isnull', False), ('committed_by__isnull', False), ('state__in', ['committed', 'rolled_back'])), models.Q(('committed_at', None), ('committed_by', None), ('state__in', ['simulated', 'discarded'])), _connector='OR'), name='allocation_run_committed_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='allocationrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rolled_back_at__isnull', False), ('rolled_back_by__isnull', False), ('state', 'rolled_back')), models.Q(models.Q(('state', 'rolled_back'), _negated=True), ('rolled_back_at', None), ('rolled_back_by', None)), _connector='OR'), name='allocation_run_rolled_back_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='allocationmove',
            constraint=models.UniqueConstraint(fields=('run', 'line_id', 'warehouse'), name='allocation_move_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='allocationmove',
            constraint=models.CheckConstraint(condition=models.Q(('asked__gte', 0), ('reserved__gte', 0), ('was_reserved__gte', 0)), name='allocation_move_never_negative'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.CheckConstraint(condition=models.Q(('channel', ''), _negated=True), name='quota_has_channel'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', models.F('taken')), ('taken__gte', 0)), name='quota_never_overdrawn'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.CheckConstraint(condition=models.Q(('release_on__gt', models.F('from_on'))), name='quota_for_some_time'),
        ),
        migrations.AddIndex(
            model_name='supply',
            index=models.Index(fields=['number'], name='supply_by_number'),
        ),
        migrations.AddIndex(
            model_name='supply',
            index=models.Index(condition=models.Q(('open_quantity__gt', 0)), fields=['product', 'warehouse', 'due_at'], name='supply_to_come'),
        ),
        migrations.AddIndex(
            model_name='supply',
            index=models.Index(condition=models.Q(('comes_by_itself', True), ('open_quantity__gt', 0)), fields=['due_at', 'id'], name='supply_due'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='supply_has_number'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['purchase', 'production', 'transfer', 'opening'])), name='supply_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['planned', 'confirmed', 'in_transit', 'received', 'cancelled'])), name='supply_status_known'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='supply_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('received__gte', 0)), name='supply_received_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('unit_cost__gte', 0)), name='supply_cost_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('confidence__gte', 0), ('confidence__lte', 100)), name='supply_confidence_in_per_cent'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('source_ref', ''), _negated=True), name='supply_has_source'),
        ),
        migrations.AddConstraint(
            model_name='peg',
            constraint=models.UniqueConstraint(fields=('line', 'warehouse', 'supply'), name='peg_once_per_source', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='peg',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='peg_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='supplyreceipt',
            constraint=models.UniqueConstraint(fields=('movement',), name='supply_receipt_once'),
        ),
        migrations.AddConstraint(
            model_name='supplyreceipt',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='supply_receipt_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='syncsample',
            constraint=models.UniqueConstraint(fields=('warehouse', 'minute'), name='sync_sample_once'),
        ),
        migrations.AddConstraint(
            model_name='syncsample',
            constraint=models.CheckConstraint(condition=models.Q(('messages__gt', 0)), name='sync_sample_of_something'),
        ),
        step("planned_receipts"),
        migrations.DeleteModel(
            name='PlannedReceipt',
        ),
        step("planning"),
        migrations.RunSQL(migrations.RunSQL.noop, IMPATIENT),
    ]
