"""Who may do what with rulebooks."""

VIEW_RULEBOOKS = "rulebooks.view_rulebooks"
DRAFT_VERSION = "rulebooks.draft_version"
APPROVE_VERSION = "rulebooks.approve_version"
ACTIVATE_VERSION = "rulebooks.activate_version"
VIEW_DECISIONS = "rulebooks.view_decisions"

PERMISSIONS = {
    "view_rulebooks": "Read rulebooks and their versions",
    "draft_version": "Write and submit a version of a rulebook",
    "approve_version": "Approve or reject a version that somebody else wrote",
    "activate_version": "Put an approved version in force, or retire one",
    "view_decisions": "Read which rules decided what, and why",
}
