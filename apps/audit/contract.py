"""The door of audit: telling facts, claiming requests, asking for work, reading timelines.

For tables of other apps the migration ("audit", "0002_functions") gives SQL:
`new_id()`; `audit_refuse_change()` as a trigger function, or `SELECT audit_append_only('<table>')` to attach all of it;
`SELECT audit_partition_by_month('<table>')` for a new empty table keyed by a UUIDv7 `id` (call it before audit_append_only);
`audit_record_change('redacted column', …)` as an AFTER INSERT OR UPDATE OR DELETE … FOR EACH ROW trigger.
"""

from apps.audit.ports import DeliveredEvent, JobContext, JobFunction, Subscription, register_job
from apps.audit.selectors import actor_names, timeline
from apps.audit.services.changes import set_change_actor
from apps.audit.services.enqueue import enqueue_job, keep_run
from apps.audit.services.events import record_events
from apps.audit.services.once import KeyInFlight, KeyReused
from apps.audit.services.requests import (
    Claim,
    ClaimState,
    RequestAnswer,
    RequestClaim,
    claim_requests,
    store_answers,
)

__all__ = [
    "Claim",
    "ClaimState",
    "DeliveredEvent",
    "JobContext",
    "JobFunction",
    "KeyInFlight",
    "KeyReused",
    "RequestAnswer",
    "RequestClaim",
    "Subscription",
    "actor_names",
    "claim_requests",
    "enqueue_job",
    "keep_run",
    "record_events",
    "register_job",
    "set_change_actor",
    "store_answers",
    "timeline",
]
