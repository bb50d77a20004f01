"""The life of a version: saved, submitted, approved by somebody else, put in force, retired."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from apps.audit.contract import record_events, set_change_actor
from apps.rulebooks.decisions.documents import checked_text
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.events import version_activated, version_retired
from apps.rulebooks.models import Rulebook, RulebookVersion
from apps.rulebooks.selectors.in_force import forget_cached_rulebooks
from apps.rulebooks.states import VERSION
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, Forbidden, NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins, writes


class SelfApproval(Forbidden):
    """The author of a version may not approve it."""

    code, title = "self_approval", "Somebody else has to approve this"


class AuthorOnly(Forbidden):
    """Only its author changes a draft; others save a draft of their own."""

    code, title = "author_only", "This draft belongs to somebody else"


class BackdatedActivation(Conflict):
    """A new version cannot reach back over instants that another version has decided."""

    code, title = "backdated_activation", "The version would change the past"


class PeriodTaken(Conflict):
    """Another version is already planned for this time."""

    code, title = "period_taken", "Another version is in force then"


@writes
def save_draft(
    *,
    kind: str,
    name: str,
    document: Any,
    legal_entity_id: UUID | None = None,
    version_id: UUID | None = None,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> RulebookVersion:
    """Save a document as a new draft of the rulebook of its kind and entity, or over the author's draft `version_id`.

    Raises KindUnknown, FloatRefused, DocumentInvalid, WrongState, AuthorOnly.
    """
    set_change_actor(actor)
    if version_id is None:
        rulebook = ensure_rulebook(kind=kind, name=name, legal_entity_id=legal_entity_id)
        return add_draft(rulebook=rulebook, document=document, note=note, actor=actor, now=now)
    version = _locked(version_id)
    version.state = VERSION.after(version.state, "save")
    if version.author_id != actor.id:
        raise AuthorOnly()
    version.document, version.sha256 = checked_text(kind_of(version.rulebook.kind), document)
    version.note = note
    version.save(update_fields=["document", "sha256", "note"])
    return version


@writes
def submit_version(*, version_id: UUID, actor: Actor, now: datetime) -> RulebookVersion:
    """Hand a draft in for review; its text is frozen from here on. Raises WrongState."""
    set_change_actor(actor)
    return _move(_locked(version_id), "submit")


@writes
def reject_version(*, version_id: UUID, note: str, actor: Actor, now: datetime) -> RulebookVersion:
    """Give a version in review back to its author with a note. Raises WrongState."""
    set_change_actor(actor)
    version = _locked(version_id)
    version.note = note
    return _move(version, "reject", "note")


@writes
def approve_version(*, version_id: UUID, actor: Actor, now: datetime) -> RulebookVersion:
    """Approve a version in review. Raises WrongState, and SelfApproval when the actor wrote it."""
    set_change_actor(actor)
    version = _locked(version_id)
    if version.author_id == actor.id:
        raise SelfApproval("The author of a version cannot approve it.")
    version.approver_id = actor.id
    return _move(version, "approve", "approver_id")


@writes
def activate_version(*, version_id: UUID, from_at: datetime, actor: Actor, now: datetime) -> RulebookVersion:
    """Put an approved version in force from `from_at` on; the one that was in force ends there.

    Raises WrongState, BackdatedActivation when `from_at` is past and another version decided since, PeriodTaken when a later
    version is planned.
    """
    set_change_actor(actor)
    return put_in_force(version=_locked(version_id), from_at=from_at, actor=actor, now=now)


@writes
def retire_version(*, version_id: UUID, actor: Actor, now: datetime) -> RulebookVersion:
    """End a version now (one that waits for its start never begins). Raises WrongState."""
    set_change_actor(actor)
    version = _locked(version_id)
    start_at = version.from_at or now
    version.until_at = start_at if start_at > now else min(now, version.until_at or now)
    _move(version, "retire", "until_at")
    record_events([version_retired(**_told(version), occurred_at=now, actor_id=actor.id)])
    transaction.on_commit(forget_cached_rulebooks)
    return version


@joins
def ensure_rulebook(*, kind: str, name: str, legal_entity_id: UUID | None) -> Rulebook:
    """Return the rulebook of a kind and entity, made when missing and locked against a second writer. Raises KindUnknown."""
    kind_of(kind)
    rulebook, _ = Rulebook.objects.get_or_create(kind=kind, legal_entity_id=legal_entity_id, defaults={"name": name})
    return Rulebook.objects.select_for_update().get(pk=rulebook.pk)


@joins
def add_draft(*, rulebook: Rulebook, document: Any, note: str, actor: Actor, now: datetime) -> RulebookVersion:
    """Add the next version of a locked rulebook as a draft of the actor."""
    text, sha256 = checked_text(kind_of(rulebook.kind), document)
    last = rulebook.versions.aggregate(last=Max("number"))["last"] or 0
    return RulebookVersion.objects.create(
        id=new_id(),
        rulebook=rulebook,
        number=last + 1,
        document=text,
        sha256=sha256,
        note=note,
        author_id=actor.id,
        recorded_at=now,
    )


@joins
def put_in_force(*, version: RulebookVersion, from_at: datetime, actor: Actor, now: datetime) -> RulebookVersion:
    """Make an approved version active from `from_at` on; the current one ends there."""
    used = version.rulebook.versions.filter(state__in=["active", "retired"])
    if from_at < now and used.filter(Q(until_at__isnull=True) | Q(until_at__gt=from_at)).exists():
        raise BackdatedActivation("Another version has decided since then; choose an instant that is not past.")
    if used.filter(from_at__gte=from_at, state="active").exists():
        raise PeriodTaken("A version is planned for that instant or later; retire it first.")
    ending = used.filter(Q(until_at__isnull=True) | Q(until_at__gt=from_at), from_at__lt=from_at, state="active")
    ending.update(until_at=from_at, **({"state": RulebookVersion.State.RETIRED} if from_at <= now else {}))
    version.from_at = from_at
    _move(version, "activate", "from_at")
    record_events([version_activated(**_told(version), from_at=from_at, occurred_at=now, actor_id=actor.id)])
    transaction.on_commit(forget_cached_rulebooks)
    return version


def _locked(version_id: UUID) -> RulebookVersion:
    """Lock the rulebook before its version, so that two changes of one rulebook wait for each other."""
    found = RulebookVersion.objects.filter(pk=version_id).values_list("rulebook_id", flat=True).first()
    if found is None:
        raise NotFound("There is no such version.")
    rulebook = Rulebook.objects.select_for_update().get(pk=found)
    version = RulebookVersion.objects.get(pk=version_id)
    version.rulebook = rulebook
    return version


def _move(version: RulebookVersion, verb: str, *fields: str) -> RulebookVersion:
    version.state = VERSION.after(version.state, verb)
    version.save(update_fields=["state", *fields])
    return version


def _told(version: RulebookVersion) -> dict[str, Any]:
    return {
        "version_id": version.id,
        "rulebook_id": version.rulebook_id,
        "kind": version.rulebook.kind,
        "number": version.number,
    }
