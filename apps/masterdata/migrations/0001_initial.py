
import django.contrib.auth.models
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import ordercash.kernel.ids
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        # Shared by several apps, so going back leaves it.
        migrations.RunSQL('CREATE EXTENSION IF NOT EXISTS pg_trgm', migrations.RunSQL.noop),
        migrations.CreateModel(
            name='CustomerGroup',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(blank=True, default='', max_length=80)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=80, unique=True)),
                ('display_name', models.CharField(blank=True, default='', max_length=120)),
                ('email', models.EmailField(blank=True, default='', max_length=254)),
                ('time_zone', models.CharField(default='Europe/London', max_length=50)),
                ('locale', models.CharField(default='en-gb', max_length=10)),
                ('is_active', models.BooleanField(default=True)),
                ('is_staff', models.BooleanField(default=False)),
                ('date_joined', models.DateTimeField(auto_now_add=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Currency',
            fields=[
                ('code', models.CharField(max_length=3, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('decimals', models.PositiveSmallIntegerField()),
                ('is_active', models.BooleanField(db_default=True, default=True)),
            ],
            options={
                'verbose_name_plural': 'currencies',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z]{3}$')), name='currency_code_is_iso'), models.CheckConstraint(condition=models.Q(('decimals__lte', 4)), name='currency_decimals_at_most_four')],
            },
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(blank=True, default='', max_length=160)),
                ('country', models.CharField(blank=True, default='', max_length=2)),
                ('vat_id', models.CharField(blank=True, default='', max_length=20)),
                ('email', models.EmailField(blank=True, default='', max_length=254)),
                ('language', models.CharField(db_default='en', default='en', max_length=10)),
                ('payment_terms_days', models.PositiveSmallIntegerField(db_default=30, default=30)),
                ('invoicing', models.CharField(choices=[('per_shipment', 'One invoice per shipment'), ('per_day', 'Collected per day')], default='per_shipment', max_length=12)),
                ('is_one_time', models.BooleanField(db_default=False, default=False)),
                ('is_blocked', models.BooleanField(db_default=False, default=False)),
                ('blocked_reason', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('credit_limit_minor', models.BigIntegerField(blank=True, null=True)),
                ('currency', models.ForeignKey(db_column='currency', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='masterdata.customergroup')),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('rate_date', models.DateField()),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20)),
                ('base', models.ForeignKey(db_column='base', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency')),
                ('quote', models.ForeignKey(db_column='quote', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency')),
            ],
            options={
                'ordering': ['base', 'quote', '-rate_date'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalCustomer',
            fields=[
                ('id', models.UUIDField(db_index=True, default=ordercash.kernel.ids.new_id, editable=False)),
                ('code', models.CharField(db_index=True, max_length=40)),
                ('name', models.CharField(blank=True, default='', max_length=160)),
                ('country', models.CharField(blank=True, default='', max_length=2)),
                ('vat_id', models.CharField(blank=True, default='', max_length=20)),
                ('language', models.CharField(db_default='en', default='en', max_length=10)),
                ('payment_terms_days', models.PositiveSmallIntegerField(db_default=30, default=30)),
                ('invoicing', models.CharField(choices=[('per_shipment', 'One invoice per shipment'), ('per_day', 'Collected per day')], default='per_shipment', max_length=12)),
                ('is_one_time', models.BooleanField(db_default=False, default=False)),
                ('is_blocked', models.BooleanField(db_default=False, default=False)),
                ('blocked_reason', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('credit_limit_minor', models.BigIntegerField(blank=True, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('currency', models.ForeignKey(blank=True, db_column='currency', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.currency')),
                ('group', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.customergroup')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical customer',
                'verbose_name_plural': 'historical customers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalLegalEntity',
            fields=[
                ('id', models.UUIDField(db_index=True, default=ordercash.kernel.ids.new_id, editable=False)),
                ('code', models.CharField(db_index=True, max_length=20)),
                ('name', models.CharField(max_length=160)),
                ('country', models.CharField(max_length=2)),
                ('time_zone', models.CharField(max_length=50)),
                ('vat_id', models.CharField(blank=True, default='', max_length=20)),
                ('registration_number', models.CharField(blank=True, default='', max_length=40)),
                ('line1', models.CharField(blank=True, default='', max_length=160)),
                ('line2', models.CharField(blank=True, default='', max_length=160)),
                ('city', models.CharField(blank=True, default='', max_length=80)),
                ('postal_code', models.CharField(blank=True, default='', max_length=20)),
                ('email', models.EmailField(blank=True, default='', max_length=254)),
                ('iban', models.CharField(blank=True, default='', max_length=34)),
                ('bic', models.CharField(blank=True, default='', max_length=11)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('currency', models.ForeignKey(blank=True, db_column='currency', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.currency')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical legal entity',
                'verbose_name_plural': 'historical legal entities',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='LegalEntity',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=160)),
                ('country', models.CharField(max_length=2)),
                ('time_zone', models.CharField(max_length=50)),
                ('vat_id', models.CharField(blank=True, default='', max_length=20)),
                ('registration_number', models.CharField(blank=True, default='', max_length=40)),
                ('line1', models.CharField(blank=True, default='', max_length=160)),
                ('line2', models.CharField(blank=True, default='', max_length=160)),
                ('city', models.CharField(blank=True, default='', max_length=80)),
                ('postal_code', models.CharField(blank=True, default='', max_length=20)),
                ('email', models.EmailField(blank=True, default='', max_length=254)),
                ('iban', models.CharField(blank=True, default='', max_length=34)),
                ('bic', models.CharField(blank=True, default='', max_length=11)),
                ('currency', models.ForeignKey(db_column='currency', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency')),
            ],
            options={
                'verbose_name_plural': 'legal entities',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(blank=True, default='', max_length=80)),
                ('trusts_prices', models.BooleanField(db_default=False, default=False)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='channels', to='masterdata.region')),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('prefix', models.CharField(max_length=12, unique=True)),
                ('key_hash', models.BinaryField(max_length=32)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.region')),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='UnitOfMeasure',
            fields=[
                ('code', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('decimals', models.PositiveSmallIntegerField(db_default=0, default=0)),
            ],
            options={
                'verbose_name_plural': 'units of measure',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('decimals__lte', 4)), name='unit_decimals_at_most_four')],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('sku', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(blank=True, default='', max_length=240)),
                ('kind', models.CharField(choices=[('goods', 'Goods'), ('service', 'Service')], default='goods', max_length=8)),
                ('tax_class', models.CharField(choices=[('standard', 'Standard rate'), ('reduced', 'Reduced rate'), ('zero', 'Zero rate'), ('exempt', 'Exempt')], default='standard', max_length=10)),
                ('is_sellable', models.BooleanField(db_default=True, default=True)),
                ('unit', models.ForeignKey(db_column='unit', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.unitofmeasure')),
            ],
            options={
                'ordering': ['sku'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalProduct',
            fields=[
                ('id', models.UUIDField(db_index=True, default=ordercash.kernel.ids.new_id, editable=False)),
                ('sku', models.CharField(db_index=True, max_length=64)),
                ('name', models.CharField(blank=True, default='', max_length=240)),
                ('kind', models.CharField(choices=[('goods', 'Goods'), ('service', 'Service')], default='goods', max_length=8)),
                ('tax_class', models.CharField(choices=[('standard', 'Standard rate'), ('reduced', 'Reduced rate'), ('zero', 'Zero rate'), ('exempt', 'Exempt')], default='standard', max_length=10)),
                ('is_sellable', models.BooleanField(db_default=True, default=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(blank=True, db_column='unit', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.unitofmeasure')),
            ],
            options={
                'verbose_name': 'historical product',
                'verbose_name_plural': 'historical products',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('bill', 'Billing'), ('ship', 'Delivery')], max_length=4)),
                ('name', models.CharField(blank=True, default='', max_length=160)),
                ('line1', models.CharField(blank=True, default='', max_length=160)),
                ('line2', models.CharField(blank=True, default='', max_length=160)),
                ('city', models.CharField(blank=True, default='', max_length=80)),
                ('postal_code', models.CharField(blank=True, default='', max_length=20)),
                ('state', models.CharField(blank=True, default='', max_length=80)),
                ('country', models.CharField(blank=True, default='', max_length=2)),
                ('is_current', models.BooleanField(db_default=True, default=True)),
                ('fingerprint', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.MD5(django.db.models.functions.text.Concat('name', models.Value('\x1f'), 'line1', models.Value('\x1f'), 'line2', models.Value('\x1f'), 'city', models.Value('\x1f'), 'postal_code', models.Value('\x1f'), 'state', models.Value('\x1f'), 'country')), output_field=models.CharField(max_length=32))),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addresses', to='masterdata.customer')),
            ],
            options={
                'verbose_name_plural': 'addresses',
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('is_current', True)), fields=['customer', 'kind', 'id'], name='address_default')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'kind', 'fingerprint'), name='address_kept_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['bill', 'ship'])), name='address_kind_word'), models.CheckConstraint(condition=models.Q(('country__regex', '^([A-Z]{2})?$')), name='address_country_is_iso')],
            },
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(fields=['code'], name='customer_code_trgm', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(fields=['name'], name='customer_name_trgm', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='customer_code_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^([A-Z]{2})?$')), name='customer_country_is_iso'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('invoicing__in', ['per_shipment', 'per_day'])), name='customer_invoicing_word'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('credit_limit_minor__isnull', True), ('credit_limit_minor__gte', 0), _connector='OR'), name='customer_credit_limit_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.UniqueConstraint(fields=('base', 'quote', 'rate_date'), name='exchange_rate_once_per_day'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='exchange_rate_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.CheckConstraint(condition=models.Q(('base', models.F('quote')), _negated=True), name='exchange_rate_of_two_currencies'),
        ),
        migrations.AddConstraint(
            model_name='legalentity',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='legal_entity_country_is_iso'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='api_key_expires_after_it_is_made'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=django.contrib.postgres.indexes.GinIndex(fields=['sku'], name='product_sku_trgm', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='product',
            index=django.contrib.postgres.indexes.GinIndex(fields=['name'], name='product_name_trgm', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['goods', 'service'])), name='product_kind_word'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('tax_class__in', ['standard', 'reduced', 'zero', 'exempt'])), name='product_tax_class_word'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('sku', ''), _negated=True), name='product_sku_not_empty'),
        ),
    ]
