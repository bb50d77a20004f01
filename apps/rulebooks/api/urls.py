"""Addresses below /api/v1/."""

from django.urls import path

from apps.rulebooks.api import drafts, endpoints, verbs

urlpatterns = [
    path("rulebooks", endpoints.Rulebooks.as_view(), name="api_rulebooks"),
    path("rulebooks/<uuid:rulebook_id>", endpoints.RulebookDetail.as_view(), name="api_rulebook"),
    path("rulebook-versions/<uuid:version_id>", drafts.VersionDetail.as_view(), name="api_rulebook_version"),
    path("rulebook-kinds", drafts.Kinds.as_view(), name="api_rulebook_kinds"),
    path("rulebooks:examine", drafts.Examine.as_view(), name="api_rulebooks_examine"),
    path("rulebooks/<uuid:rulebook_id>/roll-back", verbs.RollBack.as_view(), name="api_rulebook_roll_back"),
    path("rulebook-versions", drafts.Drafts.as_view(), name="api_rulebook_versions"),
    path(
        "rulebook-versions/<uuid:version_id>/differences",
        drafts.Differences.as_view(),
        name="api_rulebook_version_differences",
    ),
    path(
        "rulebook-versions/<uuid:version_id>/comments", drafts.Comments.as_view(), name="api_rulebook_version_comments"
    ),
    path("rulebook-versions/<uuid:version_id>/submit", verbs.Submit.as_view(), name="api_rulebook_version_submit"),
    path("rulebook-versions/<uuid:version_id>/approve", verbs.Approve.as_view(), name="api_rulebook_version_approve"),
    path("rulebook-versions/<uuid:version_id>/reject", verbs.Reject.as_view(), name="api_rulebook_version_reject"),
    path(
        "rulebook-versions/<uuid:version_id>/activate", verbs.Activate.as_view(), name="api_rulebook_version_activate"
    ),
    path(
        "rulebook-versions/<uuid:version_id>/withdraw", verbs.Withdraw.as_view(), name="api_rulebook_version_withdraw"
    ),
    path("rulebook-versions/<uuid:version_id>/retire", verbs.Retire.as_view(), name="api_rulebook_version_retire"),
    path("decisions", endpoints.Decisions.as_view(), name="api_decisions"),
]
