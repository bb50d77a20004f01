"""The life of a job."""

from ordercash.kernel.states import StateTable

JOB = StateTable(
    "job",
    {
        ("due", "take"): "running",
        ("running", "take"): "running",
        ("running", "finish"): "done",
        ("running", "fail"): "failed",
        ("failed", "retry"): "due",
    },
)
