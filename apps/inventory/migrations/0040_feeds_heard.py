"""A feed is heard also while what it says waits for a message before it."""

from django.db import migrations, models

IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [("inventory", "0039_feeds_expected")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddField("syncfeed", "heard_at", models.DateTimeField(null=True)),
    ]
