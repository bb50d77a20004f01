"""Frozen versions and the append-only log of decisions, in the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


def step(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}.reverse.sql").read_text())


class Migration(migrations.Migration):
    dependencies = [("rulebooks", "0001_initial"), ("audit", "0002_functions")]
    operations = [step("versions"), step("decisions")]
