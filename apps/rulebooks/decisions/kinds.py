"""The registry of kinds: the domain that owns a kind says what its documents look like, how they decide and how they read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import pydantic

from ordercash.kernel.errors import DomainError


class KindUnknown(DomainError):
    """No domain answers for this kind of rulebook."""

    code, title, status = "kind_unknown", "This kind of rulebook is not known", 404


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision function answers: canonical texts of the outcome and of the trace."""

    outcome: str
    trace: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What an examination found in a document. An error refuses the save; the others are only said.

    `pointer` (RFC 6901) names the value; `line` and `column` (from 1) lie inside its text when it is one, such as a condition's;
    `rules` names the rules concerned.
    """

    severity: Literal["error", "warning", "undecided"]
    pointer: str
    code: str
    message: str
    line: int | None = None
    column: int | None = None
    rules: tuple[str, ...] = ()


class RuleText(NamedTuple):
    """A named part of a document in words: what it is called, and its properties as somebody would read them out."""

    title: str
    words: Mapping[str, str]


class Weight(NamedTuple):
    """What one line of a decision weighs in money: for whom, for what, by which rules, in minor units."""

    line: str
    customer: str
    product: str
    rules: tuple[str, ...]
    currency: str
    amount_minor: int


class Bench(NamedTuple):
    """A page on which a version is tried beside the one in force: its URL name, which takes the version's id as `b`, and who may see it."""

    label: str
    url_name: str
    permission: str


Compile = Callable[[Any], Any]
Decide = Callable[[Any, str], Decided]
Examine = Callable[[Any], Sequence[Finding]]
Rules = Callable[[Any], Mapping[str, RuleText]]
Titles = Callable[[Any], Mapping[str, str]]
Weigh = Callable[[str, str], Sequence[Weight]]
Expected = Callable[[str, str], str]

# What happens without any rules of a kind, unless the kind says it.
NOTHING_DECIDED: Final = "Nothing of this kind is decided"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rulebook; see `register_kind`."""

    name: str
    title: str
    schema: type[pydantic.BaseModel]
    decide: Decide | None = None
    compile: Compile | None = None
    examine: Examine | None = None
    rules: Rules | None = None
    weigh: Weigh | None = None
    scenario: Expected | None = None
    stops: str = NOTHING_DECIDED
    titles: Titles | None = None
    bench: Bench | None = None
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def compiled(self, document: Any) -> Any:
        """Return what `decide` takes: the document made ready, or the document itself."""
        return self.compile(document) if self.compile else document

    def ready(self, text: str) -> Any:
        """Return what `decide` takes, from the canonical text of a document."""
        return self.compiled(self.schema.model_validate_json(text))


_KINDS: dict[str, Kind] = {}


def register_kind(
    kind: str,
    *,
    title: str,
    schema: type[pydantic.BaseModel],
    decide: Decide | None = None,
    compile: Compile | None = None,
    examine: Examine | None = None,
    rules: Rules | None = None,
    weigh: Weigh | None = None,
    scenario: Expected | None = None,
    stops: str = NOTHING_DECIDED,
    titles: Titles | None = None,
    bench: Bench | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Make a kind known.

    `schema` parses its documents. `compile(document)` makes a document ready, once per hash. `decide(compiled or document, facts)`
    takes a decision again to the same bytes; None when the kind logs none. `examine(document)` finds what a schema cannot see.
    `rules(document)` names its parts in words, for differences. `weigh(facts, outcome)` says what a decision is worth, for back-tests.
    `scenario(facts, outcome)` is the canonical text of what a scenario of this kind expects; None: the whole outcome.
    `stops` says in words what happens while no rules of the kind are in force. `titles(document)`: what its rules are called, by the
    names that weights give; those without a title are left out.
    `bench`: where somebody tries a version by hand. `names`: where a condition stands -> the names that it reads, with their types.
    """
    _KINDS[kind] = Kind(
        kind, title, schema, decide, compile, examine, rules, weigh, scenario, stops, titles, bench, names or {}
    )


def kind_of(name: str) -> Kind:
    """Return the kind; raises KindUnknown naming those that are known."""
    try:
        return _KINDS[name]
    except KeyError:
        raise KindUnknown(f"{name!r} is not one of: {', '.join(sorted(_KINDS)) or 'none'}.") from None


def known_kinds() -> list[str]:
    """Return the names of every registered kind, sorted."""
    return sorted(_KINDS)
