"""The counter of order numbers, the trail of changes, and room on order pages for states that change in place."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("audit", "0002_functions")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE orders_number", "DROP SEQUENCE orders_number"),
        migrations.RunSQL(
            "ALTER TABLE orders_order SET (fillfactor = 85)", "ALTER TABLE orders_order RESET (fillfactor)"
        ),
    ]
