"""Prices changed many at once: from a file or by a rule over a list, looked at first, then carried out all or none."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.pricing.models.lists import PriceList
from ordercash.kernel.ids import new_id


class BatchKind(models.TextChoices):
    FILE = "file", _("File")
    EDIT = "edit", _("Bulk edit")


class BatchState(models.TextChoices):
    READING = "reading", _("Being read")
    READY = "ready", _("Ready")
    WRITING = "writing", _("Being carried out")
    DONE = "done", _("Carried out")
    FAILED = "failed", _("Failed")
    DISCARDED = "discarded", _("Discarded")


class PriceBatch(models.Model):
    """Changes of one list's prices. `settings` is canonical JSON: of a file what it was read with, of an edit what was asked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="batches")
    kind = models.CharField(max_length=4, choices=BatchKind)
    name = models.CharField(max_length=200)
    content = models.BinaryField(default=bytes, db_default=b"")
    sha256 = models.BinaryField(max_length=32)
    settings = models.TextField(default="{}", db_default="{}")
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.READING)
    problem = models.TextField(default="", db_default="", blank=True)
    counts = models.JSONField(default=dict, db_default={})
    job_id = models.UUIDField(null=True)
    requested_by = models.UUIDField()
    requested_at = models.DateTimeField()
    written_by = models.UUIDField(null=True)
    written_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "price batches"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BatchKind.values), name="price_batch_kind_word"),
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="price_batch_state_word"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(written_at__isnull=False), name="price_batch_done_at_some_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BatchAction(models.TextChoices):
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    ENDED = "ended", _("Ended")
    UNCHANGED = "unchanged", _("Unchanged")
    REFUSED = "refused", _("Refused")


class PriceBatchRow(models.Model):
    """What one row of a batch comes to. `row_number` is the file's, 0 where no row stands behind it (a price that ends).

    A refused row says in which column and why; `before` is the price in force where there is one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(PriceBatch, models.CASCADE, related_name="rows")
    row_number = models.PositiveIntegerField()
    action = models.CharField(max_length=9, choices=BatchAction)
    sku = models.CharField(max_length=200)
    unit = models.CharField(max_length=40, default="", db_default="")
    min_quantity = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    before = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    after = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    per = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    valid_from_at = models.DateTimeField(null=True)
    valid_until_at = models.DateTimeField(null=True)
    column = models.CharField(max_length=40, default="", db_default="")
    code = models.CharField(max_length=40, default="", db_default="")
    detail = models.CharField(max_length=300, default="", db_default="")

    class Meta:
        ordering = ["row_number", "id"]
        indexes = [
            models.Index(fields=["batch", "row_number", "id"], name="price_batch_row_in_order"),
            models.Index(fields=["batch", "action", "row_number", "id"], name="price_batch_row_by_action"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(action__in=BatchAction.values), name="price_batch_row_action_word")
        ]

    def __str__(self) -> str:
        return f"{self.row_number} {self.sku}"
