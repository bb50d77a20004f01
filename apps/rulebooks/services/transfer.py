"""Rulebooks as files: one YAML or JSON document each, brought in and, for the standard rules of an installation, put in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.audit.contract import set_change_actor
from apps.masterdata.contract import entities_by_code
from apps.rulebooks.decisions.documents import checked_text
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.decisions.scenarios import read_scenarios
from apps.rulebooks.models import Approval, Rulebook, RulebookVersion
from apps.rulebooks.services.activations import put_in_force
from apps.rulebooks.services.scenarios import keep_scenarios
from apps.rulebooks.services.versions import add_draft, ensure_rulebook
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.errors import NotFound
from ordercash.kernel.transactions import joins, writes

# Whoever installs the system vouches for its standard rules; a fixed second identity keeps author and approver apart.
INSTALLER = Actor(id=UUID(int=1), name="installer", is_system=True)

# The first version of a rulebook holds since ever, so that imported history finds rules.
SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RulebookFile:
    """One rulebook as it stands in a file; `legal_entity` is a code, "" for every entity; `scenarios` as `read_scenarios` takes them."""

    kind: str
    name: str
    document: Any
    legal_entity: str = ""
    scenarios: Any = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file: the version with its text, and "new", "known" or "activated"."""

    name: str
    number: int
    sha256: bytes
    outcome: str


@writes
def import_rulebooks(*, files: Sequence[RulebookFile], actor: Actor, now: datetime) -> list[Imported]:
    """Keep each file as a draft, unless the rulebook has a version with the same text already."""
    set_change_actor(actor)
    return [_import(file, actor, now) for file in files]


@writes
def install_rulebooks(*, files: Sequence[RulebookFile], now: datetime) -> list[Imported]:
    """Keep each file and put it in force, as part of an installation: the first version since ever, a later one from `now` on."""
    set_change_actor(SYSTEM)
    return [_install(file, now) for file in files]


def _import(file: RulebookFile, actor: Actor, now: datetime) -> Imported:
    version, is_new = _kept(file, actor, now)
    _keep_scenarios(version, file, actor, now)
    return Imported(file.name, version.number, bytes(version.sha256), "new" if is_new else "known")


@joins
def _install(file: RulebookFile, now: datetime) -> Imported:
    version, _ = _kept(file, SYSTEM, now)
    rulebook = version.rulebook
    _keep_scenarios(version, file, SYSTEM, now)
    open_now = rulebook.activations.filter(Q(until_at__isnull=True) | Q(until_at__gt=now))
    if open_now.filter(version__sha256=version.sha256).exists():
        return Imported(file.name, version.number, bytes(version.sha256), "known")
    if version.author_id != SYSTEM.id or version.activations.exists():
        version = _added(rulebook, file, SYSTEM, now)
    if version.state != RulebookVersion.State.APPROVED:
        version.state, version.approver_id = RulebookVersion.State.APPROVED, INSTALLER.id
        version.save(update_fields=["state", "approver_id"])
        Approval.objects.create(
            version=version,
            sha256=version.sha256,
            basis=Approval.Basis.INSTALLATION,
            approver_id=INSTALLER.id,
            recorded_at=now,
        )
    first = not rulebook.activations.exists()
    put_in_force(version=version, from_at=SINCE_EVER if first else now, actor=SYSTEM, now=now)
    return Imported(file.name, version.number, bytes(version.sha256), "activated")


def _kept(file: RulebookFile, actor: Actor, now: datetime) -> tuple[RulebookVersion, bool]:
    rulebook = ensure_rulebook(kind=file.kind, name=file.name, legal_entity_id=entity_id_of(file.legal_entity))
    _, sha256 = checked_text(kind_of(file.kind), file.document)
    known = rulebook.versions.filter(sha256=sha256).order_by("-number").first()
    if known is not None:
        known.rulebook = rulebook
        return known, False
    return _added(rulebook, file, actor, now), True


def _added(rulebook: Rulebook, file: RulebookFile, actor: Actor, now: datetime) -> RulebookVersion:
    return add_draft(rulebook=rulebook, document=file.document, note="", actor=actor, now=now)


@joins
def _keep_scenarios(version: RulebookVersion, file: RulebookFile, actor: Actor, now: datetime) -> None:
    keep_scenarios(rulebook=version.rulebook, drafts=read_scenarios(file.scenarios), actor=actor, now=now)


def entity_id_of(code: str) -> UUID | None:
    """Return the id of a legal entity by its code, None for "". Raises NotFound."""
    if not code:
        return None
    try:
        return entities_by_code()[code].id
    except KeyError:
        raise NotFound(f"There is no legal entity {code!r}.") from None
