"""What the database refused, told in words: the name of the constraint decides the error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError

from ordercash.kernel.errors import DomainError

# The name of a constraint -> the error and what it says.
Refusals = Mapping[str, tuple[type[DomainError], str]]


@contextmanager
def told_as(refusals: Refusals) -> Iterator[None]:
    """Raise the refusal that belongs to the violated constraint; a violation that is not named here stays what it is.

    The error leaves the transaction, which is rolled back, so this is used inside of it, round the statement.
    """
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        refusal = refusals.get(getattr(diagnosis, "constraint_name", None) or "")
        if refusal is None:
            raise
        kind, detail = refusal
        raise kind(detail) from error
