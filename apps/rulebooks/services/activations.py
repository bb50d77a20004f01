"""Putting versions in force: activated, ended, withdrawn before they began, rolled back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from apps.audit.contract import record_events, set_change_actor
from apps.rulebooks.decisions.phases import version_before
from apps.rulebooks.events import rolled_back, version_activated, version_retired, version_withdrawn
from apps.rulebooks.models import Activation, Rulebook, RulebookVersion, VersionComment
from apps.rulebooks.selectors.gaps import Gap, gap_without
from apps.rulebooks.selectors.in_force import forget_cached_rulebooks
from apps.rulebooks.selectors.versions import periods_of, phase_of
from apps.rulebooks.services.gates import ScenarioFailed, keep_failed_gate, pass_gate
from apps.rulebooks.services.versions import locked_rulebook, locked_version
from apps.rulebooks.states import VERSION
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, DomainError
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins, writes


class BackdatedActivation(Conflict):
    """A new version cannot reach back over instants that another version has decided."""

    code, title = "backdated_activation", "The version would change the past"


class PeriodTaken(Conflict):
    """Another version is already planned for this time."""

    code, title = "period_taken", "Another version is in force then"


class NotInUse(Conflict):
    """A version that is neither active nor scheduled has nothing to end."""

    code, title = "not_in_use", "The version is not in use"


class NothingBefore(Conflict):
    """No other version was in force before the present one."""

    code, title = "nothing_before", "There is no version to return to"


class MovedOn(Conflict):
    """A rollback was meant to leave another version than the one that is in force by now."""

    code, title = "moved_on", "Another version is in force by now"


class LeavesGap(Conflict):
    """A version is not retired by the way when nothing would decide any more."""

    code, title = "leaves_gap", "Nothing would take its place"


class ReasonMissing(DomainError):
    """A rollback, or a retirement that leaves nothing, is kept with the reason that somebody gave."""

    code, title = "reason_missing", "Say why"


def activate_version(*, version_id: UUID, from_at: datetime, actor: Actor, now: datetime) -> Activation:
    """Put an approved version in force from `from_at` on; the one that was in force ends there. It may have been in force before.

    Raises WrongState, ScenarioFailed, BackdatedActivation when `from_at` is past and another version decided since, PeriodTaken when
    a later version is planned or this one is in force anyway. That its scenarios refused it is kept.
    """
    try:
        return _activate(version_id, from_at, actor, now)
    except ScenarioFailed:
        keep_failed_gate(version_id=version_id, actor=actor, now=now)
        raise


@writes
def _activate(version_id: UUID, from_at: datetime, actor: Actor, now: datetime) -> Activation:
    set_change_actor(actor)
    return put_in_force(version=locked_version(version_id), from_at=from_at, actor=actor, now=now)


@writes
def retire_version(
    *, version_id: UUID, without_successor: bool = False, reason: str = "", actor: Actor, now: datetime
) -> RulebookVersion:
    """End what a version has of activations: the present one now, one that lies ahead never begins.

    Where another version follows without a gap, or the rules of everybody take over from those of a legal entity, that is all. Where
    nothing would decide any more, it is done only `without_successor` and with a reason, which stays as a comment.
    Raises NotInUse, LeavesGap, ReasonMissing, NotFound.
    """
    set_change_actor(actor)
    version = locked_version(version_id)
    open_ones = list(version.activations.filter(_not_empty(), _open_after(now)))
    if not open_ones:
        raise NotInUse("Only a version that is active or scheduled can be retired.")
    gap = gap_without(version, now)
    if gap is not None:
        _confirm(version, gap, without_successor, reason.strip(), actor, now)
    _end(open_ones, now)
    told = version_retired(**_told(version), reason=reason.strip(), occurred_at=now, actor_id=actor.id)
    record_events([told])
    transaction.on_commit(forget_cached_rulebooks)
    return version


@joins
def _confirm(
    version: RulebookVersion, gap: Gap, without_successor: bool, reason: str, actor: Actor, now: datetime
) -> None:
    if not without_successor:
        raise LeavesGap(
            f"{gap.sentence} Activate another version first, or confirm with a reason that nothing takes its place.",
            extra={"from_at": gap.from_at.isoformat(), "until_at": gap.until_at and gap.until_at.isoformat(), "stops": gap.stops},
        )  # fmt: skip
    if not reason:
        raise ReasonMissing("What leaves nothing in its place is retired with a reason.")
    said = f"Retired with nothing in its place: {reason}"
    VersionComment.objects.create(id=new_id(), version=version, author_id=actor.id, text=said, recorded_at=now)


@writes
def withdraw_version(*, version_id: UUID, actor: Actor, now: datetime) -> RulebookVersion:
    """Let a scheduled version not begin: the one that it would have ended goes on. Raises NotInUse when nothing lies ahead."""
    set_change_actor(actor)
    version = locked_version(version_id)
    planned = version.activations.filter(_not_empty(), from_at__gt=now).first()
    if planned is None or phase_of(version, now) != "scheduled":
        raise NotInUse("Only a version that is scheduled can be withdrawn.")
    until_at = planned.until_at
    _end([planned], now)
    before = version.rulebook.activations.filter(_not_empty(), until_at=planned.from_at).first()
    if before is not None:
        reason = f"goes on: version {version.number} was withdrawn"
        _activation(before.version, planned.from_at, until_at, actor, now, reason=reason)
    record_events([version_withdrawn(**_told(version), occurred_at=now, actor_id=actor.id)])
    transaction.on_commit(forget_cached_rulebooks)
    return version


@writes
def roll_back(
    *, rulebook_id: UUID, reason: str, from_version_id: UUID | None = None, actor: Actor, now: datetime
) -> Activation:
    """Return to the version that was in force before the present one, from now on; a planned version stays planned.

    It needs no second person, for two have agreed on that version. Every process uses it within LIST_SECONDS. Rolling back again goes
    back further; with `from_version_id` only while that version is in force, so that a request sent twice goes back once.
    Raises ReasonMissing, MovedOn, NothingBefore, NotFound.
    """
    set_change_actor(actor)
    if not reason.strip():
        raise ReasonMissing("A rollback needs a reason.")
    rulebook = locked_rulebook(rulebook_id)
    if from_version_id is not None:
        _refuse_moved_on(rulebook, from_version_id, now)
    target = version_before(periods_of(rulebook.activations.all()), now)
    if target is None:
        raise NothingBefore(f"No other version of {rulebook.name} was in force before.")
    running, _ = _running(rulebook, now)
    until_at = running[-1].until_at
    _end(running, now)
    version = rulebook.versions.get(pk=target)
    version.rulebook = rulebook
    made = _activation(version, now, until_at, actor, now, kind=Activation.Kind.ROLLBACK, reason=reason.strip())
    number = running[0].version.number
    told = rolled_back(**_told(version), from_number=number, reason=made.reason, occurred_at=now, actor_id=actor.id)
    record_events([told])
    transaction.on_commit(forget_cached_rulebooks)
    return made


@joins
def _refuse_moved_on(rulebook: Rulebook, from_version_id: UUID, now: datetime) -> None:
    running, _ = _running(rulebook, now)
    if not running or running[0].version_id != from_version_id:
        number = f"version {running[0].version.number}" if running else "none"
        raise MovedOn(f"In force is {number}; look again before you roll back.")


@joins
def put_in_force(*, version: RulebookVersion, from_at: datetime, actor: Actor, now: datetime) -> Activation:
    """Make an approved version of a locked rulebook active from `from_at` on; the one in force then ends there.

    The scenarios of the rulebook are its gate. A rollback passes without: it returns to what was in force, in an emergency.
    """
    VERSION.after(version.state, "activate")
    pass_gate(version, actor=actor, now=now)
    used = version.rulebook.activations.filter(_not_empty())
    if from_at < now and used.filter(_open_after(from_at)).exists():
        raise BackdatedActivation("Another version has decided since then; choose an instant that is not past.")
    running, planned = _running(version.rulebook, from_at)
    if planned or any(each.from_at == from_at for each in running):
        raise PeriodTaken("A version is planned for that instant or later; withdraw it first.")
    if any(each.version_id == version.pk for each in running):
        raise PeriodTaken("This very version is in force then.")
    _end(running, from_at)
    made = _activation(version, from_at, None, actor, now)
    record_events([version_activated(**_told(version), from_at=from_at, occurred_at=now, actor_id=actor.id)])
    transaction.on_commit(forget_cached_rulebooks)
    return made


def _activation(
    version: RulebookVersion, from_at: datetime, until_at: datetime | None, actor: Actor, now: datetime, **more: str
) -> Activation:
    return Activation.objects.create(
        id=new_id(), rulebook_id=version.rulebook_id, version=version, from_at=from_at, until_at=until_at,
        activated_by=actor.id, recorded_at=now, **more,
    )  # fmt: skip


def _running(rulebook: Rulebook, at: datetime) -> tuple[list[Activation], list[Activation]]:
    """Return the activation in force at an instant with those that merely continue it, and whatever else is planned after it.

    A version goes on in an activation of its own where another one was withdrawn that would have ended it.
    """
    used = rulebook.activations.filter(_not_empty(), _open_after(at)).select_related("version").order_by("from_at")
    running: list[Activation] = []
    planned: list[Activation] = []
    for each in used:
        before = running[-1] if running else None
        continues = before and (before.version_id, before.until_at) == (each.version_id, each.from_at)
        (running if not planned and (continues or each.from_at <= at) else planned).append(each)
    return running, planned


def _end(activations: Iterable[Activation], at: datetime) -> None:
    """End activations at an instant, or where they would have begun."""
    for each in activations:
        each.until_at = max(each.from_at, at)
        each.save(update_fields=["until_at"])


def _not_empty() -> Q:
    return Q(until_at__isnull=True) | Q(until_at__gt=F("from_at"))


def _open_after(at: datetime) -> Q:
    return Q(until_at__isnull=True) | Q(until_at__gt=at)


def _told(version: RulebookVersion) -> dict[str, Any]:
    rulebook: Rulebook = version.rulebook
    return {"version_id": version.id, "rulebook_id": rulebook.id, "kind": rulebook.kind, "number": version.number}
