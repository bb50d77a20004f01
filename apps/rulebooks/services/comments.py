"""What people say about a version."""

from datetime import datetime
from uuid import UUID

from apps.rulebooks.models import VersionComment
from apps.rulebooks.selectors.versions import version_of
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes

MOST_LETTERS = 4000


class CommentUnusable(DomainError):
    """A comment says something, and not too much."""

    code, title = "comment_unusable", "The comment cannot be kept"


@writes
def comment_version(*, version_id: UUID, text: str, actor: Actor, now: datetime) -> VersionComment:
    """Keep a comment on a version in whatever state it is; it stays. Raises CommentUnusable, NotFound."""
    said = text.strip()
    if not 0 < len(said) <= MOST_LETTERS or "\x00" in said:
        raise CommentUnusable(f"A comment has between 1 and {MOST_LETTERS} characters.")
    version = version_of(version_id)
    return VersionComment.objects.create(id=new_id(), version=version, author_id=actor.id, text=said, recorded_at=now)
