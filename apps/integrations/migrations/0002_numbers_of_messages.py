"""Messages carry their sender's number, newer ones take the place of older ones, and an outage of an hour is outlasted."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"
OUT_STATES = ["waiting", "sent", "confirmed", "refused", "dead"]
IN_STATES = ["waiting", "parked", "applied", "refused"]
STATES = [
    ("waiting", "Waiting to be sent"), ("sent", "Sent"), ("confirmed", "Confirmed"), ("refused", "Refused"), ("dead", "Given up"),
    ("superseded", "A newer one took its place"), ("parked", "Waits for another"), ("applied", "Applied"),
]


class Migration(migrations.Migration):

    dependencies = [("integrations", "0001_warehouse_systems")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddField("warehousemessage", "seq", models.BigIntegerField(null=True)),
        migrations.AlterField("warehousemessage", "state", models.CharField(choices=STATES, max_length=10)),
        migrations.AlterField(
            "warehouseconnection", "most_attempts", models.PositiveSmallIntegerField(db_default=60, default=60)
        ),
        migrations.RemoveConstraint("warehousemessage", "warehouse_message_state_of_its_direction"),
        migrations.AddConstraint(
            "warehousemessage",
            models.CheckConstraint(
                condition=Q(direction="out", state__in=[*OUT_STATES, "superseded"]) | Q(direction="in", state__in=IN_STATES),
                name="warehouse_message_state_of_its_direction",
            ),
        ),
        migrations.AddConstraint(
            "warehousemessage",
            models.CheckConstraint(
                condition=Q(direction="out", seq=None) | Q(direction="in", seq__isnull=False),
                name="warehouse_message_numbered_by_its_sender",
            ),
        ),
        migrations.RemoveIndex("warehousemessage", "warehouse_message_due"),
        migrations.AddIndex(
            "warehousemessage",
            models.Index(
                condition=Q(state__in=["waiting", "parked"]), fields=["next_try_at", "id"], name="warehouse_message_due"
            ),
        ),
        migrations.AddIndex(
            "warehousemessage",
            models.Index(condition=Q(direction="in"), fields=["connection", "seq"], name="warehouse_message_number"),
        ),
        migrations.RunSQL((SQL / "message_numbers.sql").read_text(), (SQL / "message_numbers.reverse.sql").read_text()),
    ]
