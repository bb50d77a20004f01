"""Lots are written by the facts that name them, know what of them is damaged, and are chosen by a product's own word."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [("inventory", "0034_slots_fresh"), ("masterdata", "0007_lots_notices_places")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddField(
            "lot", "damaged", models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18)
        ),
        migrations.AddConstraint(
            "lot",
            models.CheckConstraint(
                condition=Q(damaged__gte=0) & Q(damaged__lte=F("blocked")), name="lot_damaged_is_blocked"
            ),
        ),
        migrations.AddIndex(
            "lot",
            models.Index(fields=["expires_on", "id"], name="lot_next_to_expire", condition=Q(on_hand__gt=0)),
        ),
        migrations.AddIndex(
            "shipmentline",
            models.Index(fields=["lot"], name="shipment_line_of_lot", condition=Q(lot__isnull=False)),
        ),
        migrations.AddIndex(
            "reservation",
            models.Index(fields=["lot"], name="reservation_of_lot", condition=Q(lot__isnull=False)),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, (SQL / "lots_are_all.sql").read_text()),
        migrations.RunSQL((SQL / "lots.sql").read_text(), (SQL / "lots.reverse.sql").read_text()),
    ]
