"""From a parsed body to a typed document: pydantic checks it, and what is wrong is told with JSON pointers."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from ordercash.kernel.errors import Fault
from ordercash.web.api.problems import InvalidInput, escape
from ordercash.web.api.values import told

M = TypeVar("M", bound=BaseModel)

# A document with a fault in every line tells the first of them; the answer stays readable.
MOST_FAULTS = 100


def read_body(shape: type[M], data: Any) -> M:
    """Return `data` as the given pydantic model; raises InvalidInput with a fault for every value that is wrong."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise InvalidInput(faults=faults_of(error)) from None


def read_value(adapter: TypeAdapter[Any], data: Any) -> Any:
    """Return `data` as the adapter's type (a list, a union); raises InvalidInput like `read_body`."""
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        raise InvalidInput(faults=faults_of(error)) from None


def faults_of(error: ValidationError, *, below: str = "") -> list[Fault]:
    """Return pydantic's findings as faults; `below` is the pointer of the document inside its body ("/3")."""
    found = error.errors(include_url=False, include_input=False)
    return [Fault(below + pointer(item["loc"]), item["type"], told(item)) for item in found[:MOST_FAULTS]]


def pointer(steps: Iterable[int | str]) -> str:
    """Return the JSON pointer of a path of names and positions."""
    return "".join(f"/{escape(step)}" for step in steps)
