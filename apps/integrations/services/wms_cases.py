"""Cases about messages of warehouse systems."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.exceptions.contract import CaseDraft, ReasonDraft, open_cases
from apps.inventory.contract import warehouses
from apps.orders.contract import order_numbers
from ordercash.kernel.ids import id_in
from ordercash.kernel.transactions import joins

SUBJECT = "warehouse_message"


@joins
def open_message_case(
    message_id: UUID, warehouse_id: UUID, code: str, title: str, detail: Mapping[str, Any], *, now: datetime
) -> None:
    """Open a case about a message, or add the reason to the one that stands; `title` says what is wrong in a few words.

    What it is about is named behind it: the number of the order, or the product.
    """
    place = warehouses().get(warehouse_id)
    order_id = id_in(str(detail.get("order") or ""))
    about = order_numbers([order_id]).get(order_id, "") if order_id else str(detail.get("sku") or "")
    told = f"{place.code if place else 'Warehouse'}: {title}{f', {about}' if about else ''}"
    open_cases(
        [
            CaseDraft(
                subject_kind=SUBJECT,
                subject_id=message_id,
                title=told[:200],
                legal_entity_id=place.legal_entity_id if place else None,
                currency="",
                money_at_risk_minor=0,
                reasons=[ReasonDraft(code, {key: str(value) for key, value in detail.items()})],
                opened_at=now,
            )
        ]
    )
