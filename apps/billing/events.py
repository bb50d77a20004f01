"""The facts that billing tells: ids and amounts, never names."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ordercash.kernel.events import Event

INVOICE_ISSUED: Final = "billing.invoice_issued"
CREDIT_NOTE_ISSUED: Final = "billing.credit_note_issued"
INVOICE_SETTLED: Final = "billing.invoice_settled"
PAYMENT_RECORDED: Final = "billing.payment_recorded"
PAYMENT_APPLIED: Final = "billing.payment_applied"
INVOICE_WRITTEN_OFF: Final = "billing.invoice_written_off"
