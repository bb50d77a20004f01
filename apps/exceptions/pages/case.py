"""One case: what stands in the way, what can be done, what happened."""

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from django.http import HttpRequest

from apps.audit.contract import actor_names, timeline
from apps.exceptions.decisions import rule_on
from apps.exceptions.pages.cases import AssignForm
from apps.exceptions.permissions import ASSIGN_CASE, CLAIM_CASE, VIEW_CASES
from apps.exceptions.selectors import CaseFacts, case_by_id
from apps.exceptions.services.holding import assign_cases, claim_cases, release_claims
from apps.exceptions.services.outcomes import the_only
from apps.exceptions.services.resolving import resolutions_of, resolve_cases
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, TimelineEntry
from ordercash.web.page import Page
from ordercash.web.payloads import told_html, told_text
from ordercash.web.tones import state_label

RESOLVE = "resolve_"

REASON_COLUMNS = (
    Column("title", "Reason", kind="sentence"),
    Column("detail", "Detail", kind="sentence", value=lambda row: told_text(row.detail)),
    Column("queue", "Queue", value=lambda row: state_label(row.queue)),
    Column("due_at", "Due", kind="when"),
    Column("state", "State", kind="badge"),
)


class CasePage(Page):
    """A case with its reasons and the resolutions that its domain offers."""

    permission = VIEW_CASES
    template = "exceptions/case.html"
    partial = "exceptions/case_panel.html"
    crumbs = (Crumb("Cases", "cases"),)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Every resolution of the case is a verb of the page."""
        super().setup(request, *args, **kwargs)
        verb = request.POST.get("verb", "")
        if verb.startswith(RESOLVE):
            setattr(self, f"do_{verb}", partial(self.resolve, verb.removeprefix(RESOLVE)))

    @cached_property
    def case(self) -> CaseFacts:
        return case_by_id(self.kwargs["case_id"])

    def context(self) -> Mapping[str, Any]:
        case = self.case
        self.title = case.title
        events = timeline(case.id)
        names = actor_names({case.assignee_id, *(event.actor_id for event in events)})
        return {
            "case": case,
            "badge": case.state,
            "holder": names.get(case.assignee_id, "") if case.assignee_id else "",
            "reasons": Table(columns=REASON_COLUMNS, rows=case.reasons, empty=Empty("No reason was given")),
            "is_late": case.closed_at is None and case.due_at < clock.now(),
            "timeline": [
                TimelineEntry(
                    at=event.occurred_at,
                    title=state_label(event.name.partition(".")[2]),
                    actor=names.get(event.actor_id, "") if event.actor_id else "",
                    data=told_html(event.payload),
                )
                for event in reversed(events)
            ],
        }

    def actions(self) -> Sequence[Action]:
        return (*self._resolutions(), *self._holding())

    def _holding(self) -> Sequence[Action]:
        return (
            Action("Claim", verb="claim", permission=CLAIM_CASE, disabled=self._why_not("claim")),
            Action("Give back", verb="release", permission=CLAIM_CASE, disabled=self._why_not("release")),
            Action("Assign", verb="assign", permission=ASSIGN_CASE, form=AssignForm, disabled=self._why_not("assign")),
        )

    def _resolutions(self) -> Sequence[Action]:
        why = self._why_not("resolve")
        return [
            Action(
                each.label,
                verb=f"{RESOLVE}{verb}",
                permission=each.permission,
                style="primary" if place == 0 else "plain",
                reason=each.needs_note,
                confirm="" if each.needs_note else f"{each.label}?",
                disabled=why,
            )
            for place, (verb, each) in enumerate(resolutions_of(self.case.subject_kind).items())
        ]

    def _why_not(self, verb: str) -> str:
        return rule_on(
            verb,
            state=self.case.state,
            assignee_id=self.case.assignee_id,
            actor_id=self.actor.id,
            may_override=self.may(ASSIGN_CASE),
        ).text

    def do_claim(self, given: Given) -> str:
        the_only(claim_cases(case_ids=[self.case.id], actor=self.actor, now=clock.now()))
        return "It is yours now."

    def do_release(self, given: Given) -> str:
        the_only(release_claims(case_ids=[self.case.id], actor=self.actor, now=clock.now()))
        return "It is back in its queue."

    def do_assign(self, given: Given) -> str:
        assignee_id = given.values["assignee"]
        the_only(assign_cases(case_ids=[self.case.id], assignee_id=assignee_id, actor=self.actor, now=clock.now()))
        return "It is assigned."

    def resolve(self, verb: str, given: Given) -> str:
        """Carry out one of the case's resolutions."""
        outcome = the_only(
            resolve_cases(case_ids=[self.case.id], verb=verb, note=given.reason, actor=self.actor, now=clock.now())
        )
        return outcome.text or "It is resolved."
