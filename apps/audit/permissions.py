"""Who may look into the log and steer the jobs."""

VIEW_EVENTS = "audit.view_events"
VIEW_JOBS = "audit.view_jobs"
MANAGE_JOBS = "audit.manage_jobs"

PERMISSIONS = {
    VIEW_EVENTS: "See the event log and its subscribers",
    VIEW_JOBS: "See jobs, their progress and their schedules",
    MANAGE_JOBS: "Run a job now, repeat a failed one, change schedules",
}
