"""The life of a version until it is approved (when it is in force is said by decisions/phases.py), and the life of a back-test."""

from ordercash.kernel.states import StateTable

VERSION = StateTable(
    "rulebook version",
    {
        ("draft", "save"): "draft",
        ("draft", "submit"): "in_review",
        ("in_review", "reject"): "draft",
        ("in_review", "approve"): "approved",
        ("approved", "activate"): "approved",
    },
)

# A back-test. What is done stays; whoever runs it takes it up where its cursor stands.
BACK_TEST = StateTable(
    "back-test",
    {
        ("waiting", "run"): "running",
        ("running", "run"): "running",
        ("failed", "run"): "running",
        ("waiting", "stop"): "stopped",
        ("running", "stop"): "stopped",
        ("stopped", "resume"): "waiting",
        ("failed", "resume"): "waiting",
        ("running", "finish"): "done",
        ("running", "fail"): "failed",
    },
)
