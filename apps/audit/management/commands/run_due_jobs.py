"""manage.py run_due_jobs: carries out what is due, without a worker."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.audit.services.jobs import run_due_jobs
from ordercash.kernel.clock import now


class Command(BaseCommand):
    help = "Carry out the jobs that are due now and stop. Workers do the same at every tick."

    def handle(self, *args: Any, **options: Any) -> None:
        count = run_due_jobs(clock=now)
        self.stdout.write(f"{count} jobs carried out.")
