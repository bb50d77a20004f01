"""Supplies go forward and end once; the list of them in the order in which they are due."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_planning")]
    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "supplies.sql").read_text(), (SQL / "supplies.reverse.sql").read_text()),
        migrations.AddIndex("supply", models.Index(fields=["due_at", "id"], name="supply_by_day")),
    ]
