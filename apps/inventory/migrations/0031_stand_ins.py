"""What may be delivered instead of a line that waits."""

from django.db import migrations, models
from django.db.models import Index, Q

IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [("inventory", "0036_quotas")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddField("backorder", "stand_in_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "backorder",
            Index(fields=["stand_in_id"], name="backorder_served_instead", condition=Q(stand_in_id__isnull=False)),
        ),
    ]
