"""Two words for transactions: a verb that `@writes` opens the one transaction; what `@joins` demands that one is open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, SerializationFailure

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 4
UNTIED = (DeadlockDetected, SerializationFailure)


def was_untied(error: BaseException) -> bool:
    """Say whether PostgreSQL ended the transaction to let others go on: it left nothing behind and may simply be run again."""
    return isinstance(error, OperationalError) and isinstance(error.__cause__, UNTIED)


class TransactionMisuse(RuntimeError):
    """A verb was called inside, or a part outside, of the transaction that it needs. A mistake in code, never of a user."""


def writes(verb: Callable[P, R]) -> Callable[P, R]:
    """Run the verb in one new transaction; raises TransactionMisuse when one is already open.

    A transaction that PostgreSQL ended to untie a deadlock left nothing behind, so it is simply run again.
    """

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            raise TransactionMisuse(f"{verb.__qualname__} opens its own transaction and cannot join another.")
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():  # noqa: TID251 - the one place that opens transactions
                    return verb(*args, **kwargs)
            except OperationalError as error:
                if attempt == ATTEMPTS or not was_untied(error):
                    raise
        raise AssertionError("the loop returns or raises")

    return run


def joins(part: Callable[P, R]) -> Callable[P, R]:
    """Run the part in the caller's transaction; raises TransactionMisuse when none is open."""

    @wraps(part)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            raise TransactionMisuse(f"{part.__qualname__} must join a transaction; call it from a verb that @writes.")
        return part(*args, **kwargs)

    return run


@contextmanager
def apart() -> Iterator[None]:
    """Undo only what is done inside when it fails, so that the caller's transaction can go on without it; the error is raised on.

    It costs two round trips (a savepoint): for finding the member of a batch that the database refuses, not for the usual way.
    """
    if not connection.in_atomic_block:
        raise TransactionMisuse("There is no transaction that could go on.")
    with transaction.atomic():  # noqa: TID251
        yield


def reads_one_moment(question: Callable[P, R]) -> Callable[P, R]:
    """Answer a question of several statements on one read-only snapshot; inside an open transaction that one is used."""

    @wraps(question)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return question(*args, **kwargs)
        with transaction.atomic():  # noqa: TID251
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return question(*args, **kwargs)

    return run
