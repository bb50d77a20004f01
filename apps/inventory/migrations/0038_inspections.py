"""Goods that came back wait for inspection as rows of their own. What was held before stays held, and is moved by hand."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import ordercash.kernel.ids
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0037_reservations_of_stock'),
    ]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Inspection',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('line_id', models.UUIDField()),
                ('return_ref', models.CharField(max_length=120)),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=18)),
                ('good', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('damaged', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('scrapped', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('opened_at', models.DateTimeField()),
                ('waits', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('quantity'), '-', models.F('good')), '-', models.F('damaged')), '-', models.F('scrapped')), output_field=models.DecimalField(decimal_places=4, max_digits=18))),
                ('goods_return', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.goodsreturn')),
                ('lot', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot')),
                ('stock', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.stock')),
            ],
        ),
        migrations.CreateModel(
            name='InspectionFinding',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('good', models.DecimalField(decimal_places=4, max_digits=18)),
                ('damaged', models.DecimalField(decimal_places=4, max_digits=18)),
                ('scrapped', models.DecimalField(decimal_places=4, max_digits=18)),
                ('source_ref', models.CharField(max_length=160, unique=True)),
                ('note', models.CharField(db_default='', default='', max_length=200)),
                ('actor_id', models.UUIDField(null=True)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('inspection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.inspection')),
            ],
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=models.Index(condition=models.Q(('waits__gt', 0)), fields=['opened_at', 'id'], name='inspection_oldest_first'),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=models.Index(condition=models.Q(('waits__gt', 0)), fields=['stock'], name='inspection_waits_on_shelf'),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=models.Index(fields=['return_ref'], name='inspection_of_return'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='inspection_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(('damaged__gte', 0), ('good__gte', 0), ('scrapped__gte', 0)), name='inspection_parts_never_negative'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('good'), '+', models.F('damaged')), '+', models.F('scrapped')))), name='inspection_finds_at_most_what_came'),
        ),
        migrations.AddIndex(
            model_name='inspectionfinding',
            index=models.Index(fields=['inspection'], name='finding_of_inspection'),
        ),
        migrations.AddConstraint(
            model_name='inspectionfinding',
            constraint=models.CheckConstraint(condition=models.Q(('damaged__gte', 0), ('good__gte', 0), ('scrapped__gte', 0)), name='finding_parts_never_negative'),
        ),
        migrations.AddConstraint(
            model_name='inspectionfinding',
            constraint=models.CheckConstraint(condition=models.Q(('good__gt', 0), ('damaged__gt', 0), ('scrapped__gt', 0), _connector='OR'), name='finding_finds_something'),
        ),
        migrations.AddConstraint(
            model_name='inspectionfinding',
            constraint=models.CheckConstraint(condition=models.Q(('source_ref', ''), _negated=True), name='finding_has_source'),
        ),
        migrations.RunSQL((SQL / "inspections.sql").read_text(), (SQL / "inspections.reverse.sql").read_text()),
    ]
