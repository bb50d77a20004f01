"""Pages of rulebooks."""

from django.urls import path

from apps.rulebooks.pages import editor, rulebooks, versions

urlpatterns = [
    path("rulebooks/", rulebooks.Rulebooks.as_view(), name="rulebooks"),
    path("rulebooks/new/", editor.Editor.as_view(), name="rulebook_new"),
    path("rulebooks/examine/", editor.ExaminePart.as_view(), name="rulebook_examine"),
    path("rulebooks/<uuid:rulebook_id>/", rulebooks.RulebookPage.as_view(), name="rulebook"),
    path("rulebooks/<uuid:rulebook_id>/edit/", editor.Editor.as_view(), name="rulebook_edit"),
    path("rulebooks/versions/<uuid:version_id>/", versions.VersionPage.as_view(), name="rulebook_version"),
    path("rulebooks/versions/<uuid:version_id>/edit/", editor.Editor.as_view(), name="rulebook_version_edit"),
    path("rulebooks/versions/<uuid:version_id>/file/", rulebooks.VersionFile.as_view(), name="rulebook_version_file"),
]
