"""The document of the rulebook kind "inventory.availability": what counts as supply and demand, and how it is promised.

A rule is about a product of a legal entity, not about who asks: all promises of a product are served from the same supplies, so they
must be worked out under one rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apps.inventory.decisions.atp.nouns import Rule
from apps.inventory.decisions.document.language import Language, Test

OF_PRODUCTS: Final[Mapping[str, str]] = {"sku": "string", "category": "string", "legal_entity": "string"}
NAMES: Final = {"Conditions of rules": OF_PRODUCTS}
MOST_DAYS: Final = 366

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
When = Annotated[str, Field(min_length=1, max_length=2000)]
Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]
SupplyKind = Literal["purchase", "production", "transfer", "opening"]
SupplyStatus = Literal["planned", "confirmed", "in_transit"]


class Part(BaseModel):
    """A part of a document: nothing unknown, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Consumption(Part):
    """From where a demand takes: from what was free before its day, from what comes after it."""

    backward: bool = True
    forward: bool = True


class PastDue(Part):
    """What should have come or left before today counts for so many days (None: always), as if on the day so many days from today."""

    count_days: Days | None = None
    delay_days: Days = 0


class Counted(Part):
    """Which supplies can be promised: their kind, how far they are, and how sure, in per cent."""

    kinds: tuple[SupplyKind, ...] = ("purchase", "production", "transfer", "opening")
    statuses: tuple[SupplyStatus, ...] = ("confirmed", "in_transit")
    least_confidence: Percent = Decimal(0)


class Replanning(Part):
    """What a re-plan weighs: per cent of a line's net amount for each day that it is late, and carriage from another warehouse."""

    late_percent_per_day: Percent = Decimal(1)
    other_warehouse_per_kg: Mapping[Currency, Amount] = Field(default_factory=dict)


class AvailabilityRule(Part):
    """How the products that it is about are promised.

    horizon_days: nothing later is promised. accumulate: a day offers all that is left before it, else what became free on it alone;
    accumulate_days: goods can leave for so many days after they came. infinite_after_days: what can be ordered in that time, can be
    promised. Margins: days from due to free, and from free to leaving. least_shelf_life_days: that goods that expire must still last.
    splits: a line may be promised in parts. reserve_within_days: what is wanted later than in so many days is promised by date, and
    reserved when that day is near; None: always at once.
    """

    name: Name
    when: When | None = None
    horizon_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 180
    consumption: Consumption = Consumption()
    accumulate: bool = True
    accumulate_days: Days | None = None
    past_due_supply: PastDue = PastDue(count_days=10, delay_days=1)
    past_due_demand: PastDue = PastDue()
    infinite_after_days: Days | None = None
    supplies: Counted = Counted()
    receipt_margin_days: Days = 0
    issue_margin_days: Days = 0
    least_shelf_life_days: Days = 0
    splits: bool = True
    reserve_within_days: Days | None = None
    replanning: Replanning = Replanning()

    @model_validator(mode="after")
    def _members_fit(self) -> Self:
        if self.accumulate_days is not None and not (self.accumulate and self.consumption.backward):
            raise ValueError("accumulate_days belongs to rules that accumulate and take backward")
        return self


class Availability(Part):
    """Rules in the order in which they are tried; the first that holds decides, and the last holds always."""

    rules: Annotated[tuple[AvailabilityRule, ...], Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """A rule made ready, with what of it the arithmetic needs."""

    rule: AvailabilityRule
    arithmetic: Rule

    @classmethod
    def of(cls, rule: AvailabilityRule) -> Self:
        return cls(
            rule,
            Rule(
                horizon_days=rule.horizon_days,
                backward=rule.consumption.backward,
                forward=rule.consumption.forward,
                accumulate=rule.accumulate,
                infinite_after_days=rule.infinite_after_days,
                splits=rule.splits,
            ),
        )


@dataclass(frozen=True, slots=True, eq=False)
class AvailabilityRules:
    """A document made ready: each rule with its condition."""

    tried: tuple[tuple[Test, Terms], ...]

    def of(self, sku: str, category: str, legal_entity: str) -> Terms:
        """Return the terms of a product of a legal entity."""
        facts = {"sku": sku, "category": category, "legal_entity": legal_entity}
        return next(terms for test, terms in self.tried if test.holds(facts))

    def named(self, name: str) -> Terms:
        """Return the terms of a rule by its name."""
        return next(terms for _, terms in self.tried if terms.rule.name == name)


# What holds while no rulebook is in force: pegs of dated promises are worked out, and nothing is promised.
UNWRITTEN: Final = Terms.of(AvailabilityRule(name="unwritten", past_due_supply=PastDue()))


def compile_availability(document: Availability, language: Language) -> AvailabilityRules:
    """Return the document made ready; raises what the language raises."""
    return AvailabilityRules(tuple((Test(rule.when, OF_PRODUCTS, language), Terms.of(rule)) for rule in document.rules))
