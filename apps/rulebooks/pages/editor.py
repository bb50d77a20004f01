"""Writing a rulebook: its text, with everything that is found in it while it is written."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from apps.rulebooks.decisions.differences import Difference, differences
from apps.rulebooks.decisions.drafting import Examined, examine_text
from apps.rulebooks.decisions.kinds import kind_of, known_kinds
from apps.rulebooks.decisions.vocabulary import vocabulary_of
from apps.rulebooks.models import RulebookVersion
from apps.rulebooks.pages.shown import text_of
from apps.rulebooks.permissions import DRAFT_VERSION
from apps.rulebooks.selectors.versions import document_of, rulebook, version_of
from apps.rulebooks.services.texts import save_text
from apps.rulebooks.services.versions import AuthorOnly
from apps.rulebooks.states import VERSION
from ordercash.kernel import clock
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import id_in
from ordercash.web.actions import Action, Given
from ordercash.web.components import Crumb
from ordercash.web.page import Page

BLANK = "kind: \nname: \ndocument:\n  "


class Editor(Page):
    """The text of a rulebook: a new one, a new version of one, or one's own draft."""

    permission = DRAFT_VERSION
    template = "rulebooks/editor.html"

    @cached_property
    def draft(self) -> RulebookVersion | None:
        """The draft that is written over; somebody else's, or what is no draft any more, is refused."""
        if "version_id" not in self.kwargs:
            return None
        version = version_of(self.kwargs["version_id"])
        VERSION.after(version.state, "save")
        if version.author_id != self.actor.id:
            raise AuthorOnly()
        return version

    @cached_property
    def base(self) -> RulebookVersion | None:
        """What the text begins with, and is compared to: the draft, the version asked for, the active one, the newest."""
        if self.draft is not None:
            return self.draft
        if "rulebook_id" not in self.kwargs:
            return None
        found = rulebook(self.kwargs["rulebook_id"])
        wanted = id_in(self.request.GET.get("from", ""))
        asked = next((each for each in found.versions if each.pk == wanted), None)
        return asked or found.in_force(clock.now()) or next(iter(found.versions), None)

    def context(self) -> Mapping[str, Any]:
        base, draft = self.base, self.draft
        found = rulebook(base.rulebook_id) if base else None
        text = self.request.POST.get("text") or (text_of(found, base) if found else BLANK)
        self.title = self._title(found.name if found else "")
        self.crumbs = (
            Crumb("Rulebooks", "rulebooks"),
            *([Crumb(found.name, url=f"/rulebooks/{found.id}/")] if found else []),
        )
        return {
            "text": text,
            "note": self.request.POST.get("note", draft.note if draft else ""),
            "base": base,
            "vocabularies": [vocabulary_of(kind_of(name)) for name in ([found.kind] if found else known_kinds())],
            **found_in(text, base),
        }

    def _title(self, name: str) -> str:
        if self.draft is not None:
            return f"Edit {name} v{self.draft.number}"
        return f"New version of {name}" if name else "New rulebook"

    def posted_actions(self) -> Sequence[Action]:
        return (Action("Save as a draft", verb="save", permission=DRAFT_VERSION, style="primary"),)

    def do_save(self, given: Given) -> HttpResponse:
        """Save, and go to the version; what is refused is told beside the text, which is kept."""
        text, note = self.request.POST.get("text", ""), self.request.POST.get("note", "")[:300].replace("\x00", "")
        draft_id = self.draft.pk if self.draft else None
        try:
            saved = save_text(
                text=text.replace("\r\n", "\n"), version_id=draft_id, note=note, actor=self.actor, now=clock.now()
            )
        except DomainError as refusal:
            return self.show(status=refusal.status, refusal=refusal)
        return HttpResponseRedirect(reverse("rulebook_version", args=[saved.pk]), status=303)


class ExaminePart(Page):
    """What is found in a text, as the part of the editor that is renewed while somebody writes."""

    permission = DRAFT_VERSION
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.POST.get("text", "").replace("\r\n", "\n")
        wanted = id_in(request.POST.get("base", ""))
        return render(request, "rulebooks/findings.html", found_in(text, version_of(wanted) if wanted else None))


def found_in(text: str, base: RulebookVersion | None) -> dict[str, Any]:
    """Return what is found in a text, and what differs from the version that it began with."""
    examined = examine_text(text)
    return {
        "examined": examined,
        "base": base,
        "differences": _differences(examined, base) if base else [],
        "blank": text.strip() == BLANK.strip(),
    }


def _differences(examined: Examined, base: RulebookVersion) -> list[Difference]:
    if examined.members is None or not examined.can_be_saved:
        return []
    kind = version_of(base.pk).rulebook.kind
    if examined.members["kind"] != kind:
        return []
    return differences(kind_of(kind), document_of(base), examined.members["document"])
