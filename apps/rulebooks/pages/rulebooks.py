"""Every rulebook, and one rulebook with its versions and when each was in force."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.rulebooks.decisions.kinds import kind_of, known_kinds
from apps.rulebooks.decisions.phases import version_before
from apps.rulebooks.models import RulebookVersion
from apps.rulebooks.pages.shown import activation_entries, from_html, names_of, people_of, text_of
from apps.rulebooks.permissions import DRAFT_VERSION, ROLL_BACK, VIEW_RULEBOOKS
from apps.rulebooks.selectors.versions import RulebookFacts, periods_of, phase_of, rulebook, rulebooks, version_of
from apps.rulebooks.services.activations import roll_back
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.filters import Wanted
from ordercash.web.keyset import Slice
from ordercash.web.page import Page
from ordercash.web.worklist import Worklist


def _in_force(found: RulebookFacts) -> str:
    version = found.in_force(clock.now())
    return f"v{version.number}" if version else ""


def _planned(found: RulebookFacts) -> str:
    now = clock.now()
    return ", ".join(f"v{number}" for each, number in found.activations if each.from_at > now)


def _waiting(found: RulebookFacts) -> int:
    return sum(version.state == RulebookVersion.State.IN_REVIEW for version in found.versions)


def _title_of(kind: str) -> str:
    return kind_of(kind).title if kind in known_kinds() else kind


class Rulebooks(Worklist):
    """Every rulebook and the version in force."""

    permission = VIEW_RULEBOOKS
    title = "Rulebooks"
    row_noun = "rulebook"
    default_sort = "name"
    columns = (
        Column("name", "Rulebook", link="rulebook"),
        Column("title", "What it decides", value=lambda row: _title_of(row.kind), desk=True),
        Column("kind", "Kind", kind="code"),
        Column("legal_entity", "Legal entity", value=lambda row: row.legal_entity or "every"),
        Column("in_force", "In force", value=_in_force),
        Column("planned", "Planned", value=_planned),
        Column("waiting", "In review", kind="number", value=_waiting),
        Column("versions", "Versions", kind="number", value=lambda row: len(row.versions)),
    )
    empty = Empty(
        "No rulebooks yet", "They are brought in from files: manage.py rulebooks import examples/rulebooks --activate"
    )

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[RulebookFacts]:
        return Slice(rulebooks())

    def actions(self) -> Sequence[Action]:
        """Offer a new rulebook beside what every list offers."""
        return (Action("New rulebook", url=reverse("rulebook_new"), permission=DRAFT_VERSION), *super().actions())


class RulebookPage(Page):
    """One rulebook: its versions, when each was in force, and the text in force."""

    permission = VIEW_RULEBOOKS
    template = "rulebooks/rulebook.html"
    crumbs = (Crumb("Rulebooks", "rulebooks"),)

    @cached_property
    def found(self) -> RulebookFacts:
        return rulebook(self.kwargs["rulebook_id"])

    def context(self) -> Mapping[str, Any]:
        found, now = self.found, clock.now()
        self.title = found.name
        in_force = found.in_force(now)
        used = found.activations
        return {
            "rulebook": found,
            "kind_title": _title_of(found.kind),
            "in_force": in_force,
            "text": text_of(found, in_force),
            "versions": Table(_version_columns(found, now), found.versions, caption="Versions"),
            "activations": activation_entries(used, names_of(each.activated_by for each, _ in used), now),
        }

    def actions(self) -> Sequence[Action]:
        found, now = self.found, clock.now()
        shown = found.in_force(now) or (found.versions[0] if found.versions else None)
        before = self._before(now)
        label = f"Roll back to v{before.number}" if before else "Roll back"
        offered = [
            Action(
                "New version", url=reverse("rulebook_edit", args=[found.id]), permission=DRAFT_VERSION, style="primary"
            )
        ]
        offered.append(Action("Scenarios", url=reverse("scenarios", args=[found.id])))
        if shown is not None:
            offered.append(Action("Export", url=reverse("rulebook_version_file", args=[shown.pk])))
        why_not = "" if before else "No other version was in force before"
        target = f"v{before.number}" if before else "the version before"
        question = (
            f"Put {target} in force again, within five seconds everywhere? Decisions that were taken stay as they are."
        )
        offered.append(
            Action(label, verb="roll_back", permission=ROLL_BACK, style="danger", reason=True, disabled=why_not,
                   form=_rollback_form(found.in_force(now)), confirm=question)
        )  # fmt: skip
        return offered

    def _before(self, now: datetime) -> RulebookVersion | None:
        periods = periods_of(each for each, _ in self.found.activations)
        target = version_before(periods, now)
        return next((version for version in self.found.versions if version.pk == target), None)

    def do_roll_back(self, given: Given) -> str:
        left = given.values["from_version_id"]
        made = roll_back(
            rulebook_id=self.found.id, reason=given.reason, from_version_id=left, actor=self.actor, now=clock.now()
        )
        planned = [number for each, number in self.found.activations if each.from_at > made.from_at]
        tail = f" v{planned[-1]} is still planned." if planned else ""
        return f"Rolled back: v{made.version.number} is in force again.{tail}"


def _rollback_form(running: RulebookVersion | None) -> type[forms.Form]:
    """Carry the version that is looked at, so that a rollback sent twice goes back once."""
    field = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=running.pk if running else None)
    return type("RollbackForm", (forms.Form,), {"from_version_id": field})


class VersionFile(Page):
    """A version as a file."""

    permission = VIEW_RULEBOOKS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        version = version_of(self.kwargs["version_id"])
        found = rulebook(version.rulebook_id)
        name = "-".join(filter(None, [found.kind.replace(".", "_"), found.legal_entity, f"v{version.number}"]))
        headers = {"Content-Disposition": f'attachment; filename="{name}.yaml"'}
        return HttpResponse(text_of(found, version), content_type="application/yaml; charset=utf-8", headers=headers)


def _version_columns(found: RulebookFacts, now: datetime) -> tuple[Column, ...]:
    names = people_of(found.versions)
    since = {each.version_id: each.from_at for each, _ in reversed(found.activations)}
    return (
        Column("number", "Version", value=lambda row: f"v{row.number}", link="rulebook_version"),
        Column("phase", "State", kind="badge", value=lambda row: phase_of(row, now)),
        Column(
            "since", "Last in force from", kind="html", value=lambda row: since.get(row.pk) and from_html(since[row.pk])
        ),
        Column("author", "Author", value=lambda row: names.get(row.author_id, "")),
        Column("approver", "Approver", value=lambda row: names.get(row.approver_id, "")),
        Column("note", "Note", kind="sentence", value=lambda row: row.note, desk=True),
        Column("hash", "SHA-256", kind="code", value=lambda row: bytes(row.sha256).hex()[:12], desk=True),
    )
