"""Prices for customers and zones, in several units; costs, coupons, volumes, and prices changed many at once."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
import ordercash.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0005_bundle_guards'),
        ('pricing', '0002_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='CostRecord',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('unit_cost', models.DecimalField(decimal_places=6, max_digits=18)),
                ('valid_from_at', models.DateTimeField()),
                ('valid_until_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Coupon',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=64, unique=True)),
                ('most_total', models.PositiveIntegerField(blank=True, null=True)),
                ('most_per_customer', models.PositiveIntegerField(blank=True, null=True)),
                ('used_total', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('valid_from_at', models.DateTimeField()),
                ('valid_until_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='CouponCampaign',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='CouponRedemption',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('state', models.CharField(choices=[('redeemed', 'Redeemed'), ('given_back', 'Given back')], default='redeemed', max_length=10)),
                ('redeemed_at', models.DateTimeField()),
                ('given_back_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-redeemed_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='CouponUse',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('used', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='PriceBatch',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('file', 'File'), ('edit', 'Bulk edit')], max_length=4)),
                ('name', models.CharField(max_length=200)),
                ('content', models.BinaryField(db_default=b'', default=bytes)),
                ('sha256', models.BinaryField(max_length=32)),
                ('settings', models.TextField(db_default='{}', default='{}')),
                ('state', models.CharField(choices=[('reading', 'Being read'), ('ready', 'Ready'), ('writing', 'Being carried out'), ('done', 'Carried out'), ('failed', 'Failed'), ('discarded', 'Discarded')], default='reading', max_length=10)),
                ('problem', models.TextField(blank=True, db_default='', default='')),
                ('counts', models.JSONField(db_default={}, default=dict)),
                ('job_id', models.UUIDField(null=True)),
                ('requested_by', models.UUIDField()),
                ('requested_at', models.DateTimeField()),
                ('written_by', models.UUIDField(null=True)),
                ('written_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name_plural': 'price batches',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PriceBatchRow',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('row_number', models.PositiveIntegerField()),
                ('action', models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('ended', 'Ended'), ('unchanged', 'Unchanged'), ('refused', 'Refused')], max_length=9)),
                ('sku', models.CharField(max_length=200)),
                ('unit', models.CharField(db_default='', default='', max_length=40)),
                ('min_quantity', models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ('before', models.DecimalField(decimal_places=6, max_digits=18, null=True)),
                ('after', models.DecimalField(decimal_places=6, max_digits=18, null=True)),
                ('per', models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ('valid_from_at', models.DateTimeField(null=True)),
                ('valid_until_at', models.DateTimeField(null=True)),
                ('column', models.CharField(db_default='', default='', max_length=40)),
                ('code', models.CharField(db_default='', default='', max_length=40)),
                ('detail', models.CharField(db_default='', default='', max_length=300)),
            ],
            options={
                'ordering': ['row_number', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PurchaseVolume',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('quantity', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('net_minor', models.BigIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='pricerecord',
            name='price_record_no_overlap',
        ),
        migrations.AddField(
            model_name='historicalpricelist',
            name='customer',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.customer'),
        ),
        migrations.AddField(
            model_name='historicalpricelist',
            name='zone_country',
            field=models.CharField(blank=True, db_default='', default='', max_length=2),
        ),
        migrations.AddField(
            model_name='historicalpricelist',
            name='zone_postal_prefix',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='historicalpricelist',
            name='zone_state',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='historicalpricerecord',
            name='per',
            field=models.DecimalField(db_default=1, decimal_places=4, default=1, max_digits=18),
        ),
        migrations.AddField(
            model_name='historicalpricerecord',
            name='unit',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='customer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customer'),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='zone_country',
            field=models.CharField(blank=True, db_default='', default='', max_length=2),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='zone_postal_prefix',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='zone_state',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='pricerecord',
            name='per',
            field=models.DecimalField(db_default=1, decimal_places=4, default=1, max_digits=18),
        ),
        migrations.AddField(
            model_name='pricerecord',
            name='unit',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        migrations.AlterField(
            model_name='pricerecord',
            name='product',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product'),
        ),
        migrations.AddIndex(
            model_name='pricelist',
            index=models.Index(condition=models.Q(('customer__isnull', True)), fields=['currency'], name='price_list_shared'),
        ),
        migrations.AddIndex(
            model_name='pricerecord',
            index=models.Index(fields=['product', 'price_list'], name='price_record_of_product'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('customer__isnull', True), ('customer_group__isnull', True)), models.Q(('customer__isnull', True), ('zone_country', '')), models.Q(('customer_group__isnull', True), ('zone_country', '')), _connector='OR'), name='price_list_one_scope'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('zone_country__regex', '^([A-Z]{2})?$')), name='price_list_zone_is_iso'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('zone_country', ''), _negated=True), models.Q(('zone_postal_prefix', ''), ('zone_state', '')), _connector='OR'), name='price_list_zone_of_a_country'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('zone_state', ''), ('zone_postal_prefix', ''), _connector='OR'), name='price_list_state_or_postal_codes'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('zone_postal_prefix__regex', '^[A-Z0-9]*$')), name='price_list_postal_prefix_is_plain'),
        ),
        migrations.AddConstraint(
            model_name='pricerecord',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('price_list', '='), ('product', '='), ('unit', '='), ('min_quantity', '='), (models.Func('valid_from_at', 'valid_until_at', function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='price_record_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='pricerecord',
            constraint=models.CheckConstraint(condition=models.Q(('per__gt', 0)), name='price_record_per_something'),
        ),
        migrations.AddField(
            model_name='costrecord',
            name='currency',
            field=models.ForeignKey(db_column='currency', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency'),
        ),
        migrations.AddField(
            model_name='costrecord',
            name='legal_entity',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity'),
        ),
        migrations.AddField(
            model_name='costrecord',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product'),
        ),
        migrations.AddConstraint(
            model_name='couponcampaign',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z0-9][A-Z0-9_-]*$')), name='coupon_campaign_code_is_plain'),
        ),
        migrations.AddField(
            model_name='coupon',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coupons', to='pricing.couponcampaign'),
        ),
        migrations.AddField(
            model_name='couponredemption',
            name='coupon',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='pricing.coupon'),
        ),
        migrations.AddField(
            model_name='couponredemption',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customer'),
        ),
        migrations.AddField(
            model_name='couponuse',
            name='coupon',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='pricing.coupon'),
        ),
        migrations.AddField(
            model_name='couponuse',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customer'),
        ),
        migrations.AddField(
            model_name='pricebatch',
            name='price_list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='pricing.pricelist'),
        ),
        migrations.AddField(
            model_name='pricebatchrow',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='pricing.pricebatch'),
        ),
        migrations.AddField(
            model_name='purchasevolume',
            name='currency',
            field=models.ForeignKey(db_column='currency', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency'),
        ),
        migrations.AddField(
            model_name='purchasevolume',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customer'),
        ),
        migrations.AddField(
            model_name='purchasevolume',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product'),
        ),
        migrations.AddConstraint(
            model_name='costrecord',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('product', '='), (django.db.models.functions.comparison.Coalesce(models.F('legal_entity'), models.Value('00000000-0000-0000-0000-000000000000', output_field=models.UUIDField())), '='), ('currency', '='), (models.Func('valid_from_at', 'valid_until_at', function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='cost_record_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='costrecord',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until_at__isnull', True), ('valid_until_at__gt', models.F('valid_from_at')), _connector='OR'), name='cost_record_valid_for_some_time'),
        ),
        migrations.AddConstraint(
            model_name='costrecord',
            constraint=models.CheckConstraint(condition=models.Q(('unit_cost__gte', 0)), name='cost_record_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z0-9][A-Z0-9_-]*$')), name='coupon_code_is_plain'),
        ),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.CheckConstraint(condition=models.Q(('most_total__isnull', True), ('used_total__lte', models.F('most_total')), _connector='OR'), name='coupon_within_its_limit'),
        ),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until_at__isnull', True), ('valid_until_at__gt', models.F('valid_from_at')), _connector='OR'), name='coupon_valid_for_some_time'),
        ),
        migrations.AddIndex(
            model_name='couponredemption',
            index=models.Index(fields=['order_id'], name='coupon_redemption_of_order'),
        ),
        migrations.AddIndex(
            model_name='couponredemption',
            index=models.Index(fields=['coupon', 'redeemed_at', 'id'], name='coupon_redemption_newest'),
        ),
        migrations.AddConstraint(
            model_name='couponredemption',
            constraint=models.UniqueConstraint(fields=('coupon', 'order_id'), name='coupon_redeemed_once_per_order'),
        ),
        migrations.AddConstraint(
            model_name='couponredemption',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['redeemed', 'given_back'])), name='coupon_redemption_state_word'),
        ),
        migrations.AddConstraint(
            model_name='couponredemption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('given_back_at__isnull', True), ('state', 'redeemed')), models.Q(('given_back_at__isnull', False), ('state', 'given_back')), _connector='OR'), name='coupon_redemption_given_back_at'),
        ),
        migrations.AddConstraint(
            model_name='couponuse',
            constraint=models.UniqueConstraint(fields=('coupon', 'customer'), name='coupon_use_once_per_customer'),
        ),
        migrations.AddConstraint(
            model_name='pricebatch',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['file', 'edit'])), name='price_batch_kind_word'),
        ),
        migrations.AddConstraint(
            model_name='pricebatch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['reading', 'ready', 'writing', 'done', 'failed', 'discarded'])), name='price_batch_state_word'),
        ),
        migrations.AddConstraint(
            model_name='pricebatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('written_at__isnull', False), _connector='OR'), name='price_batch_done_at_some_time'),
        ),
        migrations.AddIndex(
            model_name='pricebatchrow',
            index=models.Index(fields=['batch', 'row_number', 'id'], name='price_batch_row_in_order'),
        ),
        migrations.AddIndex(
            model_name='pricebatchrow',
            index=models.Index(fields=['batch', 'action', 'row_number', 'id'], name='price_batch_row_by_action'),
        ),
        migrations.AddConstraint(
            model_name='pricebatchrow',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['new', 'changed', 'ended', 'unchanged', 'refused'])), name='price_batch_row_action_word'),
        ),
        migrations.AddConstraint(
            model_name='purchasevolume',
            constraint=models.UniqueConstraint(fields=('customer', 'product', 'day', 'currency'), name='purchase_volume_once'),
        ),
        migrations.AddConstraint(
            model_name='purchasevolume',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 0)), name='purchase_volume_not_negative'),
        ),
    ]
