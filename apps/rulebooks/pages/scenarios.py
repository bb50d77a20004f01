"""The scenarios of a rulebook as a matrix against its versions, and one of them with what was expected beside what came."""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.rulebooks.decisions.kinds import Kind, kind_of
from apps.rulebooks.decisions.scenarios import LONGEST_NAME, LONGEST_NOTE, Ran, ScenarioDraft, weights_of
from apps.rulebooks.models import RulebookVersion, Scenario
from apps.rulebooks.pages.back_tests import pretty
from apps.rulebooks.pages.shown import names_of
from apps.rulebooks.pages.trials import line_columns, line_rows
from apps.rulebooks.permissions import DRAFT_VERSION, VIEW_RULEBOOKS
from apps.rulebooks.selectors.back_tests import titles_in
from apps.rulebooks.selectors.scenarios import MatrixRow, run_matrix, scenario_of, scenarios_of
from apps.rulebooks.selectors.versions import RulebookFacts, phase_of, rulebook
from apps.rulebooks.services import scenarios as verbs
from ordercash.kernel import clock
from ordercash.kernel.ids import id_in
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.formats import badge_html, money_html
from ordercash.web.links import link_html, link_url
from ordercash.web.page import Page

# As many versions stand beside each other: the newest, and the one in force wherever it is.
SHOWN_VERSIONS = 5


def json_value(text: str) -> Any:
    """Return what a JSON text says; raises ValidationError naming line and column."""
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError as mistake:
        raise forms.ValidationError(f"This is not JSON: {mistake}") from None


