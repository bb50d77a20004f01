"""Reading back-tests: what they are run on, how far they are, and what they report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import pydantic
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Abs

from apps.rulebooks.decisions.kinds import Kind, Weight, kind_of
from apps.rulebooks.decisions.trying import Logged, decide_with
from apps.rulebooks.decisions.weighing import TOTAL
from apps.rulebooks.models import BackTest, BackTestChange, BackTestFigure, Rulebook, RulebookVersion
from apps.rulebooks.selectors.decision_log import DecisionFacts, Span, cut, decision_of
from ordercash.kernel import sql
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import id_in, lowest_id_at

# How many customers, products and rules a report names; the others stand in its figures.
TOP = 20


@dataclass(frozen=True, slots=True)
class Among:
    """Which logged decisions a back-test is about: of the kind, within the ids, of some legal entities or of all but some.

    Facts name their legal entity as `legal_entity`; decisions of an entity with rules of its own are not the general rulebook's.
    """

    kind: str
    from_id: UUID
    until_id: UUID
    entities: tuple[str, ...] = ()
    only_these: bool = False

    def where(self) -> tuple[str, list[object]]:
        """Return the condition and its parameters."""
        condition, params = "kind = %s AND id < %s", [self.kind, self.until_id]
        if not self.entities:
            return condition, params
        # Canonical text is searched before it is read: most facts name none of them.
        named = "(facts LIKE ANY (%s::text[]) AND coalesce(facts::jsonb ->> 'legal_entity', '') = ANY (%s::text[]))"
        texts = [f'%"legal_entity":"{each}"%' for each in self.entities]
        return f"{condition} AND {'' if self.only_these else 'NOT '}{named}", [*params, texts, list(self.entities)]


def among(back_test: BackTest) -> Among:
    """Return what a back-test is run on; one statement."""
    since, until = lowest_id_at(back_test.since_at), lowest_id_at(back_test.until_at)
    return among_of(back_test.version.rulebook, since, until, back_test.requested_at)


def among_of(rulebook: Rulebook, from_id: UUID, until_id: UUID, at: datetime) -> Among:
    """Return the decisions between two ids that are a rulebook's, as the rulebooks of its kind stand at an instant; one statement."""
    return Among(rulebook.kind, from_id, until_id, *_entities(rulebook, at))


def _entities(rulebook: Rulebook, at: datetime) -> tuple[tuple[str, ...], bool]:
    if rulebook.legal_entity is not None:
        return (str(rulebook.legal_entity_id), rulebook.legal_entity.code), True
    others = Rulebook.objects.filter(
        Q(activations__until_at__isnull=True) | Q(activations__until_at__gt=at),
        kind=rulebook.kind, legal_entity__isnull=False, activations__from_at__lte=at,
    )  # fmt: skip
    named = others.values_list("legal_entity_id", "legal_entity__code").distinct()
    return tuple(sorted(str(part) for pair in named for part in pair)), False


def count_up_to(about: Among, until_id: UUID, most: int) -> int:
    """Return how many decisions there are from its beginning to before an id, counting no further than `most`."""
    condition, params = replace(about, until_id=until_id).where()
    ((found,),) = sql.fetch(
        f"SELECT count(*) FROM (SELECT 1 FROM rulebooks_decision WHERE id >= %s AND {condition} LIMIT %s) AS found",  # noqa: S608
        [about.from_id, *params, most],
    )
    return int(found)


def first_id(about: Among, most: int | None) -> UUID:
    """Return the id after which the decisions begin: of the period, or of its newest `most`."""
    condition, params = about.where()
    found = (
        sql.fetch(
            f"SELECT id FROM rulebooks_decision WHERE id >= %s AND {condition} ORDER BY id DESC OFFSET %s LIMIT 1",  # noqa: S608
            [about.from_id, *params, most - 1],
        )
        if most
        else []
    )
    first: UUID = found[0][0] if found else about.from_id
    return UUID(int=max(first.int - 1, 0))


def count_after(about: Among, after_id: UUID) -> int:
    """Return how many decisions there are after an id."""
    condition, params = about.where()
    ((found,),) = sql.fetch(
        f"SELECT count(*) FROM rulebooks_decision WHERE id > %s AND {condition}",  # noqa: S608
        [after_id, *params],
    )
    return int(found)


def spans_after(about: Among, after_id: UUID, chunk: int) -> list[Span]:
    """Cut the decisions after an id into pieces."""
    return cut(after_id, *about.where(), chunk=chunk)


def decisions_in(about: Among, span: Span) -> list[Logged]:
    """Return the decisions of a piece, oldest first."""
    condition, params = about.where()
    found = sql.fetch(
        "SELECT id, subject_kind, subject_id, facts, outcome FROM rulebooks_decision"  # noqa: S608
        f" WHERE id > %s AND id <= %s AND {condition} ORDER BY id",
        [span.after_id, span.until_id, *params],
    )
    return [Logged(*row) for row in found]


def back_test_of(back_test_id: UUID) -> BackTest:
    """Return one back-test with its version and rulebook. Raises NotFound."""
    found = _back_tests().filter(pk=back_test_id).first()
    if found is None:
        raise NotFound("There is no such back-test.")
    return found


