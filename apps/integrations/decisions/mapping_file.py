"""Reading a mapping file: one YAML document, validated as a whole, every mistake named with its place."""

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from pydantic import ValidationError

from apps.integrations.decisions.mapping import Columns, Mapping, MappingMalformed
from ordercash.kernel.errors import Fault

BOOL: Final = "tag:yaml.org,2002:bool"


class _Loader(yaml.SafeLoader):
    """YAML that refuses a name given twice, of which it would silently take the last.

    Only true and false are booleans, as in YAML 1.2: `on` is a word, and `NO` is Norway.
    """

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != BOOL]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} is given twice", problem_mark=key.start_mark)
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(BOOL, re.compile("^(?:true|false)$"), ["t", "f"])


def read_mapping(text: str) -> Mapping:
    """Return the mapping that a YAML text describes; raises MappingMalformed with every mistake and its place."""
    try:
        document: Any = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise MappingMalformed(f"The mapping is not YAML: {error}") from None
    except RecursionError:
        raise MappingMalformed("The mapping is nested deeper than any mapping is.") from None
    if not isinstance(document, dict):
        raise MappingMalformed("The mapping must be a YAML document of names and values.")
    try:
        mapping = Mapping.model_validate(document)
    except ValidationError as error:
        raise _malformed(
            [
                Fault("/" + "/".join(str(step) for step in item["loc"]), str(item["type"]), str(item["msg"]))
                for item in error.errors(include_url=False)
            ]
        ) from None
    faults = list(_disagreements(mapping))
    if faults:
        raise _malformed(faults)
    return mapping


def _malformed(faults: list[Fault]) -> MappingMalformed:
    detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
    return MappingMalformed(f"The mapping has mistakes: {detail}", faults=faults)


def _disagreements(mapping: Mapping) -> Iterator[Fault]:
    """Yield what is wrong between the parts of a mapping."""
    for field in Columns.model_fields:
        column = mapping.column(field)
        if column and column.values and column.values not in mapping.values:
            yield Fault(f"/columns/{field}/values", "map_missing", f"there is no value map named {column.values!r}")
        if column and column.format and field != "ordered_at":
            yield Fault(f"/columns/{field}/format", "format_unused", "only ordered_at is spelled by a format")
    if not mapping.currency and mapping.columns.currency is None:
        yield Fault("/currency", "currency_missing", "name one currency, or the column that carries it")
    if mapping.columns.discount is not None and mapping.columns.unit_price is None:
        yield Fault("/columns/discount", "discount_without_price", "a discount needs a column unit_price")
    for pointer, text, known in _patterns(mapping):
        unknown = [name for name in re.findall(r"\{[^}]*\}?|\}", text) if name not in known]
        if unknown:
            yield Fault(pointer, "placeholder_unknown", f"{unknown[0]} is not one of {', '.join(known)}")


def _patterns(mapping: Mapping) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (pointer, text, placeholders that it may hold)."""
    customers = mapping.customers
    yield "/customers/name", customers.name, ("{customer}", "{country}")
    yield "/customers/missing/account", customers.missing.account, ("{country}",)
    yield "/customers/missing/name", customers.missing.name, ("{country}",)
    for index, rule in enumerate(mapping.products.rules):
        yield f"/products/rules/{index}/name", rule.name, ("{sku}",)
