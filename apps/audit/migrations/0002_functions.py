"""SQL functions that every app's tables use, and the guards of audit's own logs."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
STEPS = ("ids", "append_only", "partitions", "changes", "logs")


def step(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}.reverse.sql").read_text())


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [step(name) for name in STEPS]
