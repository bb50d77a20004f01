"""What is wanted later, in the order of its days."""

from django.db import migrations
from django.db.models import Index, Q

IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [("inventory", "0031_stand_ins")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddIndex(
            "backorder",
            Index(fields=["wanted_on", "line_id"], name="backorder_wanted_later", condition=Q(reason="later")),
        ),
    ]
