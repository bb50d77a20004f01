"""Uses of coupons are counted from their redemptions and kept within the limits; changes of costs and coupons are written down."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
STEPS = ("guards", "more_changes")


def step(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}.reverse.sql").read_text())


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_functions"), ("pricing", "0003_scopes_costs_coupons")]
    operations = [step(name) for name in STEPS]
