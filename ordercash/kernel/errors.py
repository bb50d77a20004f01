"""The error that a rule raises; the edges turn it into problem+json (RFC 9457) or a message on a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (JSON pointer, RFC 6901), a stable code, what to do.

    `line` and `column` (from 1) lie inside the value when it is a text of its own, such as a condition.
    """

    pointer: str
    code: str
    detail: str
    line: int | None = None
    column: int | None = None

    def as_dict(self) -> dict[str, str | int]:
        place = {} if self.line is None or self.column is None else {"line": self.line, "column": self.column}
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail, **place}


class DomainError(Exception):
    """A refusal with a stable code. Subclasses stand beside what raises them."""

    code: ClassVar[str] = "domain_error"
    title: ClassVar[str] = "The request cannot be carried out"
    status: ClassVar[int] = 422

    def __init__(
        self, detail: str = "", *, faults: Sequence[Fault] = (), extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = tuple(faults)
        self.extra = dict(extra or {})

    def as_problem(self) -> dict[str, Any]:
        """Return the members of a problem+json document."""
        problem: dict[str, Any] = {
            "type": f"urn:ordercash:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.extra,
        }
        if self.faults:
            problem["errors"] = [fault.as_dict() for fault in self.faults]
        return problem


class NotFound(DomainError):
    """The thing asked for does not exist, or the actor may not know that it does."""

    code, title, status = "not_found", "Not found", 404


class Forbidden(DomainError):
    """The actor lacks the permission of the verb."""

    code, title, status = "forbidden", "You may not do this", 403


class Conflict(DomainError):
    """The thing is in a state in which the verb makes no sense."""

    code, title, status = "conflict", "The present state does not allow this", 409
