"""The rules of inventory that are in force, and the language of their conditions."""

from datetime import datetime
from typing import Final
from uuid import UUID

from apps.inventory.decisions.document.language import Language
from apps.rulebooks.contract import (
    ConditionFailed,
    InForce,
    compile_condition,
    examine_conditions,
    rulebook_if_any,
)

LANGUAGE: Final = Language(compile_condition, examine_conditions, ConditionFailed)


def rules_in_force(kind: str, *, at: datetime, legal_entity_id: UUID) -> InForce | None:
    """Return the version of a kind that decides for a legal entity at an instant, None where nobody wrote rules of it."""
    return rulebook_if_any(kind, at=at, legal_entity_id=legal_entity_id)
