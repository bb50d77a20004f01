"""Warehouse systems may be asked to count some products a day."""

from django.db import migrations, models
from django.db.models import Q

IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [("integrations", "0002_numbers_of_messages")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddField(
            "warehouseconnection", "counts_a_day", models.PositiveSmallIntegerField(db_default=0, default=0)
        ),
        migrations.AddIndex(
            "warehousemessage",
            models.Index(
                condition=Q(direction="out", kind="count"),
                fields=["connection", "created_at"],
                name="warehouse_message_counts",
            ),
        ),
    ]
