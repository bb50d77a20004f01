"""Pages of rulebooks."""

from django.urls import path

from apps.rulebooks.pages import rulebooks

urlpatterns = [
    path("rulebooks/", rulebooks.Rulebooks.as_view(), name="rulebooks"),
    path("rulebooks/<uuid:rulebook_id>/", rulebooks.RulebookPage.as_view(), name="rulebook"),
    path("rulebooks/versions/<uuid:version_id>/", rulebooks.VersionPage.as_view(), name="rulebook_version"),
]
