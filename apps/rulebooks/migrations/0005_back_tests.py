"""A back-test keeps the text that it runs and what it failed on, runs once at a time, and lists its changes by what they move."""

from pathlib import Path

import django.db.models.expressions
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


def step(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}.reverse.sql").read_text())


def delta() -> models.GeneratedField:
    return models.GeneratedField(
        db_persist=True,
        expression=django.db.models.expressions.CombinedExpression(models.F("after_minor"), "-", models.F("before_minor")),
        output_field=models.BigIntegerField(),
    )


class Migration(migrations.Migration):
    dependencies = [("rulebooks", "0003_activations")]

    operations = [
        migrations.AddField(model_name="backtest", name="document", field=models.TextField(default="")),
        migrations.AddField(model_name="backtest", name="error", field=models.TextField(blank=True, default="")),
        migrations.AddField(model_name="backtestfigure", name="delta_minor", field=delta()),
        migrations.AddField(model_name="backtestchange", name="delta_minor", field=delta()),
        migrations.AddIndex(
            model_name="backtestchange",
            index=models.Index(fields=["back_test", "delta_minor", "id"], name="back_test_changes_by_delta"),
        ),
        migrations.AddConstraint(
            model_name="backtest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "running"])),
                fields=("version",),
                name="one_back_test_of_a_version_under_way",
            ),
        ),
        step("back_tests"),
    ]
