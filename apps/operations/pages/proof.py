"""/proof/: whether everything from order to bank agrees, equality by equality, with the rows that do not."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from apps.audit.contract import actor_names
from apps.operations.permissions import RUN_PROOF, VIEW_PROOF
from apps.operations.selectors.proofs import ProofRun, last_verdict, named_documents, proof_runs
from apps.operations.services.proof import start_proof
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, JobProgress, Tile
from ordercash.web.formats import number_text
from ordercash.web.links import link_html
from ordercash.web.page import Page
from ordercash.web.views import job_response

_NUMBER: Final = re.compile(r"^[A-Z]{1,10}-[0-9-]+")

RUN_COLUMNS = (
    Column("due_at", "Asked for", kind="when"),
    Column("verdict", "Verdict", kind="badge"),
    Column("seconds", "Seconds", kind="number", value=lambda run: _seconds(run["seconds"])),
    Column("asked_by", "By", desk=True),
)


class ProofPage(Page):
    """The last verdict, and the run that is under way."""

    permission = VIEW_PROOF
    title = "Proof"
    template = "operations/proof.html"
    crumbs: Sequence[Crumb] = ()

    def context(self) -> Mapping[str, Any]:
        """Return the last verdict with its broken rows; five statements."""
        runs = proof_runs()
        last = last_verdict(runs)
        newest = runs[0] if runs else None
        names = actor_names({run.requested_by for run in runs})
        history = [_told(run, names) for run in runs]
        return {
            "subtitle": "Recomputed from facts, never from kept sums, on one moment of the database",
            "badge": last.verdict if last else "",
            "progress": progress_of(newest) if newest and newest.is_under_way else None,
            "failed": newest if newest and newest.state == "failed" else None,
            "tiles": _tiles(last) if last else None,
            "equalities": _equalities(last),
            "broken": _broken(last),
            "history": Table(columns=RUN_COLUMNS, rows=history, caption="Runs") if history else None,
        }

    def actions(self) -> Sequence[Action]:
        """Return the one verb."""
        return (Action("Run the proof", verb="run", permission=RUN_PROOF, style="primary"),)

    def do_run(self, given: Given) -> str:
        """Ask for a proof."""
        start_proof(actor=self.actor, now=clock.now())
        return "The proof is asked for; a worker takes it within seconds."


class ProofPoll(Page):
    """The progress of the newest run; once it has come to an end the page is loaded again."""

    permission = VIEW_PROOF

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the poll."""
        runs = proof_runs(1)
        if runs and runs[0].is_under_way:
            return job_response(request, progress_of(runs[0]))
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def progress_of(run: ProofRun) -> JobProgress:
    """Return a run as the progress component shows it."""
    note = "equalities" if run.total else "waiting for a worker" if run.state == "due" else ""
    return JobProgress(
        "Proof", run.state, reverse("proof_progress"), done=run.done, total=run.total, note=note, error=run.error
    )


def _tiles(run: ProofRun) -> list[Tile]:
    equalities = _checked(run)
    broken = [equality for equality in equalities if not equality["holds"]]
    rows = sum(equality["broken"] for equality in broken)
    taken = sum(equality["seconds"] for equality in equalities)
    finished = timezone.localtime(run.finished_at).strftime("%d %b %Y %H:%M") if run.finished_at else ""
    return [
        Tile("Verdict", "Everything agrees" if not broken else "Something is broken", note=finished, tone="bad" if broken else ""),
        Tile("Equalities that hold", f"{len(equalities) - len(broken)} of {len(equalities)}"),
        Tile("Rows that do not agree", f"{rows:,}", tone="bad" if rows else ""),
        Tile("Time in the database", f"{number_text(round(taken * 1000))} ms"),
    ]  # fmt: skip


def _checked(run: ProofRun | None) -> Sequence[Mapping[str, Any]]:
    return run.result["equalities"] if run and run.result else ()


def _equalities(run: ProofRun | None) -> Table:
    return Table(
        columns=(
            Column("verdict", "Verdict", kind="badge", value=lambda row: "holds" if row["holds"] else "broken"),
            Column("title", "Equality", kind="sentence"),
            Column("broken", "Rows that break it", kind="number", value=lambda row: row["broken"] or None),
            Column("seconds", "Milliseconds", kind="number", value=lambda row: round(row["seconds"] * 1000)),
        ),
        rows=_checked(run),
        caption="Equalities",
        empty=Empty("The proof has not been run yet", "It checks every order, invoice and posting; nothing is changed by it."),
    )  # fmt: skip


def _broken(run: ProofRun | None) -> list[tuple[str, int, Table]]:
    """Return (title, rows in all, table of the first) of every equality that is broken."""
    broken = [equality for equality in _checked(run) if not equality["holds"]]
    numbers = {found[0] for equality in broken for row in equality["rows"] if (found := _NUMBER.match(row["ref"]))}
    known = named_documents(numbers)
    columns = (
        Column("ref", "Row", kind="html", value=lambda row: _ref_html(row["ref"], known)),
        Column("expected", "Expected", kind="sentence"),
        Column("found", "Found", kind="sentence"),
        Column("detail", "Detail", kind="sentence"),
    )
    return [(each["title"], each["broken"], Table(columns=columns, rows=each["rows"])) for each in broken]


def _ref_html(ref: str, known: Mapping[str, Any]) -> SafeString:
    """Return a broken row as a link: to its document, or to the search for its first word."""
    found = _NUMBER.match(ref)
    if found and found[0] in known:
        kind, row_id = known[found[0]]
        return link_html(kind, row_id, ref)
    query = urlencode({"q": ref.split(" ")[0]})
    return format_html('<a class="oc-link" href="{}?{}">{}</a>', reverse("search"), query, ref)


def _told(run: ProofRun, names: Mapping[Any, str]) -> Mapping[str, Any]:
    return {
        "due_at": run.due_at,
        "verdict": run.verdict,
        "seconds": run.seconds,
        "asked_by": names.get(run.requested_by, "") if run.requested_by else "",
    }


def _seconds(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 1)))
