"""Cases, reasons and people for tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apps.exceptions.contract import CaseDraft, ReasonDraft, close_cases, open_cases
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes
from tests.factories.audit import in_transaction

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RELEASE = "things.release"


def make_draft(*codes: str, **values: Any) -> CaseDraft:
    """Return a draft about a new subject with these reasons, differing from a plain one in the values given."""
    plain: dict[str, Any] = {
        "subject_kind": "thing",
        "subject_id": new_id(),
        "title": "A thing is held",
        "legal_entity_id": None,
        "currency": "EUR",
        "money_at_risk_minor": 10_000,
        "reasons": [ReasonDraft(code, {}) for code in codes or ("no_price",)],
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


class Owner:
    """A domain that settles its things, except those that it is told to refuse or to leave."""

    def __init__(self) -> None:
        self.refused: set[UUID] = set()
        self.left: set[UUID] = set()
        self.found_again: set[UUID] = set()
        self.calls: list[int] = []

    def release(self, subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
        self.calls.append(len(subject_ids))
        return self._release(subject_ids, note, actor, now)

    def _release(self, subject_ids: Sequence[UUID], note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
        def verb() -> Mapping[UUID, str]:
            if self.refused & set(subject_ids):
                raise Conflict("It has moved on.")
            settled = [subject_id for subject_id in subject_ids if subject_id not in self.left]
            close_cases("thing", settled, resolution="release", note=note, actor=actor, now=now)
            open_cases([make_draft(subject_id=each) for each in settled if each in self.found_again])
            return {**dict.fromkeys(self.left, "Still has no price."), **dict.fromkeys(settled, "Released.")}

        return writes(verb)()
