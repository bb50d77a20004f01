"""Rulebooks as the API answers them."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from apps.rulebooks.decisions.kinds import Finding
from apps.rulebooks.models import Activation, GateRun, RulebookVersion
from apps.rulebooks.selectors.versions import RulebookFacts, document_of, phase_of


def shown_rulebook(found: RulebookFacts, now: datetime) -> dict[str, Any]:
    """Return a rulebook with its versions and activations."""
    return {
        "id": found.id,
        "kind": found.kind,
        "name": found.name,
        "legal_entity": found.legal_entity or None,
        "versions": [shown_row(version, now) for version in found.versions],
        "activations": [shown_activation(each, number) for each, number in found.activations],
    }


def shown_activation(found: Activation, number: int) -> dict[str, Any]:
    """Return an activation with its version's number."""
    return {
        "id": found.pk,
        "version_id": found.version_id,
        "number": number,
        "kind": found.kind,
        "from_at": found.from_at,
        "until_at": found.until_at,
        "reason": found.reason,
        "activated_by": found.activated_by,
        "recorded_at": found.recorded_at,
    }


def shown_row(version: RulebookVersion, now: datetime) -> dict[str, Any]:
    """Return a version without its text."""
    return {
        "id": version.pk,
        "number": version.number,
        "sha256": bytes(version.sha256).hex(),
        "state": version.state,
        "phase": phase_of(version, now),
        "author_id": version.author_id,
        "approver_id": version.approver_id,
        "note": version.note,
    }


def shown_version(version: RulebookVersion, now: datetime) -> dict[str, Any]:
    """Return a version with its document."""
    return {**shown_row(version, now), "document": document_of(version)}


def shown_findings(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as they are."""
    return [asdict(finding) for finding in found]


def shown_gate(found: GateRun) -> dict[str, Any]:
    """Return what a version made of its scenarios."""
    return {
        "id": found.pk,
        "version_id": found.version_id,
        "sha256": bytes(found.sha256).hex(),
        "occasion": found.occasion,
        "passed": found.passed,
        "scenarios": found.scenarios,
        "failed": found.failed,
        "ran_by": found.ran_by,
        "ran_at": found.ran_at,
    }
