"""New partitions have the storage options of the DEFAULT one."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_functions")]
    operations = [
        migrations.RunSQL(
            (SQL / "partition_options.sql").read_text(), (SQL / "partition_options.reverse.sql").read_text()
        ),
    ]
