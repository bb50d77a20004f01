"""Where business is done: regions, the channels that orders come through, the legal entities that sell."""

from django.db import models
from simple_history.models import HistoricalRecords

from apps.masterdata.models.units import Currency
from apps.masterdata.models.vat_ids import clean_vat_id
from ordercash.kernel.ids import new_id


class Region(models.Model):
    """The part of the world whose people and data belong together."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Channel(models.Model):
    """A way in for orders. A channel that trusts prices has agreed them with the customer itself, as a marketplace does."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80, default="", blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="channels")
    trusts_prices = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class LegalEntity(models.Model):
    """A company of ours: it sells, invoices, owes tax and keeps books in its own currency and time zone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=160)
    country = models.CharField(max_length=2)
    currency = models.ForeignKey(Currency, models.PROTECT, db_column="currency", related_name="+")
    time_zone = models.CharField(max_length=50)
    vat_id = models.CharField(max_length=20, default="", blank=True)
    registration_number = models.CharField(max_length=40, default="", blank=True)
    line1 = models.CharField(max_length=160, default="", blank=True)
    line2 = models.CharField(max_length=160, default="", blank=True)
    city = models.CharField(max_length=80, default="", blank=True)
    postal_code = models.CharField(max_length=20, default="", blank=True)
    email = models.EmailField(default="", blank=True)
    iban = models.CharField(max_length=34, default="", blank=True)
    bic = models.CharField(max_length=11, default="", blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "legal entities"
        constraints = [
            models.CheckConstraint(condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="legal_entity_country_is_iso")
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Check the VAT id that a form changes."""
        clean_vat_id(self)


class PostalPlace(models.Model):
    """Where postal codes that begin with `prefix` lie, in degrees. The longest prefix counts; "" is the middle of the country."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    country = models.CharField(max_length=2)
    prefix = models.CharField(max_length=20, default="", blank=True, help_text="In capitals, without spaces")
    latitude = models.DecimalField(max_digits=8, decimal_places=5)
    longitude = models.DecimalField(max_digits=8, decimal_places=5)

    class Meta:
        ordering = ["country", "prefix"]
        constraints = [
            models.UniqueConstraint(fields=["country", "prefix"], name="postal_place_once"),
            models.CheckConstraint(
                condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="postal_place_country_is_iso"
            ),
            models.CheckConstraint(
                condition=models.Q(prefix__regex=r"^[0-9A-Z-]*$"), name="postal_place_prefix_is_plain"
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="postal_place_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}-{self.prefix}"
