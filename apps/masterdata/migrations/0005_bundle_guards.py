"""Bundles are one level deep, what a product is stays, and every change of parts and units is written down."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
STEPS = ("bundles",)


def step(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}.reverse.sql").read_text())


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_functions"), ("masterdata", "0004_bundles_and_units")]
    operations = [step(name) for name in STEPS]
