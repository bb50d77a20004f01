"""Pages of rulebooks."""

from django.urls import path

from apps.rulebooks.pages import back_tests, decisions, editor, rulebooks, scenarios, versions

urlpatterns = [
    path("rulebooks/", rulebooks.Rulebooks.as_view(), name="rulebooks"),
    path("rulebooks/new/", editor.Editor.as_view(), name="rulebook_new"),
    path("rulebooks/examine/", editor.ExaminePart.as_view(), name="rulebook_examine"),
    path("rulebooks/<uuid:rulebook_id>/", rulebooks.RulebookPage.as_view(), name="rulebook"),
    path("rulebooks/<uuid:rulebook_id>/edit/", editor.Editor.as_view(), name="rulebook_edit"),
    path("rulebooks/versions/<uuid:version_id>/", versions.VersionPage.as_view(), name="rulebook_version"),
    path("rulebooks/versions/<uuid:version_id>/edit/", editor.Editor.as_view(), name="rulebook_version_edit"),
    path("rulebooks/versions/<uuid:version_id>/file/", rulebooks.VersionFile.as_view(), name="rulebook_version_file"),
    path("rulebooks/back-tests/<uuid:back_test_id>/", back_tests.BackTestPage.as_view(), name="back_test"),
    path(
        "rulebooks/back-tests/<uuid:back_test_id>/progress/",
        back_tests.BackTestProgress.as_view(),
        name="back_test_progress",
    ),
    path(
        "rulebooks/back-tests/<uuid:back_test_id>/changes/",
        back_tests.BackTestChanges.as_view(),
        name="back_test_changes",
    ),
    path(
        "rulebooks/back-tests/<uuid:back_test_id>/changes/<uuid:decision_id>/",
        back_tests.BackTestDecision.as_view(),
        name="back_test_decision",
    ),
    path("rulebooks/<uuid:rulebook_id>/scenarios/", scenarios.ScenarioMatrix.as_view(), name="scenarios"),
    path("rulebooks/scenarios/<uuid:scenario_id>/", scenarios.ScenarioPage.as_view(), name="scenario"),
    path("rulebooks/decisions/<uuid:decision_id>/", decisions.DecisionPage.as_view(), name="decision"),
]
