"""Trying a version on pieces of the log: in this process, or on every core when there is much of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any, NamedTuple
from uuid import UUID

from apps.rulebooks.decisions.kinds import Kind, kind_of
from apps.rulebooks.decisions.trying import Tried, Undecidable, try_on
from apps.rulebooks.selectors.back_tests import Among, among, back_test_of, decisions_in
from apps.rulebooks.selectors.decision_log import Span
from ordercash.kernel.processes import computing, cores

# From so many decisions on it is worth the seconds that new processes take to begin.
SHARED_FROM = 10_000


class Piece(NamedTuple):
    """What trying a piece gave; None when the version cannot take one of its decisions, and why."""

    tried: Tried | None
    refusal: str = ""


def processes_for(decisions: int) -> int:
    """Return how many processes of their own so many decisions are worth; 0: they are tried in this one."""
    return cores() if decisions >= SHARED_FROM and cores() > 1 else 0


@contextmanager
def trying(back_test_id: UUID, spans: Sequence[Span], processes: int) -> Iterator[Iterator[Piece]]:
    """Give what comes of each piece of a back-test, in order."""
    work = partial(try_piece, back_test_id)
    if not processes:
        yield map(work, spans)
        return
    with computing(processes) as pool:
        yield pool.map(work, spans)


def try_piece(back_test_id: UUID, span: Span) -> Piece:
    """Try the text of a back-test on a piece of the log; one statement."""
    kind, compiled, about = _asked(back_test_id)
    try:
        return Piece(try_on(kind, compiled, decisions_in(about, span)))
    except Undecidable as refusal:
        return Piece(None, refusal.detail)


@lru_cache(maxsize=4)
def _asked(back_test_id: UUID) -> tuple[Kind, Any, Among]:
    """Return what a back-test runs, made ready once in each process; its text never changes."""
    found = back_test_of(back_test_id)
    kind = kind_of(found.version.rulebook.kind)
    return kind, kind.ready(found.document), among(found)
