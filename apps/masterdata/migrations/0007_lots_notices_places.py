"""Products kept by lot, what customers want to be told, and where postal codes lie."""

import ordercash.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0006_weights'),
    ]

    operations = [
        migrations.CreateModel(
            name='PostalPlace',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('country', models.CharField(max_length=2)),
                ('prefix', models.CharField(blank=True, default='', help_text='In capitals, without spaces', max_length=20)),
                ('latitude', models.DecimalField(decimal_places=5, max_digits=8)),
                ('longitude', models.DecimalField(decimal_places=5, max_digits=8)),
            ],
            options={
                'ordering': ['country', 'prefix'],
            },
        ),
        migrations.AddField(
            model_name='customer',
            name='notices',
            field=models.CharField(choices=[('all', 'Everything'), ('important', 'What moved or was cancelled'), ('none', 'Nothing')], db_default='all', default='all', max_length=10),
        ),
        migrations.AddField(
            model_name='historicalcustomer',
            name='notices',
            field=models.CharField(choices=[('all', 'Everything'), ('important', 'What moved or was cancelled'), ('none', 'Nothing')], db_default='all', default='all', max_length=10),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='shelf_life_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='From receipt to expiry; empty: each lot says so itself.', null=True),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='tracks_lots',
            field=models.BooleanField(db_default=False, default=False, help_text='Its goods are kept by lot, each with its own expiry.'),
        ),
        migrations.AddField(
            model_name='product',
            name='shelf_life_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='From receipt to expiry; empty: each lot says so itself.', null=True),
        ),
        migrations.AddField(
            model_name='product',
            name='tracks_lots',
            field=models.BooleanField(db_default=False, default=False, help_text='Its goods are kept by lot, each with its own expiry.'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('notices__in', ['all', 'important', 'none'])), name='customer_notices_word'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('shelf_life_days', None), ('shelf_life_days__gt', 0), _connector='OR'), name='product_shelf_life_positive'),
        ),
        migrations.AddConstraint(
            model_name='postalplace',
            constraint=models.UniqueConstraint(fields=('country', 'prefix'), name='postal_place_once'),
        ),
        migrations.AddConstraint(
            model_name='postalplace',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='postal_place_country_is_iso'),
        ),
        migrations.AddConstraint(
            model_name='postalplace',
            constraint=models.CheckConstraint(condition=models.Q(('prefix__regex', '^[0-9A-Z-]*$')), name='postal_place_prefix_is_plain'),
        ),
        migrations.AddConstraint(
            model_name='postalplace',
            constraint=models.CheckConstraint(condition=models.Q(('latitude__gte', -90), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__lte', 180)), name='postal_place_on_earth'),
        ),
    ]
