"""How endpoints describe themselves in OpenAPI: `shapes` names what each method reads and answers; refusals are the same everywhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from pydantic import BaseModel, ConfigDict, Field

from ordercash.web.api.documents import list_of, page_of
from ordercash.web.api.keys import LONGEST
from ordercash.web.api.permissions import SIGNED_IN, needed_permission
from ordercash.web.api.problems import PROBLEM_TYPE
from ordercash.web.keyset import MOST_ROWS

Model = type[BaseModel]
READ_METHODS = {"GET", "HEAD", "OPTIONS"}


class ProblemFault(BaseModel):
    """One thing wrong with the input."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body; ?name for a query parameter")
    code: str
    detail: str
    line: int | None = Field(default=None, description="Inside the value, when it is a text such as a condition")
    column: int | None = None


class Problem(BaseModel):
    """A refusal (RFC 9457). Some carry further members of their own."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:ordercash:problem:order_unresolvable",
                    "title": "The order names something that does not exist or does not fit",
                    "status": 422,
                    "code": "order_unresolvable",
                    "detail": "The order names something that does not exist or does not fit",
                    "errors": [
                        {"pointer": "/lines/0/sku", "code": "sku_unknown", "detail": "There is no product 'MUG-GREEN'."}
                    ],
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    code: str = Field(description="Stable; programs decide by it")
    detail: str
    errors: list[ProblemFault] = Field(default=[])


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter: what it means, and its type when it is not text; `words` are the only ones it takes."""

    told: str
    kind: Any = str
    words: Sequence[str] = ()
    required: bool = False


def whole(least: int, most: int) -> dict[str, Any]:
    """Return the kind of a query parameter that is a whole number between two, both included."""
    return {"type": "integer", "minimum": least, "maximum": most}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a method of an endpoint reads and answers, as pydantic models; without an answer it is 204 and empty.

    query -- its query parameters by name, each with what it means or as Query
    paged -- it answers keyset pages of `answer` and takes `limit` and `cursor`; listed -- it answers {"items": [answer, …]}
    keyed -- it needs an Idempotency-Key; status -- of the answer when all goes well, `also` -- others with their answers
    media -- the media type of an answer that is not JSON; headers -- of the good answer, with what they mean
    """

    request: Model | None = None
    answer: Model | None = None
    status: int = 200
    also: Mapping[int, Model] = field(default_factory=dict)
    query: Mapping[str, str | Query] = field(default_factory=dict)
    paged: bool = False
    listed: bool = False
    keyed: bool = False
    media: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""


# A view that names no shape for a method: an object of any form in and out.
UNNAMED = Shape(request=None, answer=None)


class VerbSchema(AutoSchema):
    """Reads `view.shapes` ({"GET": Shape(...)}) and `view.permissions`."""

    @property
    def shape(self) -> Shape:
        """The shape of the method at hand, an empty one when the view names none."""
        found: Shape = (getattr(self.view, "shapes", None) or {}).get(self.method, UNNAMED)
        return found

    def get_operation_id(self) -> str:
        """Return the method and the words of the address: "get_orders", "get_orders_one", "post_orders_one_release"."""
        below = self.path.removeprefix(spectacular_settings.SCHEMA_PATH_PREFIX or "").strip("/")
        words = re.sub(r"\{[^}]*\}", "one", below)
        return "_".join([self.method.lower(), *re.findall(r"[a-z0-9]+", words.lower())])

    def get_summary(self) -> str | None:
        """Return the shape's summary."""
        return self.shape.summary or None

    def get_request_serializer(self) -> Any:
        """Return the model of the body; None for a verb that reads none."""
        return OpenApiTypes.OBJECT if self.shape is UNNAMED else self.shape.request

    def get_response_serializers(self) -> Any:
        """Return the answer's model and the refusals."""
        refusals: dict[Any, Any] = {(code, PROBLEM_TYPE): Problem for code in self._refusals()}
        return {**self._good_answers(), **refusals}

    def get_override_parameters(self) -> list[Any]:
        """Return the query and header parameters."""
        shape = self.shape
        named = [_parameter(name, told) for name, told in shape.query.items()]
        if shape.paged:
            named.append(_parameter("limit", Query("Rows of a page", whole(1, MOST_ROWS))))
            named.append(_parameter("cursor", "Opaque; from `next` or `previous` of a page"))
        if shape.keyed:
            named.append(_key_parameter())
        named += [
            OpenApiParameter(name, str, OpenApiParameter.HEADER, description=told, response=[shape.status])
            for name, told in shape.headers.items()
        ]
        return named

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Return the operation with the permission that it needs."""
        operation = super().get_operation(*args, **kwargs)
        permission = needed_permission(self.view, self.method)
        if operation is not None and permission not in (None, SIGNED_IN):
            operation["x-permission"] = permission
        return operation

    def _good_answers(self) -> dict[Any, Any]:
        shape = self.shape
        if shape is UNNAMED:
            return {200: OpenApiTypes.OBJECT}
        if shape.media:
            return {(shape.status, shape.media): OpenApiTypes.BINARY}
        return {shape.status: _answered(shape), **shape.also}

    def _refusals(self) -> list[int]:
        writes = [] if self.method in READ_METHODS else [409, 412, 413, 415]
        return [400, 401, 403, 404, 406, *writes, 422, 429, 503]


def _answered(shape: Shape) -> Model | None:
    if shape.answer is None:
        return None
    if shape.paged:
        return page_of(shape.answer)
    return list_of(shape.answer) if shape.listed else shape.answer


def _parameter(name: str, query: str | Query) -> OpenApiParameter:
    known = Query(query) if isinstance(query, str) else query
    return OpenApiParameter(
        name,
        known.kind,
        OpenApiParameter.QUERY,
        description=known.told,
        enum=list(known.words) or None,
        required=known.required,
    )


def _key_parameter() -> OpenApiParameter:
    told = "Names the request, such as a UUID: sent again with the same body it is answered alike and done once"
    schema = {"type": "string", "pattern": f"^[!#-~]{{1,{LONGEST}}}$"}
    return OpenApiParameter("Idempotency-Key", schema, OpenApiParameter.HEADER, required=True, description=told)
