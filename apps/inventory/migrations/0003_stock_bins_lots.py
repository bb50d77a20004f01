"""What lies there and is not free, lots, slots and holds; what may be promised, reckoned by the database."""

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

    dependencies = [('audit', '0002_functions'), ('inventory', '0002_guards'), ('masterdata', '0007_lots_notices_places')]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='CapacityDay',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('planned', models.IntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('source_ref', models.CharField(max_length=120, unique=True)),
                ('caller_id', models.UUIDField()),
                ('state', models.CharField(choices=[('held', 'Held'), ('claimed', 'Claimed'), ('released', 'Released'), ('expired', 'Expired')], db_default='held', default='held', max_length=8)),
                ('expires_at', models.DateTimeField()),
                ('order_id', models.UUIDField(null=True)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=60)),
                ('expires_on', models.DateField(null=True)),
                ('on_hand', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('reserved', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('blocked', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
            ],
        ),
        migrations.CreateModel(
            name='StockSlot',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('slot_no', models.PositiveSmallIntegerField()),
                ('granted', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('taken', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='reservation',
            name='reservation_once_per_line',
        ),
        migrations.RemoveConstraint(
            model_name='stock',
            name='stock_never_below_zero',
        ),
        migrations.RemoveConstraint(
            model_name='stockmovement',
            name='movement_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='stockmovement',
            name='movement_moves_something',
        ),
        migrations.RemoveConstraint(
            model_name='stockmovement',
            name='movement_only_adjustments_take',
        ),
        migrations.RemoveConstraint(
            model_name='stockmovement',
            name='movement_value_follows_quantity',
        ),
        migrations.AddField(
            model_name='reservation',
            name='expires_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reservation',
            name='instead_of',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='reservation',
            name='slot_no',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='reservation',
            name='state',
            field=models.CharField(choices=[('firm', 'Firm'), ('held', 'Held'), ('accepted', 'Accepted')], db_default='firm', default='firm', max_length=8),
        ),
        migrations.AddField(
            model_name='stock',
            name='damaged',
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='stock',
            name='escrowed',
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='stock',
            name='on_hold',
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='stock',
            name='safety_stock',
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='stock',
            name='handling',
            field=models.CharField(choices=[('conditional', 'One conditional statement'), ('row_lock', 'Lock, look, take'), ('slots', 'Slots'), ('eventual', 'Accept, settle later')], db_default='conditional', default='conditional', max_length=12),
        ),
        migrations.AddField(
            model_name='stock',
            name='has_lots',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='stock',
            name='has_quotas',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='stock',
            name='sale_rate',
            field=models.DecimalField(db_default=0, decimal_places=6, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='stock',
            name='synced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='stockmovement',
            name='damaged_change',
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='stockmovement',
            name='held_change',
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='handling_per_day',
            field=models.PositiveIntegerField(blank=True, help_text='Order lines that it can pick in a day; empty: as many as come.', null=True),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='latitude',
            field=models.DecimalField(blank=True, decimal_places=5, help_text='In degrees; empty: that of the postal code.', max_digits=8, null=True),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='longitude',
            field=models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='postal_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AlterField(
            model_name='reservation',
            name='stock',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.stock'),
        ),
        migrations.AlterField(
            model_name='stockmovement',
            name='kind',
            field=models.CharField(choices=[('opening', 'Opening'), ('receipt', 'Receipt'), ('return', 'Return'), ('adjustment', 'Adjustment'), ('issue', 'Issue'), ('scrap', 'Scrap'), ('bin', 'Bin'), ('revaluation', 'Revaluation'), ('history', 'History')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='stock',
            constraint=models.CheckConstraint(condition=models.Q(('damaged__gte', 0), ('escrowed__gte', 0), ('on_hold__gte', 0), ('safety_stock__gte', 0), ('sale_rate__gte', 0)), name='stock_bins_never_negative'),
        ),
        migrations.AddConstraint(
            model_name='stock',
            constraint=models.CheckConstraint(condition=models.Q(('on_hand__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('reserved'), '+', models.F('damaged')), '+', models.F('on_hold')), '+', models.F('escrowed')))), name='stock_never_below_zero'),
        ),
        migrations.AddConstraint(
            model_name='stock',
            constraint=models.CheckConstraint(condition=models.Q(('handling__in', ['conditional', 'row_lock', 'slots', 'eventual'])), name='stock_handling_known'),
        ),
        migrations.AddConstraint(
            model_name='stock',
            constraint=models.CheckConstraint(condition=models.Q(('handling__in', ['conditional', 'row_lock']), models.Q(('has_lots', False), ('has_quotas', False)), _connector='OR'), name='stock_lots_and_quotas_are_decided'),
        ),
        migrations.AddConstraint(
            model_name='warehouse',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__gte', -90), ('latitude__isnull', False), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__isnull', False), ('longitude__lte', 180)), _connector='OR'), name='warehouse_lies_on_earth'),
        ),
        migrations.AddField(
            model_name='capacityday',
            name='warehouse',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse'),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['expires_at', 'id'], name='hold_next_to_expire'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('source_ref', ''), _negated=True), name='hold_has_source'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['held', 'claimed', 'released', 'expired'])), name='hold_state_known'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='hold_lasts_some_time'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('order_id__isnull', False), ('state', 'claimed')), models.Q(models.Q(('state', 'claimed'), _negated=True), ('order_id', None)), _connector='OR'), name='hold_claimed_by_an_order'),
        ),
        migrations.AddField(
            model_name='reservation',
            name='hold',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.hold'),
        ),
        migrations.AddField(
            model_name='lot',
            name='stock',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.stock'),
        ),
        migrations.AddField(
            model_name='reservation',
            name='lot',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot'),
        ),
        migrations.AddField(
            model_name='shipmentline',
            name='lot',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot'),
        ),
        migrations.AddField(
            model_name='stockmovement',
            name='lot',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['opening', 'receipt', 'return', 'adjustment', 'issue', 'scrap', 'bin', 'revaluation', 'history'])), name='movement_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quantity', 0), _negated=True), models.Q(('kind', 'bin'), models.Q(models.Q(('damaged_change', 0), _negated=True), models.Q(('held_change', 0), _negated=True), _connector='OR')), models.Q(('kind', 'revaluation'), models.Q(('value_minor', 0), _negated=True)), _connector='OR'), name='movement_moves_something'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 0), ('kind__in', ['adjustment', 'issue', 'scrap', 'history']), _connector='OR'), name='movement_only_some_kinds_take'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['bin', 'revaluation']), ('quantity', 0)), models.Q(('kind__in', ['issue', 'scrap']), ('quantity__lt', 0)), models.Q(('kind__in', ['bin', 'revaluation', 'issue', 'scrap']), _negated=True), _connector='OR'), name='movement_kind_fits_quantity'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quantity__gt', 0), ('value_minor__gte', 0)), models.Q(('quantity__lt', 0), ('value_minor__lte', 0)), models.Q(('quantity', 0), ('value_minor', 0)), ('kind', 'revaluation'), _connector='OR'), name='movement_value_follows_quantity'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'history'), _negated=True), ('value_minor', 0), _connector='OR'), name='movement_history_has_no_value'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['expires_at'], name='reservation_next_to_expire'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(condition=models.Q(('state', 'accepted')), fields=['stock', 'occurred_at', 'id'], name='reservation_to_be_settled'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(condition=models.Q(('lot', None), ('slot_no', None)), fields=('line_id', 'warehouse', 'product_id'), name='reservation_once_per_line'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(condition=models.Q(('lot__isnull', False), ('slot_no__isnull', False), _connector='OR'), fields=('line_id', 'warehouse', 'product_id', 'lot', 'slot_no'), name='reservation_once_per_lot_and_slot', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['firm', 'held', 'accepted'])), name='reservation_state_known'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('expires_at__isnull', False), ('state', 'held')), models.Q(models.Q(('state', 'held'), _negated=True), ('expires_at', None)), _connector='OR'), name='reservation_held_until'),
        ),
        migrations.AddField(
            model_name='stockslot',
            name='stock',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.stock'),
        ),
        migrations.AddConstraint(
            model_name='capacityday',
            constraint=models.UniqueConstraint(fields=('warehouse', 'day'), name='capacity_day_once'),
        ),
        migrations.AddConstraint(
            model_name='capacityday',
            constraint=models.CheckConstraint(condition=models.Q(('planned__gte', 0)), name='capacity_day_not_negative'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(fields=['stock', 'expires_on'], name='lot_first_to_expire'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.UniqueConstraint(fields=('stock', 'code'), name='lot_once_per_stock'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='lot_has_code'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('blocked__gte', 0), ('reserved__gte', 0)), name='lot_parts_never_negative'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('on_hand__gte', django.db.models.expressions.CombinedExpression(models.F('reserved'), '+', models.F('blocked')))), name='lot_never_below_zero'),
        ),
        migrations.AddField(
            model_name='stock',
            name='free',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('on_hand'), '-', models.F('reserved')), '-', models.F('damaged')), '-', models.F('on_hold')), '-', models.F('escrowed')), '-', models.F('safety_stock')), output_field=models.DecimalField(decimal_places=4, max_digits=18)),
        ),
        migrations.AddConstraint(
            model_name='stockslot',
            constraint=models.UniqueConstraint(fields=('stock', 'slot_no'), name='slot_once_per_stock'),
        ),
        migrations.AddConstraint(
            model_name='stockslot',
            constraint=models.CheckConstraint(condition=models.Q(('granted__gte', models.F('taken')), ('taken__gte', 0)), name='slot_never_below_zero'),
        ),
        step("stock_bins"),
        step("lots_are_all"),
        migrations.RunSQL(migrations.RunSQL.noop, IMPATIENT),
    ]
