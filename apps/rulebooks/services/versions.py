"""The life of a version until it is approved: saved, submitted, given back, approved by somebody else."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Max

from apps.audit.contract import set_change_actor
from apps.rulebooks.decisions.documents import checked_text
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.models import Approval, Rulebook, RulebookVersion
from apps.rulebooks.selectors.approvals import Standing, approval_standing
from apps.rulebooks.selectors.in_force import forget_cached_rulebooks
from apps.rulebooks.states import VERSION
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, Forbidden, NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins, writes

RULE_OF_APPROVAL: Final = "SELECT version_id FROM rulebooks_rule_of_approval(%s, %s, %s)"


class SelfApproval(Forbidden):
    """The author of a version may not approve it."""

    code, title = "self_approval", "Somebody else has to approve this"


class ApprovalRefused(Forbidden):
    """The rules of approval want somebody else, or a back-test first."""

    code, title = "approval_refused", "The rules of approval do not allow this"


class NameTaken(Conflict):
    """A rulebook has a name of its own."""

    code, title = "name_taken", "Another rulebook has this name"


class AuthorOnly(Forbidden):
    """Only its author changes a draft; others save a draft of their own."""

    code, title = "author_only", "This draft belongs to somebody else"


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

    Raises KindUnknown, NameTaken, FloatRefused, DocumentInvalid, WrongState, AuthorOnly.
    """
    set_change_actor(actor)
    if version_id is not None:
        return change_draft(version_id=version_id, document=document, note=note, actor=actor)
    rulebook = ensure_rulebook(kind=kind, name=name, legal_entity_id=legal_entity_id)
    return add_draft(rulebook=rulebook, document=document, note=note, actor=actor, now=now)


@joins
def change_draft(*, version_id: UUID, document: Any, note: str, actor: Actor) -> RulebookVersion:
    """Save a document over the author's own draft. Raises WrongState, AuthorOnly, FloatRefused, DocumentInvalid, NotFound."""
    version = locked_version(version_id)
    version.state = VERSION.after(version.state, "save")
    if version.author_id != actor.id:
        raise AuthorOnly()
    version.document, version.sha256 = checked_text(kind_of(version.rulebook.kind), document)
    version.note = note
    version.save(update_fields=["document", "sha256", "note"])
    return version


@writes
def submit_version(*, version_id: UUID, actor: Actor, now: datetime) -> RulebookVersion:
    """Hand one's own draft in for review; its text is frozen from here on. Raises WrongState, AuthorOnly."""
    set_change_actor(actor)
    version = locked_version(version_id)
    VERSION.after(version.state, "submit")
    if version.author_id != actor.id:
        raise AuthorOnly()
    return _move(version, "submit")


@writes
def reject_version(*, version_id: UUID, note: str, actor: Actor, now: datetime) -> RulebookVersion:
    """Give a version in review back to its author with a note. Raises WrongState."""
    set_change_actor(actor)
    version = locked_version(version_id)
    version.note = note
    return _move(version, "reject", "note")


@writes
def approve_version(*, version_id: UUID, actor: Actor, now: datetime) -> RulebookVersion:
    """Approve a version in review.

    Raises WrongState, SelfApproval when the actor wrote it, and ApprovalRefused when the rules of approval want another role, a
    back-test, or somebody with a higher limit (its `extra` names which).
    """
    set_change_actor(actor)
    version = locked_version(version_id)
    if version.author_id == actor.id:
        raise SelfApproval("The author of a version cannot approve it.")
    VERSION.after(version.state, "approve")
    forget_cached_rulebooks()
    standing = approval_standing(version, approver_id=actor.id, at=now)
    if standing.refusal is not None:
        raise ApprovalRefused(standing.refusal.sentence, extra=_told(standing))
    _keep_approval(version, standing, actor, now)
    version.approver_id = actor.id
    return _move(version, "approve", "approver_id")


@joins
def _keep_approval(version: RulebookVersion, standing: Standing, actor: Actor, now: datetime) -> Approval:
    """Keep by which role, up to which amount and on which report somebody approves; the database compares it."""
    limit, shows, book = standing.limit, standing.shows, version.rulebook
    ((rule_version_id,),) = sql.fetch(RULE_OF_APPROVAL, [book.kind, book.legal_entity_id, now])
    return Approval.objects.create(
        id=new_id(), version=version, sha256=version.sha256, basis=Approval.Basis.PERSON, approver_id=actor.id,
        rule_version_id=rule_version_id, role=limit.role if limit else "",
        most=None if limit is None or limit.most is None else {code: str(each) for code, each in limit.most.items()},
        report=standing.report, needed=shows.needed if shows and standing.needed else 0, covered=shows.covered if shows else 0,
        moved=dict(shows.moved) if shows else {}, recorded_at=now,
    )  # fmt: skip


def _told(standing: Standing) -> dict[str, Any]:
    """Return what callers need to know of a refusal: why, and what a back-test lacks."""
    shows = standing.shows
    return {
        "reason": standing.refusal.code if standing.refusal else "",
        "needed_decisions": shows.needed if shows and standing.needed else standing.needed,
        "covered_decisions": shows.covered if shows else 0,
        "back_test_id": str(standing.report.pk) if standing.report else None,
    }


@joins
def ensure_rulebook(*, kind: str, name: str, legal_entity_id: UUID | None) -> Rulebook:
    """Return the rulebook of a kind and entity, made when missing and locked against a second writer.

    Raises KindUnknown and NameTaken.
    """
    kind_of(kind)
    if Rulebook.objects.filter(name=name).exclude(kind=kind, legal_entity_id=legal_entity_id).exists():
        raise NameTaken(f"Another rulebook is called {name!r}.")
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
def locked_version(version_id: UUID) -> RulebookVersion:
    """Lock the rulebook and return the version, so that two changes of one rulebook wait for each other. Raises NotFound."""
    found = RulebookVersion.objects.filter(pk=version_id).values_list("rulebook_id", flat=True).first()
    if found is None:
        raise NotFound("There is no such version.")
    rulebook = locked_rulebook(found)
    version = RulebookVersion.objects.get(pk=version_id)
    version.rulebook = rulebook
    return version


@joins
def locked_rulebook(rulebook_id: UUID) -> Rulebook:
    """Lock a rulebook and return it. Raises NotFound."""
    found = Rulebook.objects.select_for_update().filter(pk=rulebook_id).first()
    if found is None:
        raise NotFound("There is no such rulebook.")
    return found


def _move(version: RulebookVersion, verb: str, *fields: str) -> RulebookVersion:
    version.state = VERSION.after(version.state, verb)
    version.save(update_fields=["state", *fields])
    return version
