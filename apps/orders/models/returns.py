"""Goods or money that a customer gives back: announced, then credited against what was sold, or held as a case."""

from django.db import models
from django.db.models import Q

from apps.orders.states import RETURN
from ordercash.kernel.ids import new_id


class ReturnRequest(models.Model):
    """One cancellation document or return: its lines are matched to what was sold."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    legal_entity = models.ForeignKey("masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("masterdata.Customer", null=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60)
    source_ref = models.CharField(max_length=120, unique=True)
    reason = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    intake_document = models.ForeignKey("orders.IntakeDocument", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["customer", "-occurred_at", "-id"], name="return_by_customer")]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """What came back. A line is credited as a whole or held as a whole, so that every row has one home."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(ReturnRequest, on_delete=models.PROTECT, related_name="lines")
    line_no = models.PositiveIntegerField()
    product = models.ForeignKey("masterdata.Product", null=True, on_delete=models.PROTECT, related_name="+")
    description = models.CharField(max_length=200, default="", blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    net_minor = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    hold_code = models.CharField(max_length=40, default="", blank=True)
    intake_row = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "line_no"], name="return_line_number_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="return_line_quantity_positive"),
            models.CheckConstraint(condition=Q(state__in=RETURN.states), name="return_line_state_known"),
        ]
        indexes = [
            models.Index(fields=["occurred_at", "id"], name="return_line_waiting", condition=Q(state="announced")),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.line_no}"
