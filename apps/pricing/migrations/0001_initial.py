
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import ordercash.kernel.ids
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('masterdata', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Shared by several apps, so going back leaves it.
        migrations.RunSQL('CREATE EXTENSION IF NOT EXISTS btree_gist', migrations.RunSQL.noop),
        migrations.CreateModel(
            name='HistoricalPriceList',
            fields=[
                ('id', models.UUIDField(db_index=True, default=ordercash.kernel.ids.new_id, editable=False)),
                ('code', models.CharField(db_index=True, max_length=40)),
                ('name', models.CharField(blank=True, default='', max_length=120)),
                ('valid_from_at', models.DateTimeField()),
                ('valid_until_at', models.DateTimeField(blank=True, null=True)),
                ('priority', models.IntegerField(db_default=0, default=0)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('currency', models.ForeignKey(blank=True, db_column='currency', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.currency')),
                ('customer_group', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.customergroup')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('legal_entity', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.legalentity')),
            ],
            options={
                'verbose_name': 'historical price list',
                'verbose_name_plural': 'historical price lists',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PriceList',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(blank=True, default='', max_length=120)),
                ('valid_from_at', models.DateTimeField()),
                ('valid_until_at', models.DateTimeField(blank=True, null=True)),
                ('priority', models.IntegerField(db_default=0, default=0)),
                ('currency', models.ForeignKey(db_column='currency', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency')),
                ('customer_group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customergroup')),
                ('legal_entity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity')),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalPriceRecord',
            fields=[
                ('id', models.UUIDField(db_index=True, default=ordercash.kernel.ids.new_id, editable=False)),
                ('min_quantity', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('unit_price', models.DecimalField(decimal_places=6, max_digits=18)),
                ('valid_from_at', models.DateTimeField()),
                ('valid_until_at', models.DateTimeField(blank=True, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.product')),
                ('price_list', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pricing.pricelist')),
            ],
            options={
                'verbose_name': 'historical price record',
                'verbose_name_plural': 'historical price records',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PriceRecord',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('min_quantity', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('unit_price', models.DecimalField(decimal_places=6, max_digits=18)),
                ('valid_from_at', models.DateTimeField()),
                ('valid_until_at', models.DateTimeField(blank=True, null=True)),
                ('price_list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='pricing.pricelist')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until_at__isnull', True), ('valid_until_at__gt', models.F('valid_from_at')), _connector='OR'), name='price_list_valid_for_some_time'),
        ),
        migrations.AddConstraint(
            model_name='pricerecord',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('price_list', '='), ('product', '='), ('min_quantity', '='), (models.Func('valid_from_at', 'valid_until_at', function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='price_record_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='pricerecord',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until_at__isnull', True), ('valid_until_at__gt', models.F('valid_from_at')), _connector='OR'), name='price_record_valid_for_some_time'),
        ),
        migrations.AddConstraint(
            model_name='pricerecord',
            constraint=models.CheckConstraint(condition=models.Q(('unit_price__gte', 0)), name='price_record_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='pricerecord',
            constraint=models.CheckConstraint(condition=models.Q(('min_quantity__gte', 0)), name='price_record_min_quantity_not_negative'),
        ),
    ]
