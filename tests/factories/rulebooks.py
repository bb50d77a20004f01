"""Rulebooks for tests."""

from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.conf import settings
from django.db import transaction

from apps.rulebooks.contract import canonical_json, forget_cached_rulebooks
from apps.rulebooks.decisions.canonical import digest_of
from apps.rulebooks.models import Approval, Rulebook, RulebookVersion
from apps.rulebooks.services.transfer import INSTALLER, SINCE_EVER
from ordercash.kernel.actor import SYSTEM_ID


def put_in_force(kind: str, document: Any, *, legal_entity_id: UUID | None = None) -> RulebookVersion:
    """Put a document in force since ever, in the test's own transaction or outside of one."""
    name = f"{kind} {legal_entity_id or ''}".strip()
    rulebook, _ = Rulebook.objects.get_or_create(kind=kind, legal_entity_id=legal_entity_id, defaults={"name": name})
    rulebook.activations.filter(until_at__isnull=True).update(until_at=SINCE_EVER)
    text = canonical_json(document)
    with transaction.atomic():
        version = RulebookVersion.objects.create(
            rulebook=rulebook, number=rulebook.versions.count() + 1, document=text, sha256=digest_of(text), state="approved",
            author_id=SYSTEM_ID, approver_id=INSTALLER.id, recorded_at=SINCE_EVER,
        )  # fmt: skip
        Approval.objects.create(
            version=version,
            sha256=version.sha256,
            basis="installation",
            approver_id=INSTALLER.id,
            recorded_at=SINCE_EVER,
        )
    rulebook.activations.create(version=version, from_at=SINCE_EVER, activated_by=SYSTEM_ID, recorded_at=SINCE_EVER)
    forget_cached_rulebooks()
    return version


def put_standard_in_force(file_name: str) -> RulebookVersion:
    """Put one of examples/rulebooks in force, e.g. "ledger_posting.yaml", or one that is kept beside the factories."""
    shipped = settings.BASE_DIR / "examples" / "rulebooks" / file_name
    content = yaml.safe_load((shipped if shipped.exists() else Path(__file__).parent / file_name).read_text("utf-8"))
    return put_in_force(content["kind"], content["document"])
