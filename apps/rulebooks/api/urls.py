"""Addresses below /api/v1/."""

from django.urls import path

from apps.rulebooks.api import endpoints

urlpatterns = [
    path("rulebooks", endpoints.Rulebooks.as_view(), name="api_rulebooks"),
    path("rulebooks/<uuid:rulebook_id>", endpoints.RulebookDetail.as_view(), name="api_rulebook"),
    path("rulebook-versions/<uuid:version_id>", endpoints.VersionDetail.as_view(), name="api_rulebook_version"),
    path("decisions", endpoints.Decisions.as_view(), name="api_decisions"),
]
