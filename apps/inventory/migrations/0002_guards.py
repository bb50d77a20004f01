"""What only SQL can say: append-only movements, frozen shipments, the numbers' sequence, room for updates of stock."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial"), ("audit", "0002_functions")]
    operations = [migrations.RunSQL((SQL / "guards.sql").read_text(), (SQL / "guards.reverse.sql").read_text())]
