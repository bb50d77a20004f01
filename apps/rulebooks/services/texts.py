"""Saving a rulebook as it was written: the text of a file, with the scenarios that stand beside the document."""

from datetime import datetime
from uuid import UUID

from apps.audit.contract import set_change_actor
from apps.rulebooks.decisions.documents import DocumentInvalid, counted
from apps.rulebooks.decisions.drafting import Examined, examine_text
from apps.rulebooks.decisions.scenarios import read_scenarios
from apps.rulebooks.models import Rulebook, RulebookVersion
from apps.rulebooks.selectors.versions import version_of
from apps.rulebooks.services.scenarios import keep_scenarios
from apps.rulebooks.services.transfer import entity_id_of
from apps.rulebooks.services.versions import add_draft, change_draft, ensure_rulebook
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, Fault
from ordercash.kernel.transactions import joins, writes


class OtherRulebook(Conflict):
    """The text names another rulebook than the one that is edited."""

    code, title = "other_rulebook", "The text belongs to another rulebook"


@writes
def save_text(
    *, text: str, version_id: UUID | None = None, note: str = "", actor: Actor, now: datetime
) -> RulebookVersion:
    """Save the text of a file as a new draft of the rulebook of its kind and entity, or over the author's draft `version_id`.

    Raises DocumentInvalid with line and column of the text, OtherRulebook, NameTaken, WrongState, AuthorOnly, NotFound.
    """
    set_change_actor(actor)
    examined = examine_text(text)
    _refuse(examined)
    members = examined.members or {}
    scenarios = read_scenarios(members.get("scenarios", ()))
    kind, name, document = str(members["kind"]), str(members["name"]), members["document"]
    entity_id = entity_id_of(str(members.get("legal_entity") or ""))
    if version_id is not None:
        _same(version_of(version_id).rulebook, kind, name, entity_id)
        saved = change_draft(version_id=version_id, document=document, note=note, actor=actor)
    else:
        rulebook = ensure_rulebook(kind=kind, name=name, legal_entity_id=entity_id)
        _same(rulebook, kind, name, entity_id)
        saved = add_draft(rulebook=rulebook, document=document, note=note, actor=actor, now=now)
    keep_scenarios(rulebook=saved.rulebook, drafts=scenarios, actor=actor, now=now)
    return saved


def _refuse(examined: Examined) -> None:
    wrong = [each for each in examined.findings if each.severity == "error"]
    if wrong:
        faults = [
            Fault(
                each.pointer,
                each.code,
                f"line {each.line}, column {each.column}: {each.message}",
                each.line,
                each.column,
            )
            for each in wrong
        ]
        raise DocumentInvalid(f"{counted(wrong)} in the text.", faults=faults)


@joins
def _same(rulebook: Rulebook, kind: str, name: str, entity_id: UUID | None) -> None:
    if (rulebook.kind, rulebook.name, rulebook.legal_entity_id) != (kind, name, entity_id):
        raise OtherRulebook(f"Its kind, name and legal entity stay as they are: {rulebook.kind}, {rulebook.name!r}.")
