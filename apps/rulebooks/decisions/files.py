"""The text of a rulebook file: YAML in a stable order, so that a change reads well in a version control."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pydantic
import yaml

from apps.rulebooks.decisions.canonical import canonical_json
from apps.rulebooks.decisions.kinds import kind_of, known_kinds
from apps.rulebooks.decisions.places import Places
from ordercash.kernel.errors import DomainError


class FileUnreadable(DomainError):
    """A file is not a rulebook; `line` and `column` (from 1) say where, when it is a place."""

    code, title = "file_unreadable", "This is not a rulebook file"

    def __init__(self, detail: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(detail)
        self.line, self.column = line, column


class _Loader(yaml.SafeLoader):
    """Plain values only, no key twice (the second would silently win), and no aliases, by which a short text becomes an endless one."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not used in rulebooks", mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge" and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands here for the second time", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def read_file(text: str) -> Mapping[str, Any]:
    """Return the members of a rulebook file (YAML, of which JSON is a part): kind, name, document, perhaps legal_entity and scenarios."""
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 - it is a SafeLoader
    except yaml.MarkedYAMLError as mistake:
        mark = mistake.problem_mark or mistake.context_mark
        said = f"The file is not YAML: {mistake.problem or mistake.context or mistake}"
        raise FileUnreadable(said, line=mark.line + 1 if mark else 1, column=mark.column + 1 if mark else 1) from None
    except (yaml.YAMLError, ValueError, RecursionError) as mistake:
        raise FileUnreadable(f"The file is not YAML: {mistake}") from None
    if not isinstance(content, Mapping):
        raise FileUnreadable("A rulebook file is a mapping with kind, name and document.")
    missing = {"kind", "name", "document"} - set(content)
    unknown = set(content) - {"kind", "name", "document", "legal_entity", "scenarios"}
    if missing or unknown:
        raise FileUnreadable(f"Members missing: {sorted(missing)}; not known: {sorted(map(str, unknown))}.")
    for member in ("kind", "name", *(["legal_entity"] if content.get("legal_entity") else [])):
        if not isinstance(content[member], str) or not content[member].strip():
            line, column = Places(text).of(f"/{member}")
            raise FileUnreadable(f"`{member}` is a text.", line=line, column=column)
    return content


def write_file(
    *, kind: str, name: str, legal_entity: str, document: Any, scenarios: Sequence[Mapping[str, Any]] = ()
) -> str:
    """Return the text of a rulebook file; reading it gives a document with the same hash, whatever scenarios stand beside it."""
    head = {"kind": kind, "name": name} | ({"legal_entity": legal_entity} if legal_entity else {})
    beside = _dump({"scenarios": list(scenarios)}, sort_keys=True) if scenarios else ""
    return (
        _dump(head, sort_keys=False) + _dump({"document": in_reading_order(kind, document)}, sort_keys=False) + beside
    )


def in_reading_order(kind: str, document: Any) -> Any:
    """Return a document with its members in the order in which the schema of its kind declares them, those of a mapping by name.

    What the schema does not know, or does not fit any more, stands by name.
    """
    document = json.loads(canonical_json(document))
    if kind not in known_kinds():
        return document
    try:
        parsed = kind_of(kind).schema.model_validate_json(canonical_json(document))
    except pydantic.ValidationError:
        return document
    return _ordered(document, parsed)


def _ordered(value: Any, parsed: Any) -> Any:
    if isinstance(value, dict) and isinstance(parsed, pydantic.BaseModel):
        names = {field.alias or name: name for name, field in type(parsed).model_fields.items()}
        known = [each for each in names if each in value]
        rest = [each for each in value if each not in names]
        return {each: _ordered(value[each], getattr(parsed, names[each], None)) for each in known} | {
            each: value[each] for each in rest
        }
    if isinstance(value, list) and isinstance(parsed, list | tuple) and len(value) == len(parsed):
        return [_ordered(*pair) for pair in zip(value, parsed, strict=True)]
    return value


def _dump(value: Any, *, sort_keys: bool) -> str:
    text: str = yaml.safe_dump(value, sort_keys=sort_keys, allow_unicode=True, width=120, default_flow_style=False)
    return text
