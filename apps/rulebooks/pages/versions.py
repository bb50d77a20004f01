"""One version: what differs from another, what people said, its approval and its verbs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.rulebooks.decisions.kinds import kind_of, known_kinds
from apps.rulebooks.decisions.passages import passage_of
from apps.rulebooks.decisions.phases import Phase
from apps.rulebooks.models import Approval, RulebookVersion
from apps.rulebooks.pages.approval import approval_shown, granted_words
from apps.rulebooks.pages.back_tests import BackTestForm, back_test_table
from apps.rulebooks.pages.gates import gate_shown
from apps.rulebooks.pages.shown import activation_entries, names_of, people_of, text_of
from apps.rulebooks.permissions import (
    ACTIVATE_VERSION,
    APPROVE_VERSION,
    COMMENT_VERSION,
    DRAFT_VERSION,
    RUN_BACK_TESTS,
    VIEW_RULEBOOKS,
)
from apps.rulebooks.selectors.approvals import Standing, approval_standing
from apps.rulebooks.selectors.comparing import base_of, comments_on, differences_between, findings_in
from apps.rulebooks.selectors.gaps import gap_without
from apps.rulebooks.selectors.scenarios import scenarios_of
from apps.rulebooks.selectors.versions import RulebookFacts, phase_of, rulebook, version_of
from apps.rulebooks.services import activations, versions
from apps.rulebooks.services.back_tests import request_back_test
from apps.rulebooks.services.comments import comment_version
from apps.rulebooks.services.gates import run_gate
from apps.rulebooks.states import VERSION
from ordercash.kernel import clock
from ordercash.kernel.ids import id_in
from ordercash.web.actions import Action, Given
from ordercash.web.components import Crumb
from ordercash.web.days import InstantInput
from ordercash.web.page import Page


class ActivateForm(forms.Form):
    """From when on a version is in force."""

    from_at = forms.DateTimeField(
        label="In force from", required=False, help_text="In your time zone. Left empty: from now on.",
        widget=InstantInput(),
    )  # fmt: skip


class RetireForm(forms.Form):
    """That nothing takes a version's place has to be meant."""

    without_successor = forms.BooleanField(label="Retire it although nothing takes its place")


