"""Quotes: what a cart was said to cost, and until when an order may be placed at it."""

from django.db import models
from django.db.models import F, Q

from ordercash.kernel.ids import new_id


class QuoteState(models.TextChoices):
    OPEN = "open", "Open"
    ORDERED = "ordered", "Ordered"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Quote(models.Model):
    """A cart priced for a customer at an instant. How it came about is the logged decision; the sums are kept for lists.

    An order may be placed at it in [valid_from_at, valid_until_at), once; a quote without that period only tells prices. The order
    stands above prices, so it is named by its id alone. Sums are those of the quoted lines and of what rules added.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=24, unique=True)
    source_ref = models.CharField(max_length=220, unique=True)
    legal_entity = models.ForeignKey("masterdata.LegalEntity", models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("masterdata.Customer", models.PROTECT, related_name="+", db_index=False)
    currency = models.ForeignKey(
        "masterdata.Currency", models.PROTECT, db_column="currency", related_name="+", db_index=False
    )
    channel = models.CharField(max_length=40, default="", blank=True, help_text="Empty: of any channel")
    priced_at = models.DateTimeField(help_text="The instant whose rules and prices decided")
    valid_from_at = models.DateTimeField(null=True)
    valid_until_at = models.DateTimeField(null=True)
    line_count = models.PositiveIntegerField()
    discount_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    version_sha256 = models.BinaryField(max_length=32)
    decision_id = models.UUIDField()
    note = models.CharField(max_length=300, default="", blank=True)
    state = models.CharField(max_length=10, choices=QuoteState, default=QuoteState.OPEN)
    order_id = models.UUIDField(null=True)
    ordered_at = models.DateTimeField(null=True)
    made_by = models.UUIDField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        indexes = [
            models.Index(fields=["-recorded_at", "-id"], name="quote_newest"),
            models.Index(fields=["customer", "-recorded_at", "-id"], name="quote_of_customer"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order_id"], name="quote_used_once_per_order"),
            models.CheckConstraint(condition=Q(state__in=QuoteState.values), name="quote_state_word"),
            models.CheckConstraint(condition=Q(discount_minor__gte=0, net_minor__gte=0), name="quote_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_from_at=None, valid_until_at=None)
                | Q(valid_from_at__isnull=False, valid_until_at__isnull=False, valid_until_at__gt=F("valid_from_at")),
                name="quote_valid_for_some_time",
            ),
            models.CheckConstraint(
                condition=(~Q(state="ordered") & Q(order_id=None, ordered_at=None))
                | Q(
                    state="ordered", order_id__isnull=False, ordered_at__isnull=False, valid_from_at__isnull=False,
                    ordered_at__gte=F("valid_from_at"), ordered_at__lt=F("valid_until_at"),
                ),
                name="quote_ordered_while_valid",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number
