"""Goods that are used elsewhere, thrown away or revalued have entries of their own kinds."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_rebate_accounts'),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='journalentry',
            name='entry_kind_known',
        ),
        migrations.AlterField(
            model_name='journalentry',
            name='kind',
            field=models.CharField(choices=[('opening', 'Opening'), ('receipt', 'Receipt'), ('shipment', 'Shipment'), ('return', 'Return'), ('invoice', 'Invoice'), ('credit_note', 'Credit Note'), ('payment', 'Payment'), ('application', 'Application'), ('write_off', 'Write Off'), ('adjustment', 'Adjustment'), ('issue', 'Issue'), ('scrap', 'Scrap'), ('revaluation', 'Revaluation'), ('rebate_accrual', 'Rebate Accrual'), ('rebate_settlement', 'Rebate Settlement')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='journalentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['opening', 'receipt', 'shipment', 'return', 'invoice', 'credit_note', 'payment', 'application', 'write_off', 'adjustment', 'issue', 'scrap', 'revaluation', 'rebate_accrual', 'rebate_settlement'])), name='entry_kind_known'),
        ),
    ]
