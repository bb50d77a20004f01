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


class TaxClass(models.TextChoices):
    """How a product is taxed, before anything is known of seller and buyer."""

    STANDARD = "standard", _("Standard rate")
    REDUCED = "reduced", _("Reduced rate")
    ZERO = "zero", _("Zero rate")
    EXEMPT = "exempt", _("Exempt")


class Product(models.Model):
    """A good, which is stocked and shipped, or a service, which is neither."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sku = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=240, default="", blank=True)
    kind = models.CharField(max_length=8, choices=ProductKind, default=ProductKind.GOODS)
    tax_class = models.CharField(max_length=10, choices=TaxClass, default=TaxClass.STANDARD)
    unit = models.ForeignKey(UnitOfMeasure, models.PROTECT, db_column="unit", related_name="+")
    is_sellable = models.BooleanField(default=True, db_default=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["sku"]
        indexes = [
            GinIndex(fields=["sku"], name="product_sku_trgm", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["name"], name="product_name_trgm", opclasses=["gin_trgm_ops"]),
            Index(OpClass(Upper("sku"), name="text_pattern_ops"), name="product_sku_beginning"),
            GinIndex(NAME_WORDS, name="product_name_words"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ProductKind.values), name="product_kind_word"),
            models.CheckConstraint(condition=models.Q(tax_class__in=TaxClass.values), name="product_tax_class_word"),
            models.CheckConstraint(condition=~models.Q(sku=""), name="product_sku_not_empty"),
        ]

    def __str__(self) -> str:
        return self.sku
