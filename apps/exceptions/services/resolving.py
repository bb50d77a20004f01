"""Resolving cases: the owning domain's verb settles the subjects, and closes their cases in its own transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from apps.exceptions.decisions import rule_on
from apps.exceptions.models import ACTIVE_STATES, Case
from apps.exceptions.permissions import ASSIGN_CASE, CANCEL_CASE
from apps.exceptions.ports import Resolution, resolutions
from apps.exceptions.services.closing import close_cases
from apps.exceptions.services.outcomes import CaseOutcome, missing
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError
from ordercash.kernel.transactions import writes

DISMISS = "dismiss"


def resolutions_of(subject_kind: str) -> Mapping[str, Resolution]:
    """Return the ways out of a case about such a thing; where its domain offers none the case can be dismissed."""
    if registered := resolutions.get(subject_kind):
        return registered
    return {DISMISS: Resolution("Dismiss", CANCEL_CASE, _Dismissal(subject_kind), needs_note=True)}


def resolve_cases(*, case_ids: Sequence[UUID], verb: str, note: str, actor: Actor, now: datetime) -> list[CaseOutcome]:
    """Carry out a resolution for many cases; each has its own outcome, and a bad one fails alone.

    This verb opens no transaction: the resolution of the owning domain does, set-wise for all subjects of its kind. A case is
    done when its subject has no open case afterwards. Must not be called inside a transaction.
    """
    wanted = list(dict.fromkeys(case_ids))
    cases = {case.id: case for case in Case.objects.filter(id__in=wanted).select_related("queue")}
    outcomes = {case_id: _ruling(cases.get(case_id), case_id, verb, note, actor) for case_id in wanted}
    ready = [cases[case_id] for case_id, outcome in outcomes.items() if outcome.done]
    for kind in sorted({case.subject_kind for case in ready}):
        subjects = {case.subject_id: case.id for case in ready if case.subject_kind == kind}
        told = _carry_out(resolutions_of(kind)[verb], list(subjects), note, actor, now)
        outcomes.update(_after(kind, subjects, told))
    return list(outcomes.values())


def _ruling(case: Case | None, case_id: UUID, verb: str, note: str, actor: Actor) -> CaseOutcome:
    """Say whether the resolution may be tried; `done` means yes."""
    if case is None:
        return missing(case_id)
    offered = resolutions_of(case.subject_kind).get(verb)
    if offered is None:
        return _refused(case_id, "resolution_unknown", f"A case about a {case.subject_kind} does not offer “{verb}”.")
    needed = [right for right in (offered.permission, case.queue.resolve_permission) if right]
    if not all(actor.may(right) for right in needed):
        return _refused(case_id, "forbidden", f"“{offered.label}” needs {' and '.join(needed)}.")
    if offered.needs_note and not note.strip():
        return _refused(case_id, "note_missing", f"“{offered.label}” needs a note that says why.")
    ruling = rule_on(
        "resolve",
        state=case.state,
        assignee_id=case.assignee_id,
        actor_id=actor.id,
        may_override=actor.may(ASSIGN_CASE),
    )
    return CaseOutcome(case_id, done=not ruling.code, code=ruling.code, text=ruling.text)


def _refused(case_id: UUID, code: str, text: str) -> CaseOutcome:
    return CaseOutcome(case_id, done=False, code=code, text=text)


def _carry_out(
    resolution: Resolution, subject_ids: Sequence[UUID], note: str, actor: Actor, now: datetime
) -> Mapping[UUID, str]:
    """Call the domain for all subjects; when it refuses the set, once for each, so that a bad one fails alone."""
    try:
        return resolution.function(subject_ids, note=note, actor=actor, now=now)
    except DomainError as error:
        if len(subject_ids) == 1:
            return {subject_ids[0]: error.detail}
    told: dict[UUID, str] = {}
    for subject_id in subject_ids:
        told.update(_carry_out(resolution, [subject_id], note, actor, now))
    return told


def _after(kind: str, subjects: Mapping[UUID, UUID], told: Mapping[UUID, str]) -> Iterable[tuple[UUID, CaseOutcome]]:
    """Look at what became of the subjects: one that has an open case, be it a new one, is not settled."""
    open_cases = Case.objects.filter(subject_kind=kind, subject_id__in=list(subjects), state__in=ACTIVE_STATES)
    standing = set(open_cases.values_list("subject_id", flat=True))
    for subject_id, case_id in subjects.items():
        done = subject_id not in standing
        yield case_id, CaseOutcome(case_id, done, "" if done else "still_open", told.get(subject_id, ""))


class _Dismissal:
    """The way out of cases whose domain offers none: closed with a note, nothing else happens."""

    def __init__(self, subject_kind: str) -> None:
        self.subject_kind = subject_kind

    def __call__(self, subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
        closed = _dismiss(self.subject_kind, subject_ids, note, actor, now)
        return dict.fromkeys(closed, "Dismissed.")


@writes
def _dismiss(kind: str, subject_ids: Sequence[UUID], note: str, actor: Actor, now: datetime) -> list[UUID]:
    return close_cases(kind, subject_ids, resolution=DISMISS, note=note, actor=actor, now=now, cancelled=True)
