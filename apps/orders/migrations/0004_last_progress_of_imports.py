"""Lets an import that was interrupted be told from one that goes on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_what_buyers_write")]

    operations = [
        migrations.AddField(
            model_name="intakedocument",
            name="progressed_at",
            field=models.DateTimeField(help_text="When a batch of rows was last written", null=True),
        ),
    ]
