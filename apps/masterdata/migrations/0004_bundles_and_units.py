"""Categories, bundles of products, other units to sell them in, and who published a rate of exchange."""

import django.db.models.deletion
import ordercash.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0003_products_found'),
    ]

    operations = [
        migrations.CreateModel(
            name='BundlePart',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('quantity', models.DecimalField(decimal_places=4, help_text="In the part's unit, for one bundle.", max_digits=18)),
            ],
            options={
                'ordering': ['bundle', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ProductUnit',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('factor', models.DecimalField(decimal_places=6, help_text="Product's own units in one of this.", max_digits=18)),
            ],
            options={
                'ordering': ['product', 'unit'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='product',
            name='product_kind_word',
        ),
        migrations.AddField(
            model_name='exchangerate',
            name='source',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='category',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='product',
            name='category',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AlterField(
            model_name='historicalproduct',
            name='kind',
            field=models.CharField(choices=[('goods', 'Goods'), ('service', 'Service'), ('bundle', 'Bundle')], default='goods', max_length=8),
        ),
        migrations.AlterField(
            model_name='product',
            name='kind',
            field=models.CharField(choices=[('goods', 'Goods'), ('service', 'Service'), ('bundle', 'Bundle')], default='goods', max_length=8),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['category'], name='product_category'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['goods', 'service', 'bundle'])), name='product_kind_word'),
        ),
        migrations.AddField(
            model_name='bundlepart',
            name='bundle',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='masterdata.product'),
        ),
        migrations.AddField(
            model_name='bundlepart',
            name='part',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='in_bundles', to='masterdata.product'),
        ),
        migrations.AddField(
            model_name='productunit',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='masterdata.product'),
        ),
        migrations.AddField(
            model_name='productunit',
            name='unit',
            field=models.ForeignKey(db_column='unit', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.unitofmeasure'),
        ),
        migrations.AddConstraint(
            model_name='bundlepart',
            constraint=models.UniqueConstraint(fields=('bundle', 'part'), name='bundle_part_once'),
        ),
        migrations.AddConstraint(
            model_name='bundlepart',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='bundle_part_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='bundlepart',
            constraint=models.CheckConstraint(condition=models.Q(('bundle', models.F('part')), _negated=True), name='bundle_part_is_another'),
        ),
        migrations.AddConstraint(
            model_name='productunit',
            constraint=models.UniqueConstraint(fields=('product', 'unit'), name='product_unit_once'),
        ),
        migrations.AddConstraint(
            model_name='productunit',
            constraint=models.CheckConstraint(condition=models.Q(('factor__gt', 0)), name='product_unit_above_zero'),
        ),
    ]
