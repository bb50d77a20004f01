"""What one unit of a product weighs."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0005_bundle_guards'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalproduct',
            name='weight_kg',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='Of one unit, in kilograms; empty: not known.', max_digits=15, null=True),
        ),
        migrations.AddField(
            model_name='product',
            name='weight_kg',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='Of one unit, in kilograms; empty: not known.', max_digits=15, null=True),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('weight_kg', None), ('weight_kg__gte', 0), _connector='OR'), name='product_weight_not_negative'),
        ),
    ]
