"""The proof over the API."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of
from apps.operations.api.answers import ProofAsked, ProofShown
from apps.operations.permissions import RUN_PROOF, VIEW_PROOF
from apps.operations.selectors.proofs import ProofRun, last_verdict, proof_runs
from apps.operations.services.proof import start_proof
from ordercash.kernel import clock
from ordercash.web.api.openapi import Shape


class Proof(APIView):
    """GET the last verdict and the run under way; POST asks for a new run (202), 409 while one is under way."""

    permissions = {"GET": VIEW_PROOF, "POST": RUN_PROOF}
    shapes = {"GET": Shape(answer=ProofShown), "POST": Shape(answer=ProofAsked, status=202)}

    def get(self, request: Request) -> Response:
        runs = proof_runs()
        last = last_verdict(runs)
        under_way = runs[0] if runs and runs[0].is_under_way else None
        return Response(
            {
                "run": _shown(last) if last else None,
                "proof": last.result if last else None,
                "under_way": _shown(under_way) if under_way else None,
            }
        )

    def post(self, request: Request) -> Response:
        job_id = start_proof(actor=actor_of(request.user), now=clock.now())
        return Response({"job": job_id}, status=202)


def _shown(run: ProofRun) -> dict[str, Any]:
    return {
        "job": run.id,
        "verdict": run.verdict,
        "asked_at": run.due_at,
        "finished_at": run.finished_at,
        "done": run.done,
        "total": run.total,
        "error": run.error,
    }
