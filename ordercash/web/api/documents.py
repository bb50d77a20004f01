"""Pydantic models in the API's description: bodies as they are read, answers as they are written, one name for one model."""

from functools import cache
from typing import Any

from drf_spectacular.drainage import warn
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.plumbing import ResolvedComponent
from pydantic import BaseModel, Field, create_model

Model = type[BaseModel]


@cache
def page_of(row: Model) -> Model:
    """Return the model of a keyset page of rows."""
    link: Any = (str | None, Field(json_schema_extra={"format": "uri"}))
    told = f"A page of {row.__name__}."
    return create_model(f"{row.__name__}Page", __doc__=told, items=_many(row), next=link, previous=link)


@cache
def list_of(row: Model) -> Model:
    """Return the model of a list that is answered whole."""
    return create_model(f"{row.__name__}List", __doc__=f"All of {row.__name__}.", items=_many(row))


def _many(row: Any) -> Any:
    return (list[row], ...)


class PydanticDocument(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Describes a body in the mode in which it is validated; the framework's own knows only how answers are written."""

    target_class = "pydantic.BaseModel"
    match_subclasses = True
    priority = 1

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        """Return the model's name; warns when another model has it already."""
        name: str = self.target.__name__
        _compare(auto_schema.registry, name, _schema(self.target, direction)[0])
        return name

    def get_identity(self, auto_schema: Any, direction: Any) -> str:
        """Return what models are told apart by: their name, since `get_name` compares what stands behind it."""
        return str(self.target.__name__)

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        """Return the model's JSON Schema; the models inside become components of their own."""
        schema, inside = _schema(self.target, direction)
        for name, inner in inside.items():
            _compare(auto_schema.registry, name, inner)
            auto_schema.registry.register_on_missing(_component(name, inner))
        return schema


@cache
def _schema(model: Model, direction: str) -> tuple[dict[str, Any], dict[str, Any]]:
    mode: Any = "validation" if direction == "request" else "serialization"
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode=mode)
    inside = schema.pop("$defs", {})
    return schema, inside


def _component(name: str, schema: dict[str, Any]) -> ResolvedComponent:
    return ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema)  # type: ignore[no-untyped-call]


def _compare(registry: Any, name: str, schema: dict[str, Any]) -> None:
    component = _component(name, schema)
    if component in registry and registry[component].schema not in (schema, None):
        warn(f'two models are called "{name}" and differ; give one of them another name')  # type: ignore[no-untyped-call]
