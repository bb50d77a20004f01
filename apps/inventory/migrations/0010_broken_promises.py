"""Promises that cannot be kept stand in a table of their own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0025_freshness'),
        ('masterdata', '0007_lots_notices_places'),
    ]

    operations = [
        migrations.CreateModel(
            name='BrokenPromise',
            fields=[
                ('line_id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('short', models.DecimalField(decimal_places=4, max_digits=18)),
                ('possible_on', models.DateField(null=True)),
                ('found_at', models.DateTimeField()),
                ('legal_entity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity')),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product')),
                ('supply', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.supply')),
            ],
            options={
                'indexes': [models.Index(fields=['product', 'legal_entity'], name='broken_promise_of_group')],
                'constraints': [models.CheckConstraint(condition=models.Q(('short__gt', 0)), name='broken_promise_is_short')],
            },
        ),
    ]
