"""Who may do what with rulebooks."""

VIEW_RULEBOOKS = "rulebooks.view_rulebooks"
DRAFT_VERSION = "rulebooks.draft_version"
APPROVE_VERSION = "rulebooks.approve_version"
ACTIVATE_VERSION = "rulebooks.activate_version"
ROLL_BACK = "rulebooks.roll_back"
COMMENT_VERSION = "rulebooks.comment_version"
RUN_BACK_TESTS = "rulebooks.run_back_tests"
VIEW_DECISIONS = "rulebooks.view_decisions"

PERMISSIONS = {
    "view_rulebooks": "Read rulebooks and their versions",
    "draft_version": "Write and submit a version of a rulebook, and write its scenarios",
    "approve_version": "Approve or reject a version that somebody else wrote",
    "activate_version": "Put an approved version in force, or retire one",
    "roll_back": "Return to the version before, at once and with a reason",
    "comment_version": "Say something about a version",
    "run_back_tests": "Try a version on past decisions and on its scenarios, stop and resume that",
    "view_decisions": "Read which rules decided what, and why",
}
