"""What is sold."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Index
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.masterdata.models.units import UnitOfMeasure
from ordercash.kernel.ids import new_id

# The words of a name as they are written, for finding products by the beginning of one.
NAME_WORDS = Func(
    F("name"), function="to_tsvector", template="%(function)s('simple'::regconfig, %(expressions)s)",
    output_field=SearchVectorField(),
)  # fmt: skip


class ProductKind(models.TextChoices):
    GOODS = "goods", _("Goods")
    SERVICE = "service", _("Service")
    BUNDLE = "bundle", _("Bundle")


class TaxClass(models.TextChoices):
    """How a product is taxed, before anything is known of seller and buyer."""

    STANDARD = "standard", _("Standard rate")
    REDUCED = "reduced", _("Reduced rate")
    ZERO = "zero", _("Zero rate")
    EXEMPT = "exempt", _("Exempt")


class Product(models.Model):
    """A good, which is stocked and shipped, a service, which is neither, or a bundle: parts that are sold as one.

    Kind and unit stay for good: stock, prices and documents were counted by them. `category` is a word of the company's own,
    "" for none; rules of prices ask for it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sku = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=240, default="", blank=True)
    kind = models.CharField(max_length=8, choices=ProductKind, default=ProductKind.GOODS)
    category = models.CharField(max_length=80, default="", db_default="", blank=True)
    weight_kg = models.DecimalField(
        max_digits=15, decimal_places=6, null=True, blank=True, help_text="Of one unit, in kilograms; empty: not known."
    )
    tax_class = models.CharField(max_length=10, choices=TaxClass, default=TaxClass.STANDARD)
    unit = models.ForeignKey(UnitOfMeasure, models.PROTECT, db_column="unit", related_name="+")
    is_sellable = models.BooleanField(default=True, db_default=True)
    tracks_lots = models.BooleanField(
        default=False, db_default=False, help_text="Its goods are kept by lot, each with its own expiry."
    )
    shelf_life_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="From receipt to expiry; empty: each lot says so itself."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["sku"]
        indexes = [
            GinIndex(fields=["sku"], name="product_sku_trgm", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["name"], name="product_name_trgm", opclasses=["gin_trgm_ops"]),
            Index(fields=["category"], name="product_category"),
            Index(OpClass(Upper("sku"), name="text_pattern_ops"), name="product_sku_beginning"),
            GinIndex(NAME_WORDS, name="product_name_words"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ProductKind.values), name="product_kind_word"),
            models.CheckConstraint(condition=models.Q(tax_class__in=TaxClass.values), name="product_tax_class_word"),
            models.CheckConstraint(condition=~models.Q(sku=""), name="product_sku_not_empty"),
            models.CheckConstraint(
                condition=models.Q(weight_kg=None) | models.Q(weight_kg__gte=0), name="product_weight_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(shelf_life_days=None) | models.Q(shelf_life_days__gt=0),
                name="product_shelf_life_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.sku


class BundlePart(models.Model):
    """So much of `part` is in one bundle. A bundle is no part of another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bundle = models.ForeignKey(Product, models.PROTECT, related_name="parts")
    part = models.ForeignKey(Product, models.PROTECT, related_name="in_bundles")
    quantity = models.DecimalField(max_digits=18, decimal_places=4, help_text="In the part's unit, for one bundle.")

    class Meta:
        ordering = ["bundle", "id"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "part"], name="bundle_part_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="bundle_part_above_zero"),
            models.CheckConstraint(condition=~models.Q(bundle=F("part")), name="bundle_part_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.part_id}"


class ProductUnit(models.Model):
    """Another unit in which a product is sold: one of it holds `factor` of the product's own unit, as a box holds 12 pieces."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="units")
    unit = models.ForeignKey(UnitOfMeasure, models.PROTECT, db_column="unit", related_name="+")
    factor = models.DecimalField(max_digits=18, decimal_places=6, help_text="Product's own units in one of this.")

    class Meta:
        ordering = ["product", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["product", "unit"], name="product_unit_once"),
            models.CheckConstraint(condition=models.Q(factor__gt=0), name="product_unit_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} = {self.factor.normalize():f}"
