"""The document of the rulebook kind "inventory.backorders": policies for orders whose goods are short, and thresholds of notices."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apps.inventory.decisions.document.language import Conditioned, Language, Test

STRICT: Final = ConfigDict(extra="forbid", frozen=True)
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Sku = Annotated[str, Field(min_length=1, max_length=64)]

ORDER_NAMES: Final[Mapping[str, str]] = {
    "customer_group": "string",
    "channel": "string",
    "country": "string",
    "currency": "string",
}
NAMES: Final = {"Conditions of policies": ORDER_NAMES}
SHIPS: Final[Mapping[str, str]] = {
    "as_ready": "as it is ready",
    "minimum": "a minimum at once",
    "complete": "complete",
}


class Substitute(BaseModel):
    """`by` may be delivered where `of` was ordered and is short: for all of a line or none of it, never as a part of a kit."""

    model_config = STRICT

    of: Sku
    by: Sku


class OrderTerms(BaseModel):
    """How orders ship when goods are short; the first policy whose condition holds is an order's, and stays it.

    `minimum_percent` is of what is open when it ships, `minimum_quantity` in units over all lines; both: the larger.
    `most_shipments`: the last one of them takes all that is open. `kits: whole` reserves parts of bundles in whole bundles only.
    What still waits `cancel_after_days` after the day of the order is cancelled.
    """

    model_config = STRICT

    name: Name
    when: str | None = None
    ship: Literal["as_ready", "minimum", "complete"] = "as_ready"
    minimum_percent: Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2)] | None = None
    minimum_quantity: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4)] | None = None
    most_shipments: Annotated[int, Field(ge=1, le=1000)] | None = None
    kits: Literal["split", "whole"] = "split"
    cancel_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    substitutes: Annotated[tuple[Substitute, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _minimum_fits(self) -> Self:
        stated = self.minimum_percent is not None or self.minimum_quantity is not None
        if (self.ship == "minimum") != stated:
            raise ValueError("ship: minimum goes with minimum_percent, minimum_quantity or both, and nothing else does")
        return self

    @model_validator(mode="after")
    def _one_for_each(self) -> Self:
        ordered = [each.of for each in self.substitutes]
        if len(set(ordered)) < len(ordered) or any(each.of == each.by for each in self.substitutes):
            raise ValueError("a product has one substitute, which is another product")
        return self

    @property
    def is_usual(self) -> bool:
        """Whether it asks nothing: as ready, parts of bundles as they come, for as long as it takes."""
        own = (self.most_shipments, self.cancel_after_days)
        return self.ship == "as_ready" and self.kits == "split" and not self.substitutes and own == (None, None)


class Thresholds(BaseModel):
    """When a customer is told: a first promise, one that moved by more than so many days, a part that left, a cancellation."""

    model_config = STRICT

    first_promise: bool = True
    moved_by_days: Annotated[int, Field(ge=0, le=366)] | None = 3
    part_shipped: bool = True
    cancelled: bool = True
    substituted: bool = True


class Backorders(BaseModel):
    """The document."""

    model_config = STRICT

    policies: Annotated[tuple[OrderTerms, ...], Field(min_length=1, max_length=100)]
    notices: Thresholds = Thresholds()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [policy.name for policy in self.policies]
        if len(set(names)) < len(names):
            raise ValueError("every policy has a name of its own")
        return self


class Policies(NamedTuple):
    """The document made ready."""

    document: Backorders
    policies: tuple[tuple[OrderTerms, Test], ...]

    def policy_for(self, facts: Mapping[str, str]) -> OrderTerms | None:
        """Return the policy of an order by what ORDER_NAMES says of it; None: it ships as it is ready."""
        return next((policy for policy, test in self.policies if test.holds(facts)), None)

    def substitutes_of(self, name: str) -> Mapping[str, str]:
        """Return by which SKU each SKU may be replaced under a policy."""
        named = next(policy for policy, _ in self.policies if policy.name == name)
        return {each.of: each.by for each in named.substitutes}


def compile_backorders(document: Backorders, language: Language) -> Policies:
    """Make a document ready."""
    return Policies(document, tuple((policy, Test(policy.when, ORDER_NAMES, language)) for policy in document.policies))


def conditions_of(document: Backorders) -> list[Conditioned]:
    """Return the conditions in the order in which they are tried."""
    return [
        Conditioned(p.name, f"/policies/{n}/when", p.when or "", "policies") for n, p in enumerate(document.policies)
    ]


def words_of(document: Backorders) -> Iterator[tuple[str, tuple[str, dict[str, str]]]]:
    """Return the parts of the document by name, with their properties in words."""
    for policy in document.policies:
        minimum = [f"{policy.minimum_percent.normalize():f} %"] if policy.minimum_percent is not None else []
        minimum += [f"{policy.minimum_quantity.normalize():f} units"] if policy.minimum_quantity is not None else []
        words = {"ships": SHIPS[policy.ship], "when": policy.when or "every other order", "kits": policy.kits}
        words |= {"minimum": " and ".join(minimum)} if minimum else {}
        words |= {"most shipments": str(policy.most_shipments)} if policy.most_shipments else {}
        words |= {"cancelled after days": str(policy.cancel_after_days)} if policy.cancel_after_days else {}
        words |= {f"{each.of} by": each.by for each in policy.substitutes}
        yield f"policy {policy.name}", (f"Policy {policy.name}", words)
    told = document.notices
    moved = "never" if told.moved_by_days is None else f"by more than {told.moved_by_days} days"
    yield (
        "notices",
        (
            "Notices",
            {
                "first promise": _yes(told.first_promise),
                "promise moved": moved,
                "shipped in part": _yes(told.part_shipped),
                "cancelled": _yes(told.cancelled),
                "substituted": _yes(told.substituted),
            },
        ),
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"
