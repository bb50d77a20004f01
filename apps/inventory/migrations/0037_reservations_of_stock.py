"""What is reserved of a stock row, by the row: runs that share out look at all of it."""

from django.db import migrations
from django.db.models import Index

IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [("inventory", "0032_lots")]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddIndex("reservation", Index(fields=["stock"], name="reservation_of_stock")),
    ]
