"""Charts that exist get the accounts of rebates; an account that uses the code already stays as it is."""

from django.db import migrations, models

ADD = """
INSERT INTO ledger_account (id, legal_entity_id, code, name, kind, role)
SELECT new_id(), chart.legal_entity_id, added.code, added.name, added.kind, added.role
  FROM (SELECT DISTINCT legal_entity_id FROM ledger_account) AS chart
 CROSS JOIN (VALUES ('2250', 'Rebates payable', 'liability', 'rebates_payable'), ('4100', 'Rebates granted', 'income', 'rebates_granted'))
       AS added (code, name, kind, role)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_books")]
    operations = [
        migrations.RemoveConstraint(model_name="journalentry", name="entry_kind_known"),
        migrations.AlterField(
            model_name="journalentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opening", "Opening"),
                    ("receipt", "Receipt"),
                    ("shipment", "Shipment"),
                    ("return", "Return"),
                    ("invoice", "Invoice"),
                    ("credit_note", "Credit Note"),
                    ("payment", "Payment"),
                    ("application", "Application"),
                    ("write_off", "Write Off"),
                    ("adjustment", "Adjustment"),
                    ("rebate_accrual", "Rebate Accrual"),
                    ("rebate_settlement", "Rebate Settlement"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "opening", "receipt", "shipment", "return", "invoice", "credit_note", "payment", "application", "write_off",
                        "adjustment", "rebate_accrual", "rebate_settlement",
                    ]
                ),
                name="entry_kind_known",
            ),
        ),
        migrations.RunSQL(ADD, migrations.RunSQL.noop),
    ]