def back_tests_of(version_id: UUID) -> QuerySet[BackTest]:
    """Return the back-tests of a version."""
    return _back_tests().filter(version_id=version_id)


def report_of(version: RulebookVersion) -> BackTest | None:
    """Return the newest finished back-test of this version's very text; None when there is none, or only of another text."""
    return (
        _back_tests()
        .filter(version__rulebook_id=version.rulebook_id, sha256=version.sha256, state=BackTest.State.DONE)
        .order_by("-finished_at")
        .first()
    )


def is_of_present_text(back_test: BackTest) -> bool:
    """Say whether a back-test ran the text that its version has today."""
    return bytes(back_test.sha256) == bytes(back_test.version.sha256)


def totals_of(back_test_id: UUID) -> list[BackTestFigure]:
    """Return what a back-test moves in total, by currency."""
    return list(BackTestFigure.objects.filter(back_test_id=back_test_id, dimension=TOTAL).order_by("currency"))


def shifted_of(back_test_id: UUID) -> dict[str, int]:
    """Return by currency the sum of what every single decision moves, up or down: gains and losses do not cancel each other."""
    found = (
        BackTestChange.objects.filter(back_test_id=back_test_id)
        .values("currency")
        .annotate(shifted=Sum(Abs("delta_minor")))
        .order_by("currency")
    )
    return {row["currency"]: int(row["shifted"]) for row in found if row["currency"]}


def figures_of(back_test_id: UUID, *, dimension: str = "", currency: str = "") -> QuerySet[BackTestFigure]:
    """Return the figures of a back-test."""
    found = BackTestFigure.objects.filter(back_test_id=back_test_id)
    found = found.filter(dimension=dimension) if dimension else found
    return found.filter(currency=currency) if currency else found


def most_moved(back_test_id: UUID, dimension: str, currency: str, limit: int = TOP) -> list[BackTestFigure]:
    """Return the customers, products or rules that move most, up or down."""
    delta = Abs("delta_minor")
    found = figures_of(back_test_id, dimension=dimension, currency=currency).exclude(delta_minor=0)
    return list(found.order_by(delta.desc(), "key")[:limit])


def changes_of(back_test_id: UUID) -> QuerySet[BackTestChange]:
    """Return the decisions that change."""
    return BackTestChange.objects.filter(back_test_id=back_test_id)


def changes_most_moved(back_test_id: UUID, limit: int = TOP) -> list[BackTestChange]:
    """Return the changed decisions that move most, up or down, whatever their currency."""
    return list(changes_of(back_test_id).order_by(Abs("delta_minor").desc(), "id")[:limit])


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A decision beside what the tried version says of the same facts: texts, and what each line weighs."""

    logged: DecisionFacts
    outcome: str
    trace: str
    before: Sequence[Weight]
    after: Sequence[Weight]


def side_by_side(back_test: BackTest, decision_id: UUID) -> SideBySide:
    """Decide one of the decisions of a back-test again by the text that it ran. Raises NotFound, Undecidable."""
    logged = decision_of(decision_id)
    kind = kind_of(back_test.version.rulebook.kind)
    if logged.kind != kind.name:
        raise NotFound("The back-test has no such decision.")
    again = decide_with(kind, kind.ready(back_test.document), logged.facts)
    weigh = kind.weigh or (lambda facts, outcome: ())
    return SideBySide(
        logged, again.outcome, again.trace, weigh(logged.facts, logged.outcome), weigh(logged.facts, again.outcome)
    )


def ids_among(figures: Iterable[BackTestFigure]) -> list[UUID]:
    """Return the ids among the keys of figures."""
    return [id for figure in figures if (id := id_in(figure.key))]


def titles_of(back_test: BackTest) -> Mapping[str, str]:
    """Return what rules are called, by name: in the text that was tried, else in the one in force when it was asked for. One statement."""
    kind, at = kind_of(back_test.version.rulebook.kind), back_test.requested_at
    if kind.titles is None:
        return {}
    in_force = RulebookVersion.objects.filter(
        Q(activations__until_at__isnull=True) | Q(activations__until_at__gt=at),
        rulebook_id=back_test.version.rulebook_id, activations__from_at__lte=at,
    )  # fmt: skip
    texts = [*in_force.values_list("document", flat=True)[:1], back_test.document]
    return {name: title for text in texts for name, title in titles_in(kind, text).items()}


def titles_in(kind: Kind, text: str) -> Mapping[str, str]:
    """Return what a document calls its rules, by name; nothing for one that does not fit its kind any more."""
    try:
        return kind.titles(kind.schema.model_validate_json(text)) if kind.titles else {}
    except pydantic.ValidationError:
        return {}


def asked_since(back_test: BackTest) -> datetime | None:
    """Return since when a back-test reads; None when it reads from the beginning."""
    return back_test.since_at if back_test.since_at.year > 1970 else None


def _back_tests() -> QuerySet[BackTest]:
    return BackTest.objects.select_related("version__rulebook__legal_entity")
