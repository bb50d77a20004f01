"""What differs between versions, what was said about one, and what is found in its text."""

from collections.abc import Sequence
from datetime import datetime

import pydantic

from apps.rulebooks.decisions.differences import Difference, differences
from apps.rulebooks.decisions.documents import findings_of
from apps.rulebooks.decisions.kinds import Finding, Kind, kind_of, known_kinds
from apps.rulebooks.models import RulebookVersion, VersionComment
from apps.rulebooks.selectors.versions import document_of, rulebook
from ordercash.kernel.errors import Conflict


class Anything(pydantic.RootModel[object]):
    """A document of which nothing is known."""


class NotComparable(Conflict):
    """Versions of different kinds have nothing to compare."""

    code, title = "not_comparable", "These versions cannot be compared"


def differences_between(before: RulebookVersion, after: RulebookVersion) -> list[Difference]:
    """Return what differs between two versions of a kind, in words. Raises NotComparable."""
    if before.rulebook.kind != after.rulebook.kind:
        raise NotComparable(f"{before.rulebook.kind} and {after.rulebook.kind} are different kinds.")
    return differences(_kind(after), document_of(before), document_of(after))


def base_of(version: RulebookVersion, at: datetime) -> RulebookVersion | None:
    """Return what a version is compared with unless somebody says otherwise: the active one, or the one before it in number."""
    found = rulebook(version.rulebook_id)
    active = found.in_force(at)
    if active is not None and active.pk != version.pk:
        return active
    return next((each for each in found.versions if each.number < version.number), None)


def comments_on(version: RulebookVersion) -> Sequence[VersionComment]:
    """Return what was said about a version, oldest first."""
    return list(version.comments.order_by("id"))


def findings_in(version: RulebookVersion) -> list[Finding]:
    """Return what is found in a version's text; a text that does not fit its kind any more says so."""
    return findings_of(_kind(version), document_of(version))


def _kind(version: RulebookVersion) -> Kind:
    """Return the kind of a version; one that no domain answers for any more is read as it stands."""
    name = version.rulebook.kind
    return kind_of(name) if name in known_kinds() else Kind(name, name, Anything)
