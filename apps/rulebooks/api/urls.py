"""Addresses below /api/v1/."""

from django.urls import path

from apps.rulebooks.api import back_tests, drafts, endpoints, scenarios, verbs

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
    *(
        path(f"rulebook-versions/<uuid:version_id>/{address}", view.as_view(), name=f"api_{name}")
        for address, view, name in (
            ("back-tests", back_tests.VersionBackTests, "version_back_tests"),
            ("scenario-runs", scenarios.ScenarioRuns, "version_scenario_runs"),
            ("gate-runs", scenarios.GateRuns, "version_gate_runs"),
        )
    ),
    *(
        path(f"back-tests/<uuid:back_test_id>{address}", view.as_view(), name=f"api_{name}")
        for address, view, name in (
            ("", back_tests.BackTestDetail, "back_test"),
            ("/stop", back_tests.StopBackTest, "back_test_stop"),
            ("/resume", back_tests.ResumeBackTest, "back_test_resume"),
            ("/figures", back_tests.BackTestFigures, "back_test_figures"),
            ("/changes", back_tests.BackTestChanges, "back_test_changes"),
            ("/changes/<uuid:decision_id>", back_tests.BackTestDecision, "back_test_decision"),
        )
    ),
    path("rulebooks/<uuid:rulebook_id>/scenarios", scenarios.RulebookScenarios.as_view(), name="api_scenarios"),
    path("scenarios/<uuid:scenario_id>", scenarios.ScenarioDetail.as_view(), name="api_scenario"),
    path("scenarios/<uuid:scenario_id>/replace", scenarios.ReplaceScenario.as_view(), name="api_scenario_replace"),
    path("scenarios/<uuid:scenario_id>/retire", scenarios.RetireScenario.as_view(), name="api_scenario_retire"),
    path("decisions", endpoints.Decisions.as_view(), name="api_decisions"),
]
