"""A feed may be expected before it ever spoke."""

from django.db import migrations, models

IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [("inventory", "0038_inspections")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddField("syncfeed", "has_spoken", models.BooleanField(db_default=True, default=True)),
    ]
