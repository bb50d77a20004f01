"""Quotas count themselves: what comes out of one is a reservation of its own, and names it when it leaves."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [("inventory", "0030_sourced")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddField("quota", "released_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "quota", models.Index(fields=["release_on", "id"], name="quota_by_release")
        ),
        migrations.RemoveConstraint("reservation", "reservation_once_per_line"),
        migrations.RemoveConstraint("reservation", "reservation_once_per_lot_and_slot"),
        migrations.AddConstraint(
            "reservation",
            models.UniqueConstraint(
                condition=Q(lot=None, slot_no=None, quota=None),
                fields=("line_id", "warehouse", "product_id"),
                name="reservation_once_per_line",
            ),
        ),
        migrations.AddConstraint(
            "reservation",
            models.UniqueConstraint(
                condition=Q(quota=None) & (Q(lot__isnull=False) | Q(slot_no__isnull=False)),
                fields=("line_id", "warehouse", "product_id", "lot", "slot_no"),
                name="reservation_once_per_lot_and_slot",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "reservation",
            models.UniqueConstraint(
                condition=Q(quota__isnull=False),
                fields=("line_id", "warehouse", "product_id", "quota", "lot"),
                name="reservation_once_per_quota",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            "reservation",
            models.Index(condition=Q(quota__isnull=False), fields=["quota"], name="reservation_of_quota"),
        ),
        migrations.AddField(
            "shipmentline",
            "quota",
            models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="inventory.quota",
            ),
        ),
        migrations.AddIndex(
            "shipmentline",
            models.Index(condition=Q(quota__isnull=False), fields=["quota"], name="shipment_line_of_quota"),
        ),
        migrations.RunSQL((SQL / "quotas.sql").read_text(), (SQL / "quotas.reverse.sql").read_text()),
    ]
