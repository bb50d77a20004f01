"""`manage.py replay --kind … --since …`: recompute logged decisions and compare them to the byte."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.rulebooks.selectors.replay import replay_decisions
from ordercash.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Recompute the logged decisions of a kind with the version that took them; fails when a byte differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", required=True)
        parser.add_argument(
            "--since", required=True, type=datetime.fromisoformat, help="a day or an instant (UTC unless said)"
        )
        parser.add_argument("--limit", type=int, help="at most this many")

    def handle(self, *args: Any, kind: str, since: datetime, limit: int | None, **options: Any) -> None:
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        try:
            same, different = self._compare(kind, since, limit)
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{same + different} decisions replayed, {same} the same, {different} different")
        if different:
            raise CommandError("Some decisions are not what they were.")

    def _compare(self, kind: str, since: datetime, limit: int | None) -> tuple[int, int]:
        same = different = 0
        for replayed in replay_decisions(kind, since=since, limit=limit):
            if replayed.same:
                same += 1
                continue
            different += 1
            logged = replayed.logged
            self.stderr.write(
                f"{logged.subject_kind} {logged.subject_id} decided at {logged.taken_at.isoformat()} differs"
            )
        return same, different
