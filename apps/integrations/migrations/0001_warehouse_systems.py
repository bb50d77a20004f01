"""Connections to warehouse systems, what each was told of an order, and every message both ways."""

from pathlib import Path

import django.db.models.deletion
import ordercash.kernel.ids
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    initial = True

    dependencies = [('audit', '0002_functions')]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='WarehouseConnection',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('warehouse_id', models.UUIDField(help_text='The warehouse in inventory', unique=True)),
                ('base_url', models.CharField(max_length=200)),
                ('secret_name', models.CharField(max_length=40)),
                ('is_active', models.BooleanField(db_default=True, default=True)),
                ('shares_stock', models.BooleanField(db_default=False, default=False)),
                ('timeout_ms', models.PositiveIntegerField(db_default=5000, default=5000)),
                ('most_attempts', models.PositiveSmallIntegerField(db_default=12, default=12)),
                ('failures', models.PositiveIntegerField(db_default=0, default=0)),
                ('open_until', models.DateTimeField(null=True)),
                ('last_ok_at', models.DateTimeField(null=True)),
                ('cursor', models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('base_url__startswith', 'http://'), ('base_url__startswith', 'https://'), _connector='OR'), name='warehouse_connection_has_address'), models.CheckConstraint(condition=models.Q(('secret_name__regex', '^[A-Z0-9_]+$')), name='warehouse_connection_names_its_secret'), models.CheckConstraint(condition=models.Q(('most_attempts__gt', 0), ('timeout_ms__gt', 0)), name='warehouse_connection_tries_for_some_time'), models.CheckConstraint(condition=models.Q(('cursor__gte', 0)), name='warehouse_connection_cursor_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='WarehouseMessage',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('direction', models.CharField(choices=[('out', 'To the warehouse'), ('in', 'From the warehouse')], max_length=3)),
                ('kind', models.CharField(max_length=20)),
                ('source_ref', models.CharField(max_length=120)),
                ('order_id', models.UUIDField(null=True)),
                ('order_seq', models.BigIntegerField(null=True)),
                ('payload', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'Waiting to be sent'), ('sent', 'Sent'), ('confirmed', 'Confirmed'), ('refused', 'Refused'), ('dead', 'Given up'), ('parked', 'Waits for another'), ('applied', 'Applied')], max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('repeats', models.PositiveIntegerField(db_default=0, default=0)),
                ('next_try_at', models.DateTimeField(null=True)),
                ('status_code', models.PositiveSmallIntegerField(null=True)),
                ('error', models.CharField(db_default='', default='', max_length=300)),
                ('traceparent', models.CharField(db_default='', default='', max_length=55)),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('applied_at', models.DateTimeField(null=True)),
                ('connection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='integrations.warehouseconnection')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try_at', 'id'], name='warehouse_message_due'), models.Index(fields=['order_id', 'id'], name='warehouse_message_of_order'), models.Index(fields=['connection', '-id'], name='warehouse_message_newest')],
                'constraints': [models.UniqueConstraint(fields=('connection', 'direction', 'source_ref'), name='warehouse_message_once'), models.CheckConstraint(condition=models.Q(('source_ref', ''), _negated=True), name='warehouse_message_has_source'), models.CheckConstraint(condition=models.Q(models.Q(('direction', 'out'), ('state__in', ['waiting', 'sent', 'confirmed', 'refused', 'dead'])), models.Q(('direction', 'in'), ('state__in', ['waiting', 'parked', 'applied', 'refused'])), _connector='OR'), name='warehouse_message_state_of_its_direction'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'applied'), _negated=True), ('applied_at__isnull', False), _connector='OR'), name='warehouse_message_applied_at')],
            },
        ),
        migrations.CreateModel(
            name='WarehouseOrder',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('seq', models.BigIntegerField(db_default=0, default=0)),
                ('told', models.JSONField(default=dict)),
                ('confirmed', models.JSONField(default=dict)),
                ('answered_seq', models.BigIntegerField(db_default=0, default=0)),
                ('connection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='integrations.warehouseconnection')),
            ],
            options={
                'indexes': [models.Index(fields=['order_id'], name='warehouse_order_of_order')],
                'constraints': [models.UniqueConstraint(fields=('connection', 'order_id'), name='warehouse_order_once'), models.CheckConstraint(condition=models.Q(('answered_seq__gte', 0), ('seq__gte', models.F('answered_seq'))), name='warehouse_order_answers_what_was_told')],
            },
        ),
        migrations.RunSQL((SQL / "warehouse_systems.sql").read_text(), (SQL / "warehouse_systems.reverse.sql").read_text()),
        migrations.RunSQL(migrations.RunSQL.noop, IMPATIENT),
    ]
