"""A back-test: its progress while it runs, then its report; every decision that changes; one of them side by side."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.rulebooks.models import BackTest
from apps.rulebooks.pages.shown import names_of as people
from apps.rulebooks.pages.trials import (
    CHANGE_COLUMNS,
    Names,
    change_rows,
    figure_table,
    line_columns,
    line_rows,
    money_chart,
    progress_of,
    report_tiles,
)
from apps.rulebooks.permissions import RUN_BACK_TESTS, VIEW_DECISIONS, VIEW_RULEBOOKS
from apps.rulebooks.selectors import back_tests as read
from apps.rulebooks.services import back_tests as verbs
from apps.rulebooks.states import BACK_TEST
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.days import InstantInput
from ordercash.web.filters import Wanted
from ordercash.web.formats import badge_html, when_html
from ordercash.web.keyset import Slice
from ordercash.web.links import link_html, link_url, names_of
from ordercash.web.page import Page
from ordercash.web.views import job_response
from ordercash.web.worklist import Worklist

SAMPLED = 3
NOTHING = (
    "Everything that it was tried on comes out as it was decided. Each decision is tried at its own instant: a rule whose period"
    " lies after all of them shows only when a cart is tried at an instant of that period."
)
DIMENSIONS = ("customer", "product", "rule")


class BackTestForm(forms.Form):
    """What a version is tried on."""

    most = forms.IntegerField(
        label="At most the newest", required=False, min_value=1, max_value=10_000_000, initial=verbs.MOST_UNLESS_SAID,
        help_text="Decisions. Left empty with a beginning: all since then.",
    )  # fmt: skip
    since_at = forms.DateTimeField(label="Logged from", required=False, widget=InstantInput())
    until_at = forms.DateTimeField(label="Logged before", required=False, widget=InstantInput())


class BackTestPage(Page):
    """A back-test and its report."""

    permission = VIEW_RULEBOOKS
    template = "rulebooks/back_test.html"

    @cached_property
    def back_test(self) -> BackTest:
        """The back-test; raises NotFound."""
        return read.back_test_of(self.kwargs["back_test_id"])

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """What the rules are called."""
        return read.titles_of(self.back_test)

    def context(self) -> Mapping[str, Any]:
        """Return the progress, and what has been counted until now."""
        found = self.back_test
        self.title = f"Back-test of {version_name(found)}"
        self.crumbs = crumbs_of(found)
        asked_by = people([found.requested_by]).get(found.requested_by, "")
        return {
            "back_test": found,
            "badge": found.state,
            "progress": progress_of(found, reverse("back_test_progress", args=[found.pk])),
            "hash": bytes(found.sha256).hex(),
            "is_present": read.is_of_present_text(found),
            "version": link_html("rulebook_version", found.version_id, version_name(found)),
            "since_at": read.asked_since(found),
            "asked_by": asked_by,
            **self._report(),
        }

    def _report(self) -> dict[str, Any]:
        found = self.back_test
        totals = read.totals_of(found.pk)
        shifted = read.shifted_of(found.pk)
        asked = self.request.GET.get("currency", "")
        total = next((each for each in totals if each.currency == asked), None) or max(
            totals, key=lambda each: shifted.get(each.currency, 0), default=None
        )
        if total is None:
            return {"tiles": report_tiles(found, None, 0)}
        moved = {dimension: read.most_moved(found.pk, dimension, total.currency) for dimension in DIMENSIONS}
        names: Names = {
            **{kind: names_of(kind, read.ids_among(moved[kind])) for kind in ("customer", "product")},
            "rule": self.titles,
        }
        return {
            "tiles": report_tiles(found, total, shifted.get(total.currency, 0)),
            "currencies": [each.currency for each in totals] if len(totals) > 1 else [],
            "currency": total.currency,
            "charts": [money_chart(dimension, moved[dimension], names) for dimension in DIMENSIONS if moved[dimension]],
            "tables": [(dimension, figure_table(dimension, moved[dimension], names)) for dimension in DIMENSIONS],
            **self._changes(),
        }

    def _changes(self) -> dict[str, Any]:
        found = self.back_test
        most = read.changes_most_moved(found.pk)
        columns = CHANGE_COLUMNS if self.may(VIEW_DECISIONS) else CHANGE_COLUMNS[:-1]
        sampled = most[:SAMPLED] if self.may(VIEW_DECISIONS) else []
        rows = change_rows(found.pk, most)
        return {
            "changes": Table(columns, rows, caption="Orders that change most", empty=Empty("Nothing changes", NOTHING)),
            "sample": [
                (row.link, self._lines(read.side_by_side(found, row.decision_id))) for row in rows[: len(sampled)]
            ],
        }

    def _lines(self, shown: read.SideBySide) -> Table:
        return Table(line_columns(), line_rows(shown.before, shown.after, self.titles), caption="Lines")

    def actions(self) -> Sequence[Action]:
        """Offer to stop and to go on."""
        possible = BACK_TEST.verbs(self.back_test.state)
        offered = (
            Action("Stop", verb="stop", permission=RUN_BACK_TESTS),
            Action("Go on", verb="resume", permission=RUN_BACK_TESTS, style="primary"),
        )
        every = Action("All changes", url=reverse("back_test_changes", args=[self.back_test.pk]))
        return [every, *(action for action in offered if action.verb in possible)]

    def do_stop(self, given: Given) -> str:
        """Stop it."""
        verbs.stop_back_test(back_test_id=self.back_test.pk, actor=self.actor, now=clock.now())
        return "The back-test is stopped; it can go on from there."

    def do_resume(self, given: Given) -> str:
        """Let it go on."""
        verbs.resume_back_test(back_test_id=self.back_test.pk, actor=self.actor, now=clock.now())
        return "The back-test goes on where it stood."


class BackTestProgress(BackTestPage):
    """The progress alone, asked again while it runs; the report is shown when it is over."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the poll."""
        progress = progress_of(self.back_test, request.path)
        answer = job_response(request, progress)
        if progress.is_finished:
            answer.headers["HX-Refresh"] = "true"
        return answer


