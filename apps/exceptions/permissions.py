"""Who may do what with cases. What a resolution needs beyond RESOLVE_CASE is named where it is registered."""

VIEW_CASES = "exceptions.view_cases"
CLAIM_CASE = "exceptions.claim_case"
ASSIGN_CASE = "exceptions.assign_case"
RESOLVE_CASE = "exceptions.resolve_case"
CANCEL_CASE = "exceptions.cancel_case"
CONFIGURE_QUEUES = "exceptions.configure_queues"

PERMISSIONS = {
    VIEW_CASES: "See the exception queue",
    CLAIM_CASE: "Claim a case and give it back",
    ASSIGN_CASE: "Give a case to a colleague, or act on one that a colleague holds",
    RESOLVE_CASE: "Resolve a case with one of its resolutions",
    CANCEL_CASE: "Dismiss a case whose domain offers no resolution",
    CONFIGURE_QUEUES: "Change the names and deadlines of queues",
}
