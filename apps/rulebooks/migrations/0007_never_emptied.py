"""Versions and their activations refuse TRUNCATE."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("rulebooks", "0006_approvals")]
    operations = [
        migrations.RunSQL((SQL / "truncation.sql").read_text(), (SQL / "truncation.reverse.sql").read_text()),
    ]