class JsonField(forms.CharField):
    """A text area for a JSON value; empty is None."""

    widget = forms.Textarea(attrs={"rows": 8, "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        """Return the value that the text says."""
        text = super().clean(value)
        return json_value(text) if text else None


class ScenarioForm(forms.Form):
    """A scenario as somebody writes it."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)
    facts = JsonField(label="Facts", help_text="JSON; fractions as text.")
    expected = JsonField(
        label="Expected",
        required=False,
        help_text="JSON. Left empty: what the version in force decides from these facts.",
    )
    note = forms.CharField(label="Note", max_length=LONGEST_NOTE, required=False)


def draft_of(given: Given) -> ScenarioDraft:
    """Return what a form holds."""
    values = given.values
    return ScenarioDraft(values["name"], values["facts"], values["expected"], values["note"])


def shown_versions(found: RulebookFacts) -> list[RulebookVersion]:
    """Return the versions of the matrix, the newest first."""
    newest = list(found.versions[:SHOWN_VERSIONS])
    in_force = found.in_force(clock.now())
    return newest if in_force is None or in_force in newest else [*newest[:-1], in_force]


def ran_badge(ran: Ran) -> SafeString:
    """Return whether a version passed."""
    return badge_html("passed", tone="good") if ran.passed else badge_html("failed")


class ScenarioMatrix(Page):
    """Every scenario of a rulebook against its newest versions."""

    permission = VIEW_RULEBOOKS
    template = "rulebooks/scenarios.html"

    @cached_property
    def found(self) -> RulebookFacts:
        """The rulebook; raises NotFound."""
        return rulebook(self.kwargs["rulebook_id"])

    def context(self) -> Mapping[str, Any]:
        """Return the matrix."""
        found = self.found
        self.title = f"Scenarios of {found.name}"
        self.crumbs = (Crumb("Rulebooks", "rulebooks"), Crumb(found.name, url=link_url("rulebook", found.id)))
        versions, scenarios = shown_versions(found), list(scenarios_of(found.id).order_by("name"))
        rows = run_matrix(found.kind, scenarios, versions) if scenarios else []
        empty = Empty("No scenarios yet", "A scenario is facts and what every version has to decide from them.")
        return {
            "matrix": Table(_columns(kind_of(found.kind), versions), rows, caption="Scenarios by version", empty=empty),
            "tiles": [_tile(version, place, rows) for place, version in enumerate(versions)] if rows else [],
            "decides": kind_of(found.kind).decide is not None,
        }

    def actions(self) -> Sequence[Action]:
        """Offer a new one."""
        why_not = "" if kind_of(self.found.kind).decide else "Rules of this kind decide nothing that could be expected"
        return (
            Action(
                "New scenario",
                verb="add",
                permission=DRAFT_VERSION,
                style="primary",
                form=ScenarioForm,
                disabled=why_not,
            ),
        )

    def do_add(self, given: Given) -> str:
        """Keep a scenario."""
        made = verbs.add_scenario(rulebook_id=self.found.id, draft=draft_of(given), actor=self.actor, now=clock.now())
        return f"The scenario {made.name} is kept; no version that fails it is put in force."


class ScenarioPage(Page):
    """One scenario: its facts, what is expected, and what each version makes of it."""

    permission = VIEW_RULEBOOKS
    template = "rulebooks/scenario.html"

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario; raises NotFound."""
        return scenario_of(self.kwargs["scenario_id"])

    def context(self) -> Mapping[str, Any]:
        """Return both texts and the runs."""
        scenario = self.scenario
        found = rulebook(scenario.rulebook_id)
        self.title = scenario.name
        self.crumbs = (
            Crumb("Rulebooks", "rulebooks"),
            Crumb(found.name, url=link_url("rulebook", found.id)),
            Crumb("Scenarios", url=f"/rulebooks/{found.id}/scenarios/"),
        )
        versions = shown_versions(found)
        (row,) = run_matrix(found.kind, [scenario], versions)
        wanted = id_in(self.request.GET.get("version", ""))
        place = next((place for place, version in enumerate(versions) if version.pk == wanted), 0)
        ran = row.ran[place]
        return {
            "lines": self._lines(kind_of(found.kind), versions, ran),
            "scenario": scenario,
            "badge": "retired" if scenario.retired_at else "",
            "author": names_of([scenario.author_id]).get(scenario.author_id, ""),
            "facts": pretty(scenario.facts),
            "expected": pretty(scenario.expected),
            "version": versions[place],
            "ran": ran,
            "got": pretty(ran.got) if ran.got else "",
            "runs": Table(_run_columns(scenario), list(zip(versions, row.ran, strict=True)), caption="Versions"),
        }

    def _lines(self, kind: Kind, versions: Sequence[RulebookVersion], ran: Ran) -> Table | None:
        """Return what every line costs, as expected and as it came; None for what cannot be weighed."""
        expected, got = (weights_of(kind, self.scenario.facts, text) for text in (ran.expected, ran.got))
        titles = {name: title for each in reversed(versions) for name, title in titles_in(kind, each.document).items()}
        rows = line_rows(expected, got, titles)
        return Table(line_columns("Expected", "Got"), rows, caption="Lines") if rows else None

    def actions(self) -> Sequence[Action]:
        """Offer to replace and to retire it."""
        why_not = "It is retired" if self.scenario.retired_at else ""
        return (
            Action("Change", verb="replace", permission=DRAFT_VERSION, form=_filled(self.scenario), disabled=why_not),
            Action(
                "Retire", verb="retire", permission=DRAFT_VERSION, style="danger", disabled=why_not,
                confirm="No version is tried on it any more. It is kept.",
            ),
        )  # fmt: skip

    def do_replace(self, given: Given) -> HttpResponse:
        """Keep another in its place, and go there."""
        made = verbs.replace_scenario(
            scenario_id=self.scenario.pk, draft=draft_of(given), actor=self.actor, now=clock.now()
        )
        return HttpResponseRedirect(link_url("scenario", made.pk), status=303)

    def do_retire(self, given: Given) -> str:
        """Retire it."""
        verbs.retire_scenario(scenario_id=self.scenario.pk, actor=self.actor, now=clock.now())
        return "The scenario is retired."


def _filled(scenario: Scenario) -> type[ScenarioForm]:
    """Return the form with what the scenario holds."""

    class Filled(ScenarioForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            held = {"name": scenario.name, "note": scenario.note}
            kwargs["initial"] = held | {"facts": pretty(scenario.facts), "expected": pretty(scenario.expected)}
            super().__init__(*args, **kwargs)

    return Filled


def _columns(kind: Kind, versions: Sequence[RulebookVersion]) -> tuple[Column, ...]:
    now = clock.now()
    return (
        Column("name", "Scenario", kind="html", value=lambda row: link_html("scenario", row.scenario.pk, row.scenario.name)),
        Column("note", "Note", kind="sentence", value=lambda row: row.scenario.note, desk=True),
        *(
            Column(
                f"v{version.number}", f"v{version.number} {phase_of(version, now)}", kind="html",
                value=_cell(kind, place, version),
            )
            for place, version in enumerate(versions)
        ),
    )  # fmt: skip


def _cell(kind: Kind, place: int, version: RulebookVersion) -> Callable[[MatrixRow], SafeString]:
    def cell(row: MatrixRow) -> SafeString:
        ran = row.ran[place]
        address = f"{link_url('scenario', row.scenario.pk)}?version={version.pk}"
        said = "" if ran.passed else _short(kind, row.scenario.facts, ran)
        return format_html('<a href="{}">{}</a> {}', address, ran_badge(ran), said)

    return cell


def _short(kind: Kind, facts: str, ran: Ran) -> SafeString:
    """Return what differs in a line: what it costs in all where that differs, else how both texts begin."""
    costs = [_cost(kind, facts, text) for text in (ran.expected, ran.got)]
    if all(costs) and costs[0] != costs[1]:
        return format_html('<span class="oc-note"><br>expected {}<br>got {}</span>', *costs)
    expected, got = (text if len(text) <= 28 else f"{text[:27]}…" for text in (ran.expected, ran.refusal or ran.got))
    return format_html(
        '<span class="oc-note"><br>expected <code>{}</code><br>got <code>{}</code></span>', expected, got
    )


def _cost(kind: Kind, facts: str, outcome: str) -> SafeString | None:
    weights = weights_of(kind, facts, outcome)
    return money_html(sum(each.amount_minor for each in weights), weights[0].currency) if weights else None


def _tile(version: RulebookVersion, place: int, rows: Sequence[MatrixRow]) -> Tile:
    passed = sum(row.ran[place].passed for row in rows)
    tone = "" if passed == len(rows) else "bad"
    return Tile(f"v{version.number}", f"{passed} of {len(rows)}", note=str(phase_of(version, clock.now())), tone=tone)


def _run_columns(scenario: Scenario) -> tuple[Column, ...]:
    here = link_url("scenario", scenario.pk)

    def version(row: tuple[RulebookVersion, Ran]) -> SafeString:
        return format_html('<a class="oc-link" href="{}?version={}">v{}</a>', here, row[0].pk, row[0].number)

    return (
        Column("version", "Version", kind="html", value=version),
        Column("ran", "Result", kind="html", value=lambda row: ran_badge(row[1])),
    )
