"""Addresses below /api/v1/."""

from django.urls import path

from apps.exceptions.api import cases, verbs

urlpatterns = [
    path("cases", cases.Cases.as_view(), name="api_cases"),
    path("cases:claim", verbs.ClaimMany.as_view(), name="api_cases_claim"),
    path("cases:release", verbs.ReleaseMany.as_view(), name="api_cases_release"),
    path("cases:assign", verbs.AssignMany.as_view(), name="api_cases_assign"),
    path("cases:resolve", verbs.ResolveMany.as_view(), name="api_cases_resolve"),
    path("cases/<uuid:case_id>", cases.CaseDetail.as_view(), name="api_case"),
    path("cases/<uuid:case_id>/claim", verbs.Claim.as_view(), name="api_case_claim"),
    path("cases/<uuid:case_id>/release", verbs.Release.as_view(), name="api_case_release"),
    path("cases/<uuid:case_id>/assign", verbs.Assign.as_view(), name="api_case_assign"),
    path("cases/<uuid:case_id>/resolve", verbs.Resolve.as_view(), name="api_case_resolve"),
    path("queues", cases.Queues.as_view(), name="api_queues"),
]
