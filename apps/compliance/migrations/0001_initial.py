
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
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Shared by several apps, so going back leaves it.
        migrations.RunSQL('CREATE EXTENSION IF NOT EXISTS btree_gist', migrations.RunSQL.noop),
        migrations.CreateModel(
            name='HistoricalTaxRate',
            fields=[
                ('id', models.UUIDField(db_index=True, default=ordercash.kernel.ids.new_id, editable=False)),
                ('seller_country', models.CharField(max_length=2)),
                ('destination', models.CharField(blank=True, default='', max_length=2)),
                ('buyer', models.CharField(blank=True, choices=[('', 'Anyone'), ('business', 'With a VAT id'), ('consumer', 'Without a VAT id')], default='', max_length=8)),
                ('tax_class', models.CharField(max_length=10)),
                ('category', models.CharField(choices=[('S', 'Standard or reduced rate'), ('Z', 'Zero rated'), ('E', 'Exempt'), ('AE', 'Reverse charge'), ('G', 'Export outside the EU'), ('O', 'Outside the scope of VAT')], max_length=2)),
                ('rate', models.DecimalField(decimal_places=4, max_digits=7)),
                ('exemption_reason', models.CharField(blank=True, default='', max_length=200)),
                ('from_date', models.DateField()),
                ('until_date', models.DateField(blank=True, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical tax rate',
                'verbose_name_plural': 'historical tax rates',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='TaxRate',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('seller_country', models.CharField(max_length=2)),
                ('destination', models.CharField(blank=True, default='', max_length=2)),
                ('buyer', models.CharField(blank=True, choices=[('', 'Anyone'), ('business', 'With a VAT id'), ('consumer', 'Without a VAT id')], default='', max_length=8)),
                ('tax_class', models.CharField(max_length=10)),
                ('category', models.CharField(choices=[('S', 'Standard or reduced rate'), ('Z', 'Zero rated'), ('E', 'Exempt'), ('AE', 'Reverse charge'), ('G', 'Export outside the EU'), ('O', 'Outside the scope of VAT')], max_length=2)),
                ('rate', models.DecimalField(decimal_places=4, max_digits=7)),
                ('exemption_reason', models.CharField(blank=True, default='', max_length=200)),
                ('from_date', models.DateField()),
                ('until_date', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['seller_country', 'destination', 'tax_class', 'from_date', 'id'],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('seller_country', '='), ('destination', '='), ('buyer', '='), ('tax_class', '='), (models.Func('from_date', 'until_date', function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='tax_rate_no_overlap'), models.CheckConstraint(condition=models.Q(('until_date__isnull', True), ('until_date__gt', models.F('from_date')), _connector='OR'), name='tax_rate_valid_for_some_time'), models.CheckConstraint(condition=models.Q(('category__in', ['S', 'Z', 'E', 'AE', 'G', 'O'])), name='tax_rate_category_word'), models.CheckConstraint(condition=models.Q(('buyer__in', ['', 'business', 'consumer'])), name='tax_rate_buyer_word'), models.CheckConstraint(condition=models.Q(('rate__gte', 0), ('rate__lt', 100)), name='tax_rate_in_range'), models.CheckConstraint(condition=models.Q(models.Q(('category', 'S'), ('rate__gt', 0)), models.Q(models.Q(('category', 'S'), _negated=True), ('rate', 0)), _connector='OR'), name='tax_rate_above_zero_only_when_standard'), models.CheckConstraint(condition=models.Q(('category__in', ['S', 'Z']), models.Q(('exemption_reason', ''), _negated=True), _connector='OR'), name='tax_rate_untaxed_for_a_reason')],
            },
        ),
    ]
