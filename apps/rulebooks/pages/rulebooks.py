"""Every rulebook, one rulebook with its versions, one version with its text and its verbs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.audit.contract import actor_names
from apps.rulebooks.decisions.files import write_file
from apps.rulebooks.models import Activation, RulebookVersion
from apps.rulebooks.permissions import ACTIVATE_VERSION, APPROVE_VERSION, DRAFT_VERSION, VIEW_RULEBOOKS
from apps.rulebooks.selectors.versions import RulebookFacts, document_of, phase_of, rulebook, rulebooks, version_of
from apps.rulebooks.services import activations
from apps.rulebooks.services import versions as verbs
from apps.rulebooks.services.transfer import INSTALLER, SINCE_EVER
from apps.rulebooks.states import VERSION
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.days import InstantInput
from ordercash.web.filters import Wanted
from ordercash.web.formats import when_html
from ordercash.web.keyset import Slice
from ordercash.web.page import Page
from ordercash.web.worklist import Worklist


def _in_force(found: RulebookFacts) -> str:
    version = found.in_force(clock.now())
    return f"v{version.number}" if version else ""


def _short_hash(version: RulebookVersion) -> str:
    return bytes(version.sha256).hex()[:12]


class Rulebooks(Worklist):
    """Every rulebook and the version in force."""

    permission = VIEW_RULEBOOKS
    title = "Rulebooks"
    row_noun = "rulebook"
    default_sort = "name"
    columns = (
        Column("name", "Rulebook", link="rulebook"),
        Column("kind", "Kind", kind="code"),
        Column("legal_entity", "Legal entity", value=lambda row: row.legal_entity or "every"),
        Column("in_force", "In force", value=_in_force),
        Column("versions", "Versions", kind="number", value=lambda row: len(row.versions)),
    )
    empty = Empty(
        "No rulebooks yet", "They are brought in from files: manage.py rulebooks import examples/rulebooks --activate"
    )

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[RulebookFacts]:
        return Slice(rulebooks())


class RulebookPage(Page):
    """One rulebook: its versions, and the text in force."""

    permission = VIEW_RULEBOOKS
    template = "rulebooks/rulebook.html"
    crumbs = (Crumb("Rulebooks", "rulebooks"),)

    def context(self) -> Mapping[str, Any]:
        found, now = rulebook(self.kwargs["rulebook_id"]), clock.now()
        self.title = found.name
        names = _names(found.versions)
        return {
            "rulebook": found,
            "in_force": found.in_force(now),
            "text": _text(found, found.in_force(now)),
            "versions": Table(columns=_version_columns(names, now), rows=found.versions, caption="Versions"),
            "activations": Table(columns=_activation_columns(names), rows=found.activations, caption="Activations"),
        }


class ActivateForm(forms.Form):
    """From when on a version is in force."""

    from_at = forms.DateTimeField(
        label="In force from", required=False, help_text="In your time zone. Left empty: from now on.",
        widget=InstantInput(),
    )  # fmt: skip


class VersionPage(Page):
    """One version: its text, what differs from the one in force, and what can be done with it."""

    permission = VIEW_RULEBOOKS
    template = "rulebooks/version.html"

    @cached_property
    def version(self) -> RulebookVersion:
        return version_of(self.kwargs["version_id"])

    def context(self) -> Mapping[str, Any]:
        version, now = self.version, clock.now()
        found = rulebook(version.rulebook_id)
        current = found.in_force(now)
        names = _names([version])
        self.title = f"{found.name} v{version.number}"
        self.crumbs = (Crumb("Rulebooks", "rulebooks"), Crumb(found.name, url=f"/rulebooks/{found.id}/"))
        return {
            "version": version,
            "badge": phase_of(version, now),
            "hash": bytes(version.sha256).hex(),
            "activations": Table(
                columns=_activation_columns(names), rows=_activations(found, version), caption="Activations"
            ),
            "author": names.get(version.author_id, ""),
            "approver": names.get(version.approver_id, "") if version.approver_id else "",
            "current": current if current and current.pk != version.pk else None,
            "current_text": _text(found, current),
            "text": _text(found, version),
        }

    def actions(self) -> Sequence[Action]:
        possible = {*VERSION.verbs(self.version.state), *self._endings()}
        own = "Somebody else has to approve what you wrote" if self.version.author_id == self.request.user.pk else ""
        offered = (
            Action("Submit for review", verb="submit", permission=DRAFT_VERSION, style="primary"),
            Action("Approve", verb="approve", permission=APPROVE_VERSION, style="primary", disabled=own),
            Action("Reject", verb="reject", permission=APPROVE_VERSION, reason=True),
            Action("Activate", verb="activate", permission=ACTIVATE_VERSION, style="primary", form=ActivateForm),
            Action("Withdraw", verb="withdraw", permission=ACTIVATE_VERSION),
            Action(
                "Retire", verb="retire", permission=ACTIVATE_VERSION, style="danger",
                confirm="Without another version nothing of this kind can be decided any more.",
            ),
        )  # fmt: skip
        return [action for action in offered if action.verb in possible]

    def _endings(self) -> Sequence[str]:
        return {"active": ("retire",), "scheduled": ("withdraw", "retire")}.get(phase_of(self.version, clock.now()), ())

    def do_submit(self, given: Given) -> str:
        verbs.submit_version(version_id=self.version.pk, actor=self.actor, now=clock.now())
        return "The version waits for its review; its text is frozen."

    def do_approve(self, given: Given) -> str:
        verbs.approve_version(version_id=self.version.pk, actor=self.actor, now=clock.now())
        return "The version is approved and can be put in force."

    def do_reject(self, given: Given) -> str:
        verbs.reject_version(version_id=self.version.pk, note=given.reason[:300], actor=self.actor, now=clock.now())
        return "The version went back to its author."

    def do_activate(self, given: Given) -> str:
        now = clock.now()
        from_at = given.values["from_at"] or now
        activations.activate_version(version_id=self.version.pk, from_at=from_at, actor=self.actor, now=now)
        return "The version is in force." if from_at <= now else "The version is scheduled."

    def do_withdraw(self, given: Given) -> str:
        activations.withdraw_version(version_id=self.version.pk, actor=self.actor, now=clock.now())
        return "The version does not begin; the one before it goes on."

    def do_retire(self, given: Given) -> str:
        activations.retire_version(version_id=self.version.pk, actor=self.actor, now=clock.now())
        return "The version is retired."


def _names(versions: Sequence[RulebookVersion]) -> dict[UUID, str]:
    """Return the names of those who wrote and approved; what an installation brought was approved by the installer."""
    ids = [id for version in versions for id in (version.author_id, version.approver_id)]
    return {**actor_names(ids), INSTALLER.id: INSTALLER.name}


def _text(found: RulebookFacts, version: RulebookVersion | None) -> str:
    if version is None:
        return ""
    return write_file(kind=found.kind, name=found.name, legal_entity=found.legal_entity, document=document_of(version))


def from_html(moment: datetime | None) -> SafeString:
    """Return from when on a version is in force; those that came with the installation always were."""
    return format_html("from the beginning") if moment == SINCE_EVER else when_html(moment)


def _activations(found: RulebookFacts, version: RulebookVersion) -> list[tuple[Activation, int]]:
    return [row for row in found.activations if row[0].version_id == version.pk]


def _activation_columns(names: Mapping[Any, str]) -> tuple[Column, ...]:
    return (
        Column("number", "Version", value=lambda row: f"v{row[1]}"),
        Column("from_at", "From", kind="html", value=lambda row: from_html(row[0].from_at)),
        Column("until_at", "Until", kind="when", value=lambda row: row[0].until_at),
        Column("kind", "Kind", value=lambda row: row[0].kind),
        Column("by", "By", value=lambda row: names.get(row[0].activated_by, "")),
        Column("reason", "Reason", value=lambda row: row[0].reason),
    )


def _version_columns(names: Mapping[Any, str], now: datetime) -> tuple[Column, ...]:
    return (
        Column("number", "Version", value=lambda row: f"v{row.number}", link="rulebook_version"),
        Column("phase", "State", kind="badge", value=lambda row: phase_of(row, now)),
        Column("author", "Author", value=lambda row: names.get(row.author_id, "")),
        Column("approver", "Approver", value=lambda row: names.get(row.approver_id, "")),
        Column("hash", "SHA-256", kind="code", value=_short_hash, desk=True),
    )
