"""From where orders come by rules: what rules keep back waits as such, and a reservation says on which day it was counted as work."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import CheckConstraint, Index, Q

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"
REASONS = [
    ("short", "Goods are short"),
    ("later", "Wanted later"),
    ("oversold", "Sold twice elsewhere"),
    ("rules", "Kept back by the rules of sourcing"),
]


class Migration(migrations.Migration):

    dependencies = [("inventory", "0010_broken_promises")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddField("reservation", "planned_on", models.DateField(null=True)),
        migrations.AlterField(
            "backorder", "reason", models.CharField(choices=REASONS, db_default="short", default="short", max_length=8)
        ),
        migrations.RemoveConstraint("backorder", "backorder_reason_known"),
        migrations.RunSQL(migrations.RunSQL.noop, "UPDATE inventory_backorder SET reason = 'short' WHERE reason = 'rules'"),
        migrations.AddConstraint(
            "backorder",
            CheckConstraint(condition=Q(reason__in=[reason for reason, _ in REASONS]), name="backorder_reason_known"),
        ),
        migrations.AddIndex(
            "backorder", Index(fields=["line_id"], name="backorder_kept_back", condition=Q(reason="rules"))
        ),
        migrations.RunSQL((SQL / "capacity.sql").read_text(), (SQL / "capacity.reverse.sql").read_text()),
    ]
