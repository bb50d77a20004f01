"""Lets the list of documents be sorted by number: the number leads the key that keeps it unique per legal entity."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_guards")]

    operations = [
        migrations.RemoveConstraint(model_name="invoice", name="invoice_number_once_per_entity"),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                fields=("number", "legal_entity"), name="invoice_number_once_per_entity"
            ),
        ),
    ]
