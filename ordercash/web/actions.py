"""What a person can do on a page: a link, or a verb that is posted, with a question and a reason where it matters."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from ordercash.kernel.errors import DomainError, Fault


class ReasonMissing(DomainError):
    """The verb asks for a reason and none was given."""

    code, title, status = "reason_missing", "Please give a reason", 422


class NothingSelected(DomainError):
    """A bulk verb was sent without a row."""

    code, title, status = "nothing_selected", "Select at least one row first", 422


@dataclass(frozen=True, slots=True)
class Action:
    """A button. With `url` and no `verb` it is a link; with `verb` it posts to the page (or to `url`).

    permission -- who sees it and may do it; "" means whoever sees the page
    style      -- "primary" (at most one per page), "plain" or "danger"
    confirm    -- a question: it is asked in a dialog before the verb is sent
    reason     -- the dialog asks for a reason, which the verb receives
    form       -- the fields that the dialog asks for; the verb receives their cleaned values
    disabled   -- why it cannot be done now: the button stays visible, is off, and says this
    """

    label: str
    verb: str = ""
    url: str = ""
    permission: str = ""
    style: str = "plain"
    icon: str = ""
    confirm: str = ""
    reason: bool = False
    form: type[forms.Form] | None = None
    disabled: str = ""

    @property
    def asks(self) -> bool:
        """Whether a dialog stands between the button and the verb."""
        return bool(self.confirm or self.reason or self.form)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person sent with a verb: the rows selected, the reason, the cleaned values of the action's form."""

    verb: str
    ids: list[UUID] = field(default_factory=list)
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def allowed(actions: Iterable[Action], user: Any) -> list[Action]:
    """Return the actions that the user may see."""
    return [action for action in actions if not action.permission or user.has_perm(action.permission)]


def read_given(action: Action, posted: QueryDict, *, needs_rows: bool = False) -> Given:
    """Read what came with the verb; raises ReasonMissing or NothingSelected. The form is checked by the page."""
    reason = (posted.get(f"reason_{action.verb}") or posted.get("reason") or "").strip().replace("\x00", "")
    if action.reason and not reason:
        raise ReasonMissing(faults=[Fault("/reason", "required", "A reason is required.")])
    ids = read_ids(posted.getlist("ids"))
    if needs_rows and not ids:
        raise NothingSelected()
    return Given(verb=action.verb, ids=ids, reason=reason[:1000])


def read_ids(texts: Iterable[str]) -> list[UUID]:
    """Return the ids of the rows selected, each once; what is no id is passed over."""
    found: dict[UUID, None] = {}
    for text in texts:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)
