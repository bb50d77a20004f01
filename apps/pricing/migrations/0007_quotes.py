"""Quotes: what a cart was said to cost; an order takes one once, and what was quoted never changes."""

from pathlib import Path

import django.db.models.deletion
import ordercash.kernel.ids
from django.db import migrations, models


SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0005_bundle_guards'),
        ('pricing', '0006_rebates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('source_ref', models.CharField(max_length=220, unique=True)),
                ('channel', models.CharField(blank=True, default='', help_text='Empty: of any channel', max_length=40)),
                ('priced_at', models.DateTimeField(help_text='The instant whose rules and prices decided')),
                ('valid_from_at', models.DateTimeField(null=True)),
                ('valid_until_at', models.DateTimeField(null=True)),
                ('line_count', models.PositiveIntegerField()),
                ('discount_minor', models.BigIntegerField()),
                ('net_minor', models.BigIntegerField()),
                ('version_sha256', models.BinaryField(max_length=32)),
                ('decision_id', models.UUIDField()),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('state', models.CharField(choices=[('open', 'Open'), ('ordered', 'Ordered'), ('withdrawn', 'Withdrawn')], default='open', max_length=10)),
                ('order_id', models.UUIDField(null=True)),
                ('ordered_at', models.DateTimeField(null=True)),
                ('made_by', models.UUIDField()),
                ('recorded_at', models.DateTimeField()),
                ('currency', models.ForeignKey(db_column='currency', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customer')),
                ('legal_entity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity')),
            ],
            options={
                'ordering': ['-recorded_at', '-id'],
                'indexes': [models.Index(fields=['-recorded_at', '-id'], name='quote_newest'), models.Index(fields=['customer', '-recorded_at', '-id'], name='quote_of_customer')],
                'constraints': [models.UniqueConstraint(fields=('order_id',), name='quote_used_once_per_order'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'ordered', 'withdrawn'])), name='quote_state_word'), models.CheckConstraint(condition=models.Q(('discount_minor__gte', 0), ('net_minor__gte', 0)), name='quote_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('valid_from_at', None), ('valid_until_at', None)), models.Q(('valid_from_at__isnull', False), ('valid_until_at__gt', models.F('valid_from_at')), ('valid_until_at__isnull', False)), _connector='OR'), name='quote_valid_for_some_time'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'ordered'), _negated=True), ('order_id', None), ('ordered_at', None)), models.Q(('order_id__isnull', False), ('ordered_at__gte', models.F('valid_from_at')), ('ordered_at__isnull', False), ('ordered_at__lt', models.F('valid_until_at')), ('state', 'ordered'), ('valid_from_at__isnull', False)), _connector='OR'), name='quote_ordered_while_valid')],
            },
        ),
        migrations.RunSQL((SQL / "quotes.sql").read_text(), (SQL / "quotes.reverse.sql").read_text()),
    ]
