"""What amounts and quantities are counted in."""

from django.db import models

from ordercash.kernel.ids import new_id


class Currency(models.Model):
    """An ISO 4217 currency that the installation trades in; `decimals` is the exponent of its minor unit."""

    code = models.CharField(primary_key=True, max_length=3)
    name = models.CharField(max_length=60)
    decimals = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "currencies"
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[A-Z]{3}$"), name="currency_code_is_iso"),
            models.CheckConstraint(condition=models.Q(decimals__lte=4), name="currency_decimals_at_most_four"),
        ]

    def __str__(self) -> str:
        return self.code


class ExchangeRate(models.Model):
    """How many units of `quote` one unit of `base` was worth on a day, and who published it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    base = models.ForeignKey(Currency, models.PROTECT, db_column="base", related_name="+")
    quote = models.ForeignKey(Currency, models.PROTECT, db_column="quote", related_name="+")
    rate_date = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=40, default="", db_default="", blank=True)

    class Meta:
        ordering = ["base", "quote", "-rate_date"]
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "rate_date"], name="exchange_rate_once_per_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_rate_above_zero"),
            models.CheckConstraint(condition=~models.Q(base=models.F("quote")), name="exchange_rate_of_two_currencies"),
        ]

    def __str__(self) -> str:
        return f"{self.base_id}/{self.quote_id} {self.rate_date} {self.rate}"


class UnitOfMeasure(models.Model):
    """What a quantity counts, and to how many decimals it may be divided: a piece to none, a kilogram to three."""

    code = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=60)
    decimals = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "units of measure"
        constraints = [models.CheckConstraint(condition=models.Q(decimals__lte=4), name="unit_decimals_at_most_four")]

    def __str__(self) -> str:
        return self.code
