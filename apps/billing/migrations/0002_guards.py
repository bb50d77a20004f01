"""What the database itself refuses to do to obligations, documents, payments and settlements."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
STEPS = ("documents", "cash")


def step(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}.reverse.sql").read_text())


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("audit", "0002_functions")]
    operations = [step(name) for name in STEPS]
