"""Whether parts of an order may leave before the rest is there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_waiting_lines")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="order",
            name="partial_delivery",
            field=models.BooleanField(
                db_default=True, default=True, help_text="Whether parts of it may leave before the rest is there"
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, "SET LOCAL lock_timeout = '5s'"),
    ]
