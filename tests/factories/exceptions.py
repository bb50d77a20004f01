"""Cases, reasons and people for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apps.exceptions.contract import CaseDraft, ReasonDraft, open_cases
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from tests.factories.audit import in_transaction

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def make_draft(*codes: str, **values: Any) -> CaseDraft:
    """Return a draft about a new subject with these reasons, differing from a plain one in the values given."""
    plain: dict[str, Any] = {
        "subject_kind": "thing",
        "subject_id": new_id(),
        "title": "A thing is held",
        "legal_entity_id": None,
        "currency": "EUR",
        "money_at_risk_minor": 10_000,
        "reasons": [ReasonDraft(code, {}) for code in codes or ("price_missing",)],
        "opened_at": NOW,
    }
    return CaseDraft(**{**plain, **values})


def open_case(*codes: str, **values: Any) -> UUID:
    """Open a case and return its id."""
    return open_all([make_draft(*codes, **values)])[0]


def open_all(drafts: Sequence[CaseDraft]) -> list[UUID]:
    """Open cases and return their ids in the order of the drafts."""
    found = in_transaction(lambda: open_cases(drafts))
    return [found[draft.subject_kind, draft.subject_id] for draft in drafts]


def make_actor(*permissions: str, name: str = "order.desk") -> Actor:
    return Actor(id=new_id(), name=name, permissions=frozenset(permissions))
