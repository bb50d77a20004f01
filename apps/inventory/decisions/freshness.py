"""How much less may be sold, the older the last word about a shelf is from which others sell, too: "inventory.freshness".

What is held back is a formula over two columns of the stock row, worked out by the statement that sells, at its own instant
(sql/freshness.sql); here it stands once more for whoever shows or tests it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from apps.inventory.decisions.document.language import Language, Test

# What conditions may ask.
NAMES: Final[Mapping[str, str]] = {
    "warehouse": "string",
    "legal_entity": "string",
    "sku": "string",
    "category": "string",
}
HOUR: Final = Decimal(3600)
DAY_SECONDS: Final = 86_400

Seconds = Annotated[int, Field(ge=0, le=DAY_SECONDS)]
RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class FreshnessRule(BaseModel):
    """For the shelves where `when` holds; the first rule that does counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: RuleName
    when: Annotated[str, Field(max_length=2_000)] = ""
    grace_seconds: Seconds = 30
    factor: Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)] = Decimal(1)
    least_per_hour: Annotated[Decimal, Field(ge=0, le=Decimal("1000000"), decimal_places=4)] = Decimal(0)
    alert_after_seconds: Annotated[int, Field(ge=1, le=DAY_SECONDS)] = 40
    stop_after_seconds: Annotated[int, Field(ge=1, le=DAY_SECONDS)] = 900
    protected: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.stop_after_seconds <= self.grace_seconds:
            raise ValueError("stop_after_seconds must be more than grace_seconds")
        return self


class Freshness(BaseModel):
    """The document: rules in the order in which they are asked; a shelf that none names holds nothing back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: Annotated[tuple[FreshnessRule, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [rule.name for rule in self.rules]
        if len(set(names)) < len(names):
            raise ValueError("every rule has a name of its own")
        return self


@dataclass(frozen=True, slots=True)
class Compiled:
    """The rules with their conditions, ready to be asked."""

    rules: Sequence[tuple[FreshnessRule, Test]]

    def rule_for(self, facts: Mapping[str, Any]) -> FreshnessRule | None:
        """Return the first rule that holds for a shelf, None when none does."""
        return next((rule for rule, test in self.rules if test.holds(facts)), None)


def compile_freshness(document: Freshness, language: Language) -> Compiled:
    """Make the rules ready."""
    return Compiled([(rule, Test(rule.when, NAMES, language)) for rule in document.rules])


def held_back(rule: FreshnessRule | None, free: Decimal, per_hour: Decimal, age_seconds: Decimal) -> Decimal:
    """Return what of `free` may not be sold when others sell `per_hour` and were last heard of so long ago.

    >>> held_back(FreshnessRule(name="a", factor=Decimal("1.5")), Decimal(40), Decimal(120), Decimal(300))
    Decimal('15')
    """
    if rule is None or age_seconds <= rule.grace_seconds:
        return Decimal(0)
    if rule.protected and age_seconds >= rule.stop_after_seconds:
        return max(free, Decimal(0))
    rate = max(per_hour, rule.least_per_hour) / HOUR
    return (rate * age_seconds * rule.factor).quantize(Decimal(1), rounding=ROUND_CEILING)
