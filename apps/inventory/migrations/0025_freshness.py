"""How fresh the stock of other systems is, and what of it may be sold meanwhile."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [("inventory", "0015_slots")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddField("syncclock", "rule", models.CharField(db_default="", default="", max_length=60)),
        migrations.AddField("syncclock", "rules_sha256", models.CharField(db_default="", default="", max_length=64)),
        migrations.AddField("syncclock", "grace_seconds", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField(
            "syncclock", "factor", models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=8)
        ),
        migrations.AddField(
            "syncclock",
            "least_rate",
            models.DecimalField(db_default=0, decimal_places=6, default=0, help_text="Units a second", max_digits=18),
        ),
        migrations.AddField("syncclock", "stop_after_seconds", models.PositiveIntegerField(null=True)),
        migrations.AddConstraint(
            "syncclock",
            models.CheckConstraint(
                condition=Q(factor__gte=0, least_rate__gte=0), name="sync_clock_holds_back_something_or_nothing"
            ),
        ),
        migrations.AddConstraint(
            "syncsample",
            models.CheckConstraint(
                condition=Q(p50_ms__lte=F("p99_ms"), p99_ms__lte=F("worst_ms")), name="sync_sample_in_order"
            ),
        ),
        migrations.CreateModel(
            "SyncFeed",
            fields=[
                (
                    "warehouse",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+", serialize=False,
                        to="inventory.warehouse",
                    ),
                ),
                ("said_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("stopped_since", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RunSQL((SQL / "freshness.sql").read_text(), (SQL / "freshness.reverse.sql").read_text()),
    ]
