"""Slots leave shelves that others sell from to their row."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0032_wanted_later")]

    operations = [
        migrations.RunSQL((SQL / "slots_fresh.sql").read_text(), (SQL / "slots_fresh.reverse.sql").read_text()),
    ]
