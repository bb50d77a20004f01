"""docs/inventory-rules.md: its examples load as they stand, and it names every member that a rule may have."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from django.conf import settings
from pydantic import BaseModel

from apps.inventory.decisions.freshness import Freshness, held_back
from apps.inventory.decisions.sharing.document import STRATEGIES
from apps.rulebooks.decisions.documents import checked_text
from apps.rulebooks.decisions.kinds import kind_of, known_kinds

PAGE = (Path(settings.BASE_DIR) / "docs" / "inventory-rules.md").read_text("utf-8")
EXAMPLES = {found["kind"]: found for found in map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))}
KINDS = sorted(name for name in known_kinds() if name.startswith("inventory."))


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def members(model: type[BaseModel]) -> set[str]:
    """Return the names of all members of a document, at any depth."""
    found = set(model.model_fields)
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            found |= members(inner)
    return found


def test_every_kind_has_an_example() -> None:
    assert sorted(EXAMPLES) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_loads(kind: str) -> None:
    text, _ = checked_text(kind_of(kind), EXAMPLES[kind]["document"])
    document = kind_of(kind).schema.model_validate_json(text)
    kind_of(kind).compile(document)


@pytest.mark.parametrize("kind", KINDS)
def test_every_member_is_told(kind: str) -> None:
    title = kind.removeprefix("inventory.").title()
    told = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    missing = {name for name in members(kind_of(kind).schema) if not re.search(rf"`(tiers\[\]\.)?{name}`", told)}
    assert missing == set()


def test_every_strategy_is_told() -> None:
    assert all(f"`{name}`" in PAGE for name in STRATEGIES)


def test_the_worked_figure_is_true() -> None:
    rule = Freshness.model_validate(EXAMPLES["inventory.freshness"]["document"]).rules[1]
    assert held_back(rule, 40, 120, 300) == 15
