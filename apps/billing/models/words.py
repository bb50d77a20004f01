"""The words of the tables, and what they share."""

from django.db import models
from django.db.models import Q

from ordercash.kernel.ids import new_id

SOURCE_REF_LENGTH = 200


class InvoicingMode(models.TextChoices):
    PER_SHIPMENT = "per_shipment", "Per shipment"
    PER_DAY = "per_day", "Collected per day"


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


class InvoiceState(models.TextChoices):
    DRAFT = "draft", "Draft"
    ISSUED = "issued", "Issued"
    SETTLED = "settled", "Settled"


class ObligationState(models.TextChoices):
    OWED = "owed", "Owed"
    BILLED = "billed", "Billed"


class SettlementKind(models.TextChoices):
    PAYMENT = "payment", "Payment"
    CREDIT = "credit", "Credit note"
    WRITE_OFF = "write_off", "Write-off"


def key() -> models.UUIDField:
    return models.UUIDField(primary_key=True, default=new_id, editable=False)


def one_of(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """A word column takes only the words of its list."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)
