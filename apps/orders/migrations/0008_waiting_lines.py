"""Lines that wait already are told who waits and what for, as new ones are."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_planning"), ("orders", "0007_quotes")]
    operations = [
        migrations.RunSQL((SQL / "waiting_lines.sql").read_text(), (SQL / "waiting_lines.reverse.sql").read_text())
    ]
