"""Tables of billing."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import ordercash.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audit', '0002_functions'),
        ('masterdata', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BillingObligation',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('source_ref', models.CharField(max_length=200, unique=True)),
                ('order_id', models.UUIDField(null=True)),
                ('line_id', models.UUIDField(null=True)),
                ('shipment_id', models.UUIDField(null=True)),
                ('order_reference', models.CharField(blank=True, default='', help_text='Printed on the invoice', max_length=80)),
                ('description', models.TextField(blank=True, default='')),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=18)),
                ('unit_price', models.DecimalField(decimal_places=6, max_digits=18)),
                ('net_minor', models.BigIntegerField()),
                ('tax_category', models.CharField(max_length=3)),
                ('tax_rate', models.DecimalField(decimal_places=4, max_digits=7)),
                ('tax_reason', models.CharField(blank=True, default='', max_length=200)),
                ('tax_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('invoicing', models.CharField(choices=[('per_shipment', 'Per shipment'), ('per_day', 'Collected per day')], max_length=20)),
                ('terms_days', models.SmallIntegerField(default=0)),
                ('occurred_at', models.DateTimeField()),
                ('business_date', models.DateField()),
                ('bundle_id', models.UUIDField(help_text='Obligations with the same bundle belong on the same invoice')),
                ('state', models.CharField(choices=[('owed', 'Owed'), ('billed', 'Billed')], default='owed', max_length=10)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('bill_to', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.address')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customer')),
                ('legal_entity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity')),
                ('product', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product')),
            ],
        ),
        migrations.CreateModel(
            name='CreditExposure',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('currency', models.CharField(max_length=3)),
                ('orders_minor', models.BigIntegerField(default=0, help_text='Confirmed and not yet invoiced, gross')),
                ('invoices_minor', models.BigIntegerField(default=0, help_text='Invoiced and still open, gross')),
                ('limit_minor', models.BigIntegerField(help_text='The limit that was last checked against', null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customer')),
                ('legal_entity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity')),
            ],
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('invoice', 'Invoice'), ('credit_note', 'Credit note')], max_length=12)),
                ('order_id', models.UUIDField(help_text='Set when the document concerns exactly one order', null=True)),
                ('currency', models.CharField(max_length=3)),
                ('series', models.CharField(max_length=10)),
                ('year', models.SmallIntegerField(null=True)),
                ('serial', models.BigIntegerField(null=True)),
                ('number', models.CharField(max_length=40, null=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('issued', 'Issued'), ('settled', 'Settled')], default='draft', max_length=10)),
                ('terms_days', models.SmallIntegerField(default=0)),
                ('issue_date', models.DateField(null=True)),
                ('due_date', models.DateField(null=True)),
                ('issued_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('net_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('gross_minor', models.BigIntegerField()),
                ('frozen_tax_minor', models.BigIntegerField(help_text='The tax that was frozen when the order was confirmed')),
                ('open_minor', models.BigIntegerField(help_text='Still to be paid; of a credit note: still to be used')),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('source_ref', models.CharField(max_length=200, unique=True)),
                ('bill_to', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.address')),
                ('credits', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_notes', to='billing.invoice')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customer')),
                ('legal_entity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity')),
            ],
        ),
        migrations.CreateModel(
            name='InvoiceLine',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.IntegerField()),
                ('customer_id', models.UUIDField()),
                ('order_id', models.UUIDField(null=True)),
                ('line_id', models.UUIDField(null=True)),
                ('product_id', models.UUIDField(null=True)),
                ('description', models.TextField(blank=True, default='')),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=18)),
                ('unit_price', models.DecimalField(decimal_places=6, max_digits=18)),
                ('net_minor', models.BigIntegerField()),
                ('tax_category', models.CharField(max_length=3)),
                ('tax_rate', models.DecimalField(decimal_places=4, max_digits=7)),
                ('tax_minor', models.BigIntegerField()),
                ('credited_quantity', models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)),
                ('credited_minor', models.BigIntegerField(db_default=0, default=0, help_text='Net that credit notes took back')),
                ('credits_line', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_lines', to='billing.invoiceline')),
                ('invoice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.invoice')),
                ('obligation', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoice_line', to='billing.billingobligation')),
            ],
        ),
        migrations.CreateModel(
            name='InvoiceTax',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('category', models.CharField(max_length=3)),
                ('rate', models.DecimalField(decimal_places=4, max_digits=7)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('net_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('invoice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='taxes', to='billing.invoice')),
            ],
            options={
                'verbose_name_plural': 'invoice taxes',
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('series', models.CharField(max_length=10)),
                ('year', models.SmallIntegerField()),
                ('next_number', models.BigIntegerField(default=1)),
                ('legal_entity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity')),
            ],
            options={
                'verbose_name_plural': 'number series',
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('unapplied_minor', models.BigIntegerField()),
                ('method', models.CharField(max_length=30)),
                ('reference', models.CharField(blank=True, default='', max_length=200)),
                ('source_ref', models.CharField(max_length=200, unique=True)),
                ('received_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('customer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.customer')),
                ('legal_entity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.legalentity')),
            ],
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('payment', 'Payment'), ('credit', 'Credit note'), ('write_off', 'Write-off')], max_length=10)),
                ('amount_minor', models.BigIntegerField()),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('settled_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('source_ref', models.CharField(max_length=200, unique=True)),
                ('credit_note', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='billing.invoice')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='billing.invoice')),
                ('payment', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='billing.payment')),
            ],
        ),
        migrations.AddIndex(
            model_name='billingobligation',
            index=models.Index(condition=models.Q(('state', 'owed')), fields=['business_date', 'bundle_id'], name='obligation_owed'),
        ),
        migrations.AddIndex(
            model_name='billingobligation',
            index=models.Index(fields=['order_id'], name='obligation_order'),
        ),
        migrations.AddConstraint(
            model_name='billingobligation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['owed', 'billed'])), name='obligation_state_known'),
        ),
        migrations.AddConstraint(
            model_name='billingobligation',
            constraint=models.CheckConstraint(condition=models.Q(('invoicing__in', ['per_shipment', 'per_day'])), name='obligation_invoicing_known'),
        ),
        migrations.AddConstraint(
            model_name='billingobligation',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='obligation_quantity_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='billingobligation',
            constraint=models.CheckConstraint(condition=models.Q(('net_minor__gte', 0), ('tax_minor__gte', 0)), name='obligation_never_negative'),
        ),
        migrations.AddConstraint(
            model_name='billingobligation',
            constraint=models.CheckConstraint(condition=models.Q(('terms_days__gte', 0)), name='obligation_terms_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='creditexposure',
            constraint=models.UniqueConstraint(fields=('customer', 'legal_entity', 'currency'), name='one_exposure_per_customer_entity_currency'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['customer', 'id'], name='invoice_customer'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('state', 'issued')), fields=['due_date', 'id'], name='invoice_open'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('state', 'issued')), fields=['customer', 'due_date'], name='invoice_open_customer'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('order_id__isnull', False)), fields=['order_id'], name='invoice_order'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('legal_entity', 'number'), name='invoice_number_once_per_entity'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['invoice', 'credit_note'])), name='invoice_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'issued', 'settled'])), name='invoice_state_known'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('gross_minor', django.db.models.expressions.CombinedExpression(models.F('net_minor'), '+', models.F('tax_minor'))), ('net_minor__gte', 0), ('tax_minor__gte', 0)), name='invoice_gross_is_net_plus_tax'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('open_minor__gte', 0), ('open_minor__lte', models.F('gross_minor'))), name='invoice_open_within_gross'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_date', None), ('issue_date', None), ('issued_at', None), ('number', None), ('serial', None), ('state', 'draft'), ('year', None)), models.Q(models.Q(('state', 'draft'), _negated=True), ('number__isnull', False), ('serial__isnull', False), ('year__isnull', False), ('due_date__isnull', False), ('issue_date__isnull', False), ('issued_at__isnull', False)), _connector='OR'), name='invoice_numbered_when_issued'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), models.Q(('open_minor__gt', 0), ('state', 'issued')), models.Q(('open_minor', 0), ('state', 'settled')), _connector='OR'), name='invoice_settled_when_nothing_open'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credits', None), ('kind', 'invoice')), models.Q(('credits__isnull', False), ('kind', 'credit_note')), _connector='OR'), name='credit_note_names_its_invoice'),
        ),
        migrations.AddIndex(
            model_name='invoiceline',
            index=models.Index(condition=models.Q(('order_id__isnull', False)), fields=['order_id'], name='invoice_line_order'),
        ),
        migrations.AddIndex(
            model_name='invoiceline',
            index=models.Index(condition=models.Q(('credits_line', None)), fields=['customer_id', 'product_id'], name='invoice_line_customer_product'),
        ),
        migrations.AddIndex(
            model_name='invoiceline',
            index=models.Index(condition=models.Q(('credits_line__isnull', False)), fields=['credits_line'], name='invoice_line_credits'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.UniqueConstraint(fields=('invoice', 'position'), name='invoice_line_position_once'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credits_line', None), ('obligation__isnull', False), ('quantity__gt', 0)), models.Q(('credits_line__isnull', False), ('obligation', None), ('quantity__gte', 0)), _connector='OR'), name='invoice_line_bills_or_credits'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(('net_minor__gte', 0), ('tax_minor__gte', 0)), name='invoice_line_never_negative'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(('credited_quantity__gte', 0), ('credited_quantity__lte', models.F('quantity'))), name='credited_quantity_within_line'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(('credited_minor__gte', 0), ('credited_minor__lte', models.F('net_minor'))), name='credited_amount_within_line'),
        ),
        migrations.AddConstraint(
            model_name='invoicetax',
            constraint=models.UniqueConstraint(fields=('invoice', 'category', 'rate'), name='invoice_tax_once_per_rate'),
        ),
        migrations.AddConstraint(
            model_name='invoicetax',
            constraint=models.CheckConstraint(condition=models.Q(('net_minor__gte', 0), ('tax_minor__gte', 0)), name='invoice_tax_never_negative'),
        ),
        migrations.AddConstraint(
            model_name='numberseries',
            constraint=models.UniqueConstraint(fields=('legal_entity', 'series', 'year'), name='one_series_per_entity_and_year'),
        ),
        migrations.AddConstraint(
            model_name='numberseries',
            constraint=models.CheckConstraint(condition=models.Q(('next_number__gte', 1)), name='series_starts_at_one'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['customer', 'id'], name='payment_customer'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('unapplied_minor__gt', 0)), fields=['id'], name='payment_unapplied'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='payment_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('unapplied_minor__gte', 0), ('unapplied_minor__lte', models.F('amount_minor'))), name='payment_unapplied_within_amount'),
        ),
        migrations.AddIndex(
            model_name='settlement',
            index=models.Index(condition=models.Q(('payment__isnull', False)), fields=['payment'], name='settlement_payment'),
        ),
        migrations.AddIndex(
            model_name='settlement',
            index=models.Index(condition=models.Q(('credit_note__isnull', False)), fields=['credit_note'], name='settlement_credit'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='settlement_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credit_note', None), ('kind', 'payment'), ('payment__isnull', False)), models.Q(('credit_note__isnull', False), ('kind', 'credit'), ('payment', None)), models.Q(('credit_note', None), ('kind', 'write_off'), ('payment', None), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='settlement_names_its_source'),
        ),
    ]
