"""Products whose takers are kept apart otherwise than usual: found by index, and served from slots by one function."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
IMPATIENT = "SET LOCAL lock_timeout = '5s'"


class Migration(migrations.Migration):

    dependencies = [('inventory', '0005_supplies')]

    operations = [
        migrations.RunSQL(IMPATIENT, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='stock',
            index=models.Index(
                fields=['product'], name='stock_handled_otherwise', condition=models.Q(handling__in=['slots', 'eventual'])
            ),
        ),
        migrations.RunSQL((SQL / "slots.sql").read_text(), (SQL / "slots.reverse.sql").read_text()),
        migrations.RunSQL(migrations.RunSQL.noop, IMPATIENT),
    ]