class CommentForm(forms.Form):
    """What somebody wants to say."""

    text = forms.CharField(label="Comment", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class VersionPage(Page):
    """One version: its text, what differs from another one, and what can be done with it."""

    permission = VIEW_RULEBOOKS
    template = "rulebooks/version.html"

    @cached_property
    def version(self) -> RulebookVersion:
        return version_of(self.kwargs["version_id"])

    @cached_property
    def found(self) -> RulebookFacts:
        return rulebook(self.version.rulebook_id)

    @cached_property
    def phase(self) -> Phase:
        return phase_of(self.version, clock.now())

    @cached_property
    def standing(self) -> Standing | None:
        """How it stands before its approval by the one who looks; of interest until it is approved."""
        if self.version.state == RulebookVersion.State.APPROVED:
            return None
        return approval_standing(self.version, approver_id=self.actor.id, at=clock.now())

    def context(self) -> Mapping[str, Any]:
        version, found, now = self.version, self.found, clock.now()
        names = people_of([version])
        self.title = f"{found.name} v{version.number}"
        self.crumbs = (Crumb("Rulebooks", "rulebooks"), Crumb(found.name, url=f"/rulebooks/{found.id}/"))
        approval = Approval.objects.filter(version=version).select_related("report").first()
        used = [row for row in found.activations if row[0].version_id == version.pk]
        return {
            "version": version,
            "badge": self.phase,
            "hash": bytes(version.sha256).hex(),
            "author": names.get(version.author_id, ""),
            "approver": names.get(version.approver_id, "") if version.approver_id else "",
            "granted": granted_words(approval) if approval else "",
            "granted_on": approval.report if approval else None,
            "text": text_of(found, version),
            "passage": passage_of(text_of(found, version), self.request.GET.get("rule", "")[:100]),
            "findings": findings_in(version),
            "approval": approval_shown(self.standing) if self.standing else None,
            "activations": activation_entries(used, names_of(each.activated_by for each, _ in used), now),
            "gate": gate_shown(version, now),
            "comments": self._comments(),
            "back_tests": back_test_table(version.pk) if self._decides() else None,
            **self._comparison(now),
        }

    def _comparison(self, now: datetime) -> dict[str, Any]:
        others = [each for each in self.found.versions if each.pk != self.version.pk]
        wanted = id_in(self.request.GET.get("since", ""))
        base = next((each for each in others if each.pk == wanted), None) or base_of(self.version, now)
        if base is None:
            return {"base": None}
        return {
            "base": base,
            "others": [(each.pk, f"v{each.number} · {phase_of(each, now)}") for each in others],
            "base_text": text_of(self.found, base),
            "differences": differences_between(version_of(base.pk), self.version),
        }

    def _comments(self) -> list[dict[str, Any]]:
        said = comments_on(self.version)
        names = names_of(each.author_id for each in said)
        return [{"by": names.get(each.author_id, ""), "at": each.recorded_at, "text": each.text} for each in said]

    def actions(self) -> Sequence[Action]:
        always = {"comment", "back_test", "run_gate"}
        possible = {*VERSION.verbs(self.version.state), *self._endings(), *always} - self._impossible()
        offered = (
            Action("Submit for review", verb="submit", permission=DRAFT_VERSION, style="primary", disabled=self._no_submission()),
            Action("Approve", verb="approve", permission=APPROVE_VERSION, style="primary", disabled=self._no_approval()),
            Action("Reject", verb="reject", permission=APPROVE_VERSION, reason=True),
            Action("Activate", verb="activate", permission=ACTIVATE_VERSION, style="primary", form=ActivateForm),
            Action("Withdraw", verb="withdraw", permission=ACTIVATE_VERSION, confirm="The version before it goes on."),
            self._retirement(),
            Action("Back-test", verb="back_test", permission=RUN_BACK_TESTS, form=BackTestForm),
            Action("Run scenarios", verb="run_gate", permission=RUN_BACK_TESTS, disabled=self._no_scenarios()),
            Action("Comment", verb="comment", permission=COMMENT_VERSION, form=CommentForm),
        )  # fmt: skip
        return [*self._links(), *(action for action in offered if action.verb in possible)]

    def _retirement(self) -> Action:
        """Offer to retire it: a second confirmation and a reason where something would stop."""
        gap = gap_without(self.version, clock.now()) if self._endings() else None
        if gap is None:
            return Action(
                "Retire", verb="retire", permission=ACTIVATE_VERSION, style="danger", confirm="Others take its place."
            )
        return Action(
            "Retire", verb="retire", permission=ACTIVATE_VERSION, style="danger", reason=True, form=RetireForm,
            confirm=f"{gap.sentence} No other version takes its place.",
        )  # fmt: skip

    def _links(self) -> Sequence[Action]:
        own_draft = self.version.state == RulebookVersion.State.DRAFT and self.version.author_id == self.actor.id
        edit = (
            Action("Edit", url=reverse("rulebook_version_edit", args=[self.version.pk]), permission=DRAFT_VERSION)
            if own_draft
            else Action("Edit as a new version", url=f"{reverse('rulebook_edit', args=[self.found.id])}?from={self.version.pk}",
                        permission=DRAFT_VERSION)
        )  # fmt: skip
        bench = kind_of(self.found.kind).bench if self.found.kind in known_kinds() else None
        tried = (
            [Action(bench.label, url=f"{reverse(bench.url_name)}?b={self.version.pk}", permission=bench.permission)]
            if bench
            else []
        )
        return *tried, edit, Action("Export", url=reverse("rulebook_version_file", args=[self.version.pk]))

    def _endings(self) -> Sequence[str]:
        return {"active": ("retire",), "scheduled": ("withdraw", "retire")}.get(self.phase, ())

    def _impossible(self) -> set[str]:
        activate = {"activate"} if self.phase in {"active", "scheduled"} else set()
        return activate if self._decides() else {*activate, "back_test", "run_gate"}

    def _no_scenarios(self) -> str:
        return "" if scenarios_of(self.found.id).exists() else "The rulebook has no scenarios yet"

    def _decides(self) -> bool:
        return self.found.kind in known_kinds() and kind_of(self.found.kind).decide is not None

    def _no_submission(self) -> str:
        return "" if self.version.author_id == self.actor.id else "Its author hands it in"

    def _no_approval(self) -> str:
        if self.version.author_id == self.actor.id:
            return "Somebody else has to approve what you wrote"
        refused = self.standing.refusal if self.standing else None
        return refused.sentence if refused else ""

    def do_submit(self, given: Given) -> str:
        versions.submit_version(version_id=self.version.pk, actor=self.actor, now=clock.now())
        return "The version waits for its review; its text is frozen."

    def do_approve(self, given: Given) -> str:
        versions.approve_version(version_id=self.version.pk, actor=self.actor, now=clock.now())
        return "The version is approved and can be put in force."

    def do_reject(self, given: Given) -> str:
        versions.reject_version(version_id=self.version.pk, note=given.reason[:300], actor=self.actor, now=clock.now())
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
        activations.retire_version(
            version_id=self.version.pk, without_successor=bool(given.values.get("without_successor")), reason=given.reason,
            actor=self.actor, now=clock.now(),
        )  # fmt: skip
        return "The version is retired."

    def do_back_test(self, given: Given) -> HttpResponse:
        made = request_back_test(version_id=self.version.pk, actor=self.actor, now=clock.now(), **given.values)
        return HttpResponseRedirect(reverse("back_test", args=[made.pk]), status=303)

    def do_run_gate(self, given: Given) -> str:
        ran = run_gate(version_id=self.version.pk, actor=self.actor, now=clock.now())
        return f"{ran.scenarios - len(ran.failed)} of {ran.scenarios} scenarios pass."

    def do_comment(self, given: Given) -> str:
        comment_version(version_id=self.version.pk, text=given.values["text"], actor=self.actor, now=clock.now())
        return "The comment is kept."
