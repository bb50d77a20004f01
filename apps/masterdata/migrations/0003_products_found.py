"""Lets products be found by the beginning of the SKU and of the words of the name."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0002_guards")]

    operations = [
        migrations.AddIndex(
            model_name="product",
            index=models.Index(OpClass(Upper("sku"), name="text_pattern_ops"), name="product_sku_beginning"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=GinIndex(
                models.Func(
                    models.F("name"),
                    function="to_tsvector",
                    output_field=SearchVectorField(),
                    template="%(function)s('simple'::regconfig, %(expressions)s)",
                ),
                name="product_name_words",
            ),
        ),
    ]