class BackTestChanges(Worklist):
    """Every decision that comes out otherwise, by what it moves."""

    permission = VIEW_RULEBOOKS
    row_noun = "change"
    default_sort = "-delta_minor"
    columns = CHANGE_COLUMNS
    empty = Empty("Nothing changes", NOTHING)

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        """Return a page of changes with their links."""
        found = read.back_test_of(self.kwargs["back_test_id"])
        self.title = f"Changes by {version_name(found)}"
        page = super().rows(wanted, sort=sort, cursor=cursor, limit=limit)
        self.crumbs = (*crumbs_of(found), Crumb("Back-test", url=link_url("back_test", found.pk)))
        return Slice(change_rows(found.pk, page.rows), page.next, page.previous)

    def queryset(self, wanted: Wanted) -> Any:
        """Return the changes of this back-test."""
        return read.changes_of(self.kwargs["back_test_id"])


class BackTestDecision(Page):
    """One decision as it was taken beside what the tried version says."""

    permission = VIEW_DECISIONS
    template = "rulebooks/side_by_side.html"
    partial = "rulebooks/side_by_side_panel.html"

    def context(self) -> Mapping[str, Any]:
        """Return both sides."""
        found = read.back_test_of(self.kwargs["back_test_id"])
        shown = read.side_by_side(found, self.kwargs["decision_id"])
        subject = link_html(shown.logged.subject_kind, shown.logged.subject_id)
        self.title = f"Decision of {when_text(shown.logged)}"
        self.crumbs = (*crumbs_of(found), Crumb("Back-test", url=link_url("back_test", found.pk)))
        return {
            "subject": subject,
            "decision": shown.logged,
            "version": link_html("rulebook_version", found.version_id, version_name(found)),
            "lines": Table(
                line_columns(), line_rows(shown.before, shown.after, read.titles_of(found)), caption="Lines"
            ),
            "outcomes": (pretty(shown.logged.outcome), pretty(shown.outcome)),
            "traces": (pretty(shown.logged.trace), pretty(shown.trace)),
            "facts": pretty(shown.logged.facts),
        }


def back_test_table(version_id: Any) -> Table:
    """Return the back-tests of a version, the newest first."""
    return Table(
        BACK_TEST_COLUMNS, list(read.back_tests_of(version_id).order_by("-id")[:10]), caption="Back-tests",
        empty=Empty("Not tried yet", "A back-test says what this version would have decided in the past."),
    )  # fmt: skip


def version_name(found: BackTest) -> str:
    """Return "Prices v4"."""
    return f"{found.version.rulebook.name} v{found.version.number}"


def crumbs_of(found: BackTest) -> tuple[Crumb, ...]:
    """Return the way to a back-test."""
    rulebook = found.version.rulebook
    return (
        Crumb("Rulebooks", "rulebooks"),
        Crumb(rulebook.name, url=link_url("rulebook", rulebook.pk)),
        Crumb(f"v{found.version.number}", url=link_url("rulebook_version", found.version_id)),
    )


def pretty(text: str) -> str:
    """Return a canonical text with a line for each member."""
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False)


def when_text(logged: Any) -> str:
    """Return when a decision was taken, for a title."""
    return f"{logged.taken_at:%Y-%m-%d %H:%M} UTC"


def _asked(found: BackTest) -> SafeString:
    return format_html(
        '<a class="oc-link" href="{}">{}</a>', link_url("back_test", found.pk), when_html(found.requested_at)
    )


BACK_TEST_COLUMNS = (
    Column("asked", "Asked for", kind="html", value=_asked),
    Column("state", "State", kind="html", value=lambda row: badge_html(row.state)),
    Column("seen", "Tried", kind="number"),
    Column("changed", "Change", kind="number"),
    Column("text", "Text", value=lambda row: "this" if read.is_of_present_text(row) else "another"),
)
