"""Drafts of rebate agreements keep their author."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("pricing", "0007_quotes")]

    operations = [
        migrations.RunSQL(
            (SQL / "rebate_authors.sql").read_text(), (SQL / "rebate_authors.reverse.sql").read_text()
        )
    ]
