"""What the worker is woken for. The message carries nothing: due rows are the truth."""

from celery import shared_task

from apps.audit.services.jobs import run_due_jobs as run_jobs
from ordercash.kernel.clock import now


# A tick that waited longer than the next ones in the queue says nothing new.
@shared_task(name="audit.run_due_jobs", ignore_result=True, expires=15)
def run_due_jobs() -> int:
    """Look at the due jobs and carry them out."""
    return run_jobs(clock=now)
