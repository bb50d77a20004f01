"""The document of the rulebook kind "inventory.allocation": tiers of lines, a strategy per product, who may take from whom."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apps.inventory.decisions.document.language import Conditioned, Language, Test

STRICT: Final = ConfigDict(extra="forbid", frozen=True)
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Strategy = Literal["first_come", "priority", "fair_share", "quotas", "manual"]
STRATEGIES: Final[Mapping[str, str]] = {
    "first_come": "First come",
    "priority": "Priority by tier",
    "fair_share": "Fair share",
    "quotas": "Quotas of channels",
    "manual": "By hand",
}

# What conditions of tiers read of a line, and those of products of what it wants.
LINE_NAMES: Final[Mapping[str, str]] = {
    "customer_group": "string",
    "channel": "string",
    "country": "string",
    "currency": "string",
}
PRODUCT_NAMES: Final[Mapping[str, str]] = {"sku": "string", "category": "string"}
NAMES: Final = {"Conditions of tiers": LINE_NAMES, "Conditions of products": PRODUCT_NAMES}


class Tier(BaseModel):
    """Lines that are alike; the first tier whose condition holds is a line's, the lowest rank is served first.

    What a run may do with its goods: `win` and `gain` never lose, `redistribute` may lose and gain, `fill` gains nothing that is
    taken from others and gives after them, `lose` gives first and gains nothing.
    """

    model_config = STRICT

    name: Name
    rank: Annotated[int, Field(ge=1, le=99)]
    when: str | None = None
    stance: Literal["win", "gain", "redistribute", "fill", "lose"] = "redistribute"


class ProductRule(BaseModel):
    """How products are shared out; the first whose condition holds."""

    model_config = STRICT

    strategy: Strategy
    when: str | None = None


class TakeFrom(BaseModel):
    """Lines of the tiers `by` may take goods that are reserved for lines of the tier `of`.

    Not from a line that is wanted within so many days from the day of the run.
    """

    model_config = STRICT

    of: Name
    by: Annotated[tuple[Name, ...], Field(min_length=1)]
    not_within_days: Annotated[int, Field(ge=0, le=366)] = 0


class FairShare(BaseModel):
    """A line's share goes by what it wants times the weight of its tier (1 where none is said).

    `least`: so much everybody gets first, in turn, as far as it goes.
    """

    model_config = STRICT

    weights: Mapping[Name, Annotated[Decimal, Field(gt=0, le=1000)]] = {}
    least: Annotated[Decimal, Field(gt=0)] | None = None


class Allocation(BaseModel):
    """The document. Without a product rule that holds, who came first is served first."""

    model_config = STRICT

    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=50)]
    products: Annotated[tuple[ProductRule, ...], Field(max_length=200)] = ()
    take_from: Annotated[tuple[TakeFrom, ...], Field(max_length=50)] = ()
    fair_share: FairShare = FairShare()
    order_within: tuple[Literal["wanted_on", "occurred_at"], ...] = ("occurred_at",)

    @model_validator(mode="after")
    def _tiers_fit(self) -> Self:
        names = [tier.name for tier in self.tiers]
        if len(set(names)) < len(names):
            raise ValueError("every tier has a name of its own")
        if self.tiers[-1].when is not None:
            raise ValueError("the last tier takes everybody else: it has no condition")
        known = set(names)
        named = {*self.fair_share.weights, *(name for rule in self.take_from for name in (rule.of, *rule.by))}
        if unknown := sorted(named - known):
            raise ValueError(f"there is no tier {', '.join(unknown)}")
        return self


class TierReady(NamedTuple):
    """A tier with its condition ready."""

    name: str
    rank: int
    stance: str
    test: Test


class Sharing(NamedTuple):
    """The document made ready."""

    document: Allocation
    tiers: tuple[TierReady, ...]
    products: tuple[tuple[str, Test], ...]

    def tier_of(self, facts: Mapping[str, str]) -> TierReady:
        """Return the tier of a line by what LINE_NAMES says of it."""
        return next(tier for tier in self.tiers if tier.test.holds(facts))

    def strategy_of(self, facts: Mapping[str, str]) -> str:
        """Return how a product is shared out, by what PRODUCT_NAMES says of it."""
        return next((strategy for strategy, test in self.products if test.holds(facts)), "first_come")


def compile_allocation(document: Allocation, language: Language) -> Sharing:
    """Make a document ready."""
    return Sharing(
        document,
        tuple(TierReady(t.name, t.rank, t.stance, Test(t.when, LINE_NAMES, language)) for t in document.tiers),
        tuple((rule.strategy, Test(rule.when, PRODUCT_NAMES, language)) for rule in document.products),
    )


def conditions_of(document: Allocation) -> Iterator[tuple[list[Conditioned], Mapping[str, str]]]:
    """Return the conditions in the order in which they are tried, with the names that they read."""
    yield (
        [Conditioned(t.name, f"/tiers/{n}/when", t.when or "", "tiers") for n, t in enumerate(document.tiers)],
        LINE_NAMES,
    )
    rules = enumerate(document.products)
    yield (
        [Conditioned(f"product {n + 1}", f"/products/{n}/when", r.when or "", "products") for n, r in rules],
        PRODUCT_NAMES,
    )


def oddities_of(document: Allocation) -> Iterator[tuple[str, str, str]]:
    """Return what is allowed and hardly meant: pointer, code, sentence."""
    stances = {tier.name: tier.stance for tier in document.tiers}
    ranks = {tier.name: tier.rank for tier in document.tiers}
    for place, rule in enumerate(document.take_from):
        if stances[rule.of] in ("win", "gain"):
            yield f"/take_from/{place}/of", "never_loses", f"{rule.of} never loses: nothing is taken from it"
        for name in rule.by:
            if stances[name] in ("fill", "lose"):
                yield f"/take_from/{place}/by", "never_gains", f"{name} gains nothing that is taken from others"
            if ranks[name] >= ranks[rule.of]:
                yield f"/take_from/{place}/by", "not_better", f"{name} does not rank before {rule.of}"


def words_of(document: Allocation) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the parts of the document by name, with their properties in words."""
    words: dict[str, tuple[str, dict[str, str]]] = {}
    for tier in document.tiers:
        words[f"tier {tier.name}"] = (
            f"Tier {tier.name}",
            {"rank": str(tier.rank), "stance": tier.stance, "when": tier.when or "everybody else"},
        )
    for place, rule in enumerate(document.products, start=1):
        words[f"product {place}"] = (
            f"Products {place}",
            {"strategy": STRATEGIES[rule.strategy].lower(), "when": rule.when or "every other product"},
        )
    for taking in document.take_from:
        words[f"take from {taking.of}"] = (
            f"Taking from {taking.of}",
            {"by": ", ".join(taking.by), "not within days": str(taking.not_within_days)},
        )
    share = document.fair_share
    weights = ", ".join(f"{name} {weight.normalize():f}" for name, weight in sorted(share.weights.items()))
    least = "nothing" if share.least is None else f"{share.least.normalize():f}"
    words["fair share"] = ("Fair share", {"weights": weights or "all alike", "least": least})
    words["order"] = ("Order within a tier", {"by": ", ".join(document.order_within)})
    return words
