"""What the books refuse, in the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("audit", "0002_functions")]
    operations = [
        migrations.RunSQL((SQL / "books.sql").read_text(), (SQL / "books.reverse.sql").read_text()),
    ]
