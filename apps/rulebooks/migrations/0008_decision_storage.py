"""Small decisions are kept uncompressed in their rows."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_partition_options"), ("rulebooks", "0007_never_emptied")]
    operations = [
        migrations.RunSQL((SQL / "decision_storage.sql").read_text(), (SQL / "decision_storage.reverse.sql").read_text()),
    ]
