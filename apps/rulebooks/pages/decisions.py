"""A decision in the log: what was known, what came of it and why, by which version."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect

from apps.rulebooks.decisions.kinds import kind_of, known_kinds
from apps.rulebooks.decisions.scenarios import LONGEST_NAME, LONGEST_NOTE
from apps.rulebooks.pages.back_tests import pretty, when_text
from apps.rulebooks.permissions import DRAFT_VERSION, VIEW_DECISIONS
from apps.rulebooks.selectors.decision_log import DecisionFacts, decision_of
from apps.rulebooks.selectors.pinned import pinned_version
from apps.rulebooks.services.scenarios import add_scenario_from_decision
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.components import Crumb
from ordercash.web.links import link_html, link_url
from ordercash.web.page import Page


class KeepForm(forms.Form):
    """What a scenario made of a decision is called."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)
    note = forms.CharField(label="Note", max_length=LONGEST_NOTE, required=False)


class DecisionPage(Page):
    """One decision, which can be kept as a scenario."""

    permission = VIEW_DECISIONS
    template = "rulebooks/decision.html"
    crumbs = (Crumb("Rulebooks", "rulebooks"),)

    @cached_property
    def decision(self) -> DecisionFacts:
        """The decision; raises NotFound."""
        return decision_of(self.kwargs["decision_id"])

    def context(self) -> Mapping[str, Any]:
        """Return what was logged, with the version that decided."""
        found = self.decision
        self.title = f"Decision of {when_text(found)}"
        pinned = pinned_version(found.kind, found.version_sha256, found.taken_at)
        return {
            "decision": found,
            "subject": link_html(found.subject_kind, found.subject_id),
            "version": link_html("rulebook_version", pinned.id, pinned.name) if pinned else "",
            "hash": bytes(found.version_sha256).hex(),
            "facts": pretty(found.facts),
            "outcome": pretty(found.outcome),
            "trace": pretty(found.trace),
        }

    def actions(self) -> Sequence[Action]:
        """Offer to keep it as a scenario."""
        decides = self.decision.kind in known_kinds() and kind_of(self.decision.kind).decide is not None
        keep = Action("Keep as a scenario", verb="keep", permission=DRAFT_VERSION, form=KeepForm)
        return (keep,) if decides else ()

    def do_keep(self, given: Given) -> str | HttpResponse:
        """Keep it, and go to the scenario."""
        made = add_scenario_from_decision(
            decision_id=self.decision.id, name=given.values["name"], note=given.values["note"], actor=self.actor,
            now=clock.now(),
        )  # fmt: skip
        return HttpResponseRedirect(link_url("scenario", made.pk), status=303)
