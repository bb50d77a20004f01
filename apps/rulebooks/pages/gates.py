"""The scenarios as the gate of a version, as its page tells it: what it makes of them now, and when that was last kept."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.rulebooks.decisions.kinds import kind_of, known_kinds
from apps.rulebooks.models import GateRun, RulebookVersion
from apps.rulebooks.pages.shown import names_of
from apps.rulebooks.selectors.scenarios import last_gate_run, run_matrix, scenarios_of
from ordercash.web.formats import badge_html
from ordercash.web.links import link_url


@dataclass(frozen=True, slots=True)
class GateShown:
    """How many scenarios there are, those that fail now as links, and the last run that was kept."""

    url: str
    at: datetime
    scenarios: int
    failing: list[SafeString]
    last: GateRun | None
    last_by: str

    @property
    def badge(self) -> SafeString:
        """Whether the gate is open."""
        return badge_html("failed") if self.failing else badge_html("passed", tone="good")

    @property
    def last_badge(self) -> SafeString:
        """Whether it passed the last time."""
        return badge_html("passed", tone="good") if self.last and self.last.passed else badge_html("failed")

    @property
    def last_failed(self) -> str:
        """The names of those that failed the last time."""
        return ", ".join(each["name"] for each in self.last.failed) if self.last else ""


def gate_shown(version: RulebookVersion, now: datetime) -> GateShown | None:
    """Return the gate of a version; None for a kind that decides nothing which a scenario could expect."""
    kind = version.rulebook.kind
    if kind not in known_kinds() or kind_of(kind).decide is None:
        return None
    scenarios = list(scenarios_of(version.rulebook_id).order_by("name"))
    rows = run_matrix(kind, scenarios, [version]) if scenarios else []
    failing = [
        format_html(
            '<a class="oc-link" href="{}?version={}">{}</a>', link_url("scenario", row.scenario.pk), version.pk, row.scenario.name
        )
        for row in rows
        if not row.ran[0].passed
    ]  # fmt: skip
    last = last_gate_run(version.pk)
    by = names_of([last.ran_by]).get(last.ran_by, "") if last else ""
    return GateShown(reverse("scenarios", args=[version.rulebook_id]), now, len(scenarios), failing, last, by)
