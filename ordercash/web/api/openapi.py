"""How endpoints describe themselves in OpenAPI: `shapes` names what each method reads and answers; refusals are the same everywhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from pydantic import BaseModel, Field

from ordercash.web.api.permissions import SIGNED_IN, needed_permission
from ordercash.web.api.problems import PROBLEM_TYPE
from ordercash.web.keyset import MOST_ROWS

Model = type[BaseModel]


class ProblemFault(BaseModel):
    """One thing wrong with the input."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body; ?name for a query parameter")
    code: str
    detail: str


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stable; programs decide by it")
    detail: str
    errors: list[ProblemFault] = Field(default=[])


@dataclass(frozen=True, slots=True)
class Shape:
    """What a method of an endpoint reads and answers, as pydantic models; None is an object of any shape.

    query -- names of its query parameters with what they mean; paged -- it takes `limit` and `cursor`
    keyed -- it needs an Idempotency-Key; status -- of the answer when all goes well
    """

    request: Model | None = None
    answer: Model | None = None
    status: int = 200
    query: Mapping[str, str] = field(default_factory=dict)
    paged: bool = False
    keyed: bool = False
    summary: str = ""


class VerbSchema(AutoSchema):
    """Reads `view.shapes` ({"GET": Shape(...)}) and `view.permissions`."""

    @property
    def shape(self) -> Shape:
        """The shape of the method at hand, an empty one when the view names none."""
        found: Shape = (getattr(self.view, "shapes", None) or {}).get(self.method, Shape())
        return found

    def get_operation_id(self) -> str:
        """Return the method and the words of the address: "get_orders", "get_orders_one", "post_orders_release"."""
        below = self.path.removeprefix(spectacular_settings.SCHEMA_PATH_PREFIX or "").strip("/")
        words = re.sub(r"\{[^}]*\}", "", below + ("/one" if below.endswith("}") else ""))
        return "_".join([self.method.lower(), *re.findall(r"[a-z0-9]+", words.lower())])

    def get_summary(self) -> str | None:
        """Return the shape's summary."""
        return self.shape.summary or None

    def get_request_serializer(self) -> Any:
        """Return the model of the body."""
        return self.shape.request or OpenApiTypes.OBJECT

    def get_response_serializers(self) -> Any:
        """Return the answer's model and the refusals."""
        refusals: dict[Any, Any] = {(code, PROBLEM_TYPE): Problem for code in self._refusals()}
        return {self.shape.status: self.shape.answer or OpenApiTypes.OBJECT, **refusals}

    def get_override_parameters(self) -> list[Any]:
        """Return the query and header parameters."""
        named = [_parameter(name, told) for name, told in self.shape.query.items()]
        if self.shape.paged:
            named.append(_parameter("limit", f"Rows of a page, 1 to {MOST_ROWS}", OpenApiTypes.INT))
            named.append(_parameter("cursor", "Opaque; from `next` of the page before"))
        if self.shape.keyed:
            told = "Names the request: sent again with the same body it is answered alike and done once"
            named.append(
                OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description=told)
            )
        return named

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Return the operation with the permission that it needs."""
        operation = super().get_operation(*args, **kwargs)
        permission = needed_permission(self.view, self.method)
        if operation is not None and permission not in (None, SIGNED_IN):
            operation["x-permission"] = permission
        return operation

    def _refusals(self) -> list[int]:
        writes = [409, 412, 413, 415, 422] if self.method in {"POST", "PUT", "PATCH", "DELETE"} else []
        return [400, 401, 403, 404, 406, *writes, 429, 503]


def _parameter(name: str, told: str, kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=told)
