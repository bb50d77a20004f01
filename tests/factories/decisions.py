"""Logged decisions for tests."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apps.rulebooks.contract import DecisionDraft, canonical_json, record_decisions
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.models import RulebookVersion
from ordercash.kernel.ids import new_id
from tests.factories.audit import in_transaction

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def log_decisions(version: RulebookVersion, facts: Iterable[Mapping[str, Any]], *, now: datetime = NOW) -> list[UUID]:
    """Let a version decide on facts and log it; returns the decisions' ids in order."""
    kind = kind_of(version.rulebook.kind)
    ready = kind.ready(version.document)
    drafts = []
    for each in facts:
        text = canonical_json(each)
        assert kind.decide
        decided = kind.decide(ready, text)
        drafts.append(
            DecisionDraft(
                kind.name, "order", new_id(), bytes(version.sha256), text, decided.outcome, decided.trace, now
            )
        )
    return in_transaction(lambda: record_decisions(drafts))
