"""What the endpoints of back-tests and scenarios answer, for the API's description."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from ordercash.web.api.values import Answer


class BackTestShown(Answer):
    """A version tried on what was decided: `seen` of `total` decisions so far, of which `changed` come out otherwise.

    `is_of_present_text` says whether the version still has the text that was tried; a report counts for no other text.
    """

    id: UUID
    version_id: UUID
    rulebook_id: UUID
    sha256: str
    is_of_present_text: bool
    since_at: AwareDatetime
    until_at: AwareDatetime
    most: int | None
    state: Literal["waiting", "running", "stopped", "done", "failed"]
    seen: int
    changed: int
    total: int | None
    requested_by: UUID
    requested_at: AwareDatetime
    finished_at: AwareDatetime | None
    job_id: UUID | None
    error: str


class FigureShown(Answer):
    """What moves for one customer, product or rule, or in total (key ""): amounts in minor units before and after.

    `title`: what a rule is called; "" for one without a title, and for everything else.
    """

    dimension: Literal["customer", "product", "rule", "total"]
    key: str
    title: str
    currency: str
    decisions: int
    before_minor: int
    after_minor: int
    delta_minor: int


class ShiftedShown(Answer):
    """The sum of what every single decision moves, up or down: gains and losses do not cancel each other."""

    currency: str
    shifted_minor: int


class ReportShown(BackTestShown):
    """A back-test with what it found: totals by currency, and the customers, products and rules that move most in each."""

    totals: list[FigureShown]
    shifted: list[ShiftedShown]
    customers: list[FigureShown]
    products: list[FigureShown]
    rules: list[FigureShown]


class ChangedDecision(Answer):
    """A decision that comes out otherwise, and what it was about."""

    id: UUID
    decision_id: UUID
    subject_kind: str
    subject_id: UUID
    currency: str
    before_minor: int
    after_minor: int
    delta_minor: int


class WeightShown(Answer):
    """What a line of a decision weighs, for whom, by which rules."""

    line: str
    customer: str
    product: str
    rules: list[str]
    currency: str
    amount_minor: int


class SideShown(Answer):
    """An outcome with its trace and what each line weighs."""

    outcome: Any
    trace: Any
    lines: list[WeightShown]


class SideBySideShown(Answer):
    """A decision as it was logged beside what the tried version says of the same facts."""

    decision_id: UUID
    subject_kind: str
    subject_id: UUID
    facts: Any
    before: SideShown
    after: SideShown


class ScenarioShown(Answer):
    """A test of a rulebook: from these facts every version has to decide this."""

    id: UUID
    rulebook_id: UUID
    name: str
    facts: Any
    expected: Any
    note: str
    author_id: UUID
    recorded_at: AwareDatetime
    retired_at: AwareDatetime | None


class ScenarioRun(Answer):
    """What a version made of a scenario; `got` is null when it decided nothing, and `refusal` says why."""

    scenario_id: UUID
    name: str
    passed: bool
    expected: Any
    got: Any
    refusal: str


class ScenarioFailedShown(Answer):
    """A scenario that a version failed: canonical texts, cut after 300 letters; `got` is empty when it decided nothing."""

    id: UUID
    name: str
    expected: str
    got: str
    refusal: str


class GateShown(Answer):
    """What a version made of the scenarios of its rulebook at an instant; no version is activated that fails one."""

    id: UUID
    version_id: UUID
    sha256: str
    occasion: Literal["activation", "asked"]
    passed: bool
    scenarios: int
    failed: list[ScenarioFailedShown]
    ran_by: UUID
    ran_at: AwareDatetime
