"""`manage.py replay --kind … --since …`: recompute logged decisions and compare them to the byte."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError

from apps.rulebooks.selectors.decision_log import Span
from apps.rulebooks.selectors.replay import Replayed, replay_span, spans
from ordercash.kernel.errors import DomainError
from ordercash.kernel.processes import computing

# As many as this are named; a rule that decides otherwise than it did concerns thousands.
NAMED = 100


class Compared(NamedTuple):
    """How many decisions of a piece came out the same, and the sentences about those that did not."""

    same: int
    different: list[str]


class Command(BaseCommand):
    help = "Recompute the logged decisions of a kind with the version that took them; fails when a byte differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", required=True)
        parser.add_argument(
            "--since", required=True, type=instant, help="a day or an instant (UTC unless said): logged from here on"
        )
        parser.add_argument("--until", type=instant, help="a day or an instant: logged before it")
        parser.add_argument("--limit", type=whole, help="at most this many, the oldest first")
        parser.add_argument("--workers", type=whole, default=1, help="processes that share the work (default 1)")

    def handle(self, *args: Any, kind: str, workers: int, **options: Any) -> None:
        started = time.perf_counter()
        try:
            pieces = spans(kind, since=options["since"], until=options["until"], limit=options["limit"])
            same, different = self._told(_compared(kind, pieces, workers))
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        seconds = time.perf_counter() - started
        count = same + different
        self.stdout.write(
            f"{count} decisions replayed, {same} the same, {different} different; {seconds:.1f} s, {count / seconds:.0f} a second"
        )
        if different:
            raise CommandError("Some decisions are not what they were.")

    def _told(self, compared: Iterator[Compared]) -> tuple[int, int]:
        same = different = 0
        for piece in compared:
            for sentence in piece.different[: max(NAMED - different, 0)]:
                self.stderr.write(sentence)
            same += piece.same
            different += len(piece.different)
        if different > NAMED:
            self.stderr.write(f"and {different - NAMED} more")
        return same, different


def instant(text: str) -> datetime:
    """Read a day or an instant; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is no day or instant, such as 2026-03-05 or 2026-03-05T14:30:00+01:00"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def whole(text: str) -> int:
    """Read a whole number from 1 on."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def _compared(kind: str, pieces: list[Span], workers: int) -> Iterator[Compared]:
    if workers == 1 or len(pieces) < 2:
        yield from (compare(kind, piece) for piece in pieces)
        return
    with computing(min(workers, len(pieces))) as pool:
        yield from pool.map(compare, [kind] * len(pieces), pieces)


def compare(kind: str, piece: Span) -> Compared:
    """Replay one piece of the log."""
    replayed = list(replay_span(kind, piece))
    different = [_sentence(each) for each in replayed if not each.same]
    return Compared(len(replayed) - len(different), different)


def _sentence(replayed: Replayed) -> str:
    logged = replayed.logged
    why = f": {replayed.refusal}" if replayed.refusal else ""
    return (
        f"{logged.subject_kind} {logged.subject_id} decided at {logged.taken_at.isoformat()} by version"
        f" {bytes(logged.version_sha256).hex()[:12]} differs{why}"
    )
