"""What customers bought, by day: what scales over a period are reckoned from."""

from django.db import models
from django.db.models import Q

from ordercash.kernel.ids import new_id


class PurchaseVolume(models.Model):
    """What a customer ordered of a product on one day, cancellations taken off. `quantity` counts in the product's own unit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey("masterdata.Customer", models.PROTECT, related_name="+")
    product = models.ForeignKey("masterdata.Product", models.PROTECT, related_name="+")
    day = models.DateField()
    currency = models.ForeignKey("masterdata.Currency", models.PROTECT, db_column="currency", related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=4, default=0, db_default=0)
    net_minor = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "product", "day", "currency"], name="purchase_volume_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="purchase_volume_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.product_id} {self.day}"
