"""The exception queue: what waits for a person, the most money at risk first."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.audit.contract import actor_names
from apps.exceptions.models import Case, CaseState, ReasonState
from apps.exceptions.pages.told import bulk_sentence
from apps.exceptions.permissions import ASSIGN_CASE, CLAIM_CASE, RESOLVE_CASE, VIEW_CASES
from apps.exceptions.ports import reason_kind, reasons, resolutions
from apps.exceptions.selectors import BY_MONEY, cases, holders, queue_choices
from apps.exceptions.services.holding import assign_cases, claim_cases, release_claims
from apps.exceptions.services.resolving import resolve_cases
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import badge_html, when_html
from ordercash.web.keyset import Slice
from ordercash.web.links import kind_label
from ordercash.web.search import ids_called
from ordercash.web.worklist import Worklist

HOLDER_CHOICES = (("me", "Me"), ("none", "Nobody"))


def resolution_choices() -> list[tuple[str, str]]:
    """Return every registered resolution, each verb once."""
    return list({verb: each.label for offered in resolutions.values() for verb, each in offered.items()}.items())


class AssignForm(forms.Form):
    """Who gets the cases."""

    assignee = forms.ChoiceField(label="Colleague", choices=lambda: [(user.pk, str(user)) for user in holders()])


class ResolveForm(forms.Form):
    """What is done with the cases, and why."""

    resolution = forms.ChoiceField(label="Resolution", choices=resolution_choices)
    note = forms.CharField(label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class Cases(Worklist):
    """Cases that wait for a decision; closed ones by the filter."""

    permission = VIEW_CASES
    title = "Cases"
    row_noun = "case"
    default_sort = BY_MONEY
    columns = (
        Column("title", "Case", kind="sentence", link="case"),
        Column("reason_titles", "Reasons", kind="sentence"),
        Column("queue__name", "Queue"),
        Column("money_at_risk_minor", "At risk", kind="money", sort="money_at_risk_minor"),
        Column("due_at", "Due", kind="html", value=lambda row: due_html(row)),
        Column("state", "State", kind="badge"),
        Column("holder", "With"),
        Column("opened_at", "Opened", kind="when", desk=True),
    )
    filters = (
        Filter("q", "Case", placeholder="Number or words"),
        Filter("state", "State", kind="choices", choices=CaseState.choices),
        Filter("queue", "Queue", kind="choices", choices=queue_choices),
        Filter(
            "reason", "Reason", kind="choice", choices=lambda: [(code, each.title) for code, each in reasons.items()]
        ),
        Filter("kind", "About", kind="choice", choices=lambda: [(kind, kind_label(kind)) for kind in resolutions]),
        Filter("holder", "With", kind="choice", choices=HOLDER_CHOICES),
        Filter("overdue", "Overdue", kind="flag"),
    )
    bulk = (
        Action("Claim", verb="claim", permission=CLAIM_CASE, style="primary"),
        Action("Give back", verb="release", permission=CLAIM_CASE),
        Action("Assign", verb="assign", permission=ASSIGN_CASE, form=AssignForm),
        Action("Resolve", verb="resolve", permission=RESOLVE_CASE, form=ResolveForm),
    )
    empty = Empty("Nothing waits for you", "Orders and rows that need a decision appear here with their reasons.")

    def queryset(self, wanted: Wanted) -> QuerySet[Case]:
        found = cases(
            states=wanted["state"],
            queues=wanted["queue"],
            reason=wanted["reason"],
            subject_kind=wanted["kind"],
            assignee_id=self.actor.id if wanted["holder"] == "me" else None,
            unclaimed=wanted["holder"] == "none",
            overdue_at=clock.now() if wanted["overdue"] else None,
            text=wanted["q"],
            subject_ids=ids_called(wanted["q"], self.request.user) if wanted["q"] else (),
        )
        return found.prefetch_related("reasons")

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        page = super().rows(wanted, sort=sort, cursor=cursor, limit=limit)
        names = actor_names({row.assignee_id for row in page.rows})
        for row in page.rows:
            row.holder = names.get(row.assignee_id, "")
            row.reason_titles = reason_titles(row)
        return page

    def do_claim(self, given: Given) -> str:
        return bulk_sentence("claimed", claim_cases(case_ids=given.ids, actor=self.actor, now=clock.now()))

    def do_release(self, given: Given) -> str:
        return bulk_sentence("given back", release_claims(case_ids=given.ids, actor=self.actor, now=clock.now()))

    def do_assign(self, given: Given) -> str:
        outcomes = assign_cases(
            case_ids=given.ids, assignee_id=given.values["assignee"], actor=self.actor, now=clock.now()
        )
        return bulk_sentence("assigned", outcomes)

    def do_resolve(self, given: Given) -> str:
        outcomes = resolve_cases(
            case_ids=given.ids,
            verb=given.values["resolution"],
            note=given.values["note"],
            actor=self.actor,
            now=clock.now(),
        )
        return bulk_sentence("resolved", outcomes)


def reason_titles(case: Case) -> str:
    """Return the wordings of a case's reasons, open ones when it is open."""
    shown = list(case.reasons.all())
    standing = [reason for reason in shown if reason.state == ReasonState.OPEN] or shown
    return "; ".join(sorted({reason_kind(reason.code).title for reason in standing}))


def due_html(case: Case) -> SafeString:
    """Return the deadline, marked when it has passed and the case still waits."""
    when = when_html(case.due_at)
    late = case.closed_at is None and case.due_at < clock.now()
    return format_html("{} {}", when, badge_html("overdue")) if late else when
