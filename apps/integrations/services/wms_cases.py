"""Cases about messages of warehouse systems."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.exceptions.contract import CaseDraft, ReasonDraft, open_cases
from apps.inventory.contract import warehouses
from ordercash.kernel.transactions import joins

SUBJECT = "warehouse_message"


@joins
def open_message_case(
    message_id: UUID, warehouse_id: UUID, code: str, title: str, detail: Mapping[str, Any], *, now: datetime
) -> None:
    """Open a case about a message, or add the reason to the one that stands; `title` says what is wrong in a few words."""
    place = warehouses().get(warehouse_id)
    open_cases(
        [
            CaseDraft(
                subject_kind=SUBJECT,
                subject_id=message_id,
                title=f"{place.code if place else 'Warehouse'}: {title}"[:200],
                legal_entity_id=place.legal_entity_id if place else None,
                currency="",
                money_at_risk_minor=0,
                reasons=[ReasonDraft(code, {key: str(value) for key, value in detail.items()})],
                opened_at=now,
            )
        ]
    )
