"""The door of rulebooks: which rules are in force, and the log of what was decided by them."""

from apps.rulebooks.decisions.canonical import FloatRefused, canonical_json
from apps.rulebooks.decisions.comparisons import Comparison, comparisons
from apps.rulebooks.decisions.conditions import (
    Condition,
    ConditionFailed,
    ConditionInvalid,
    Names,
    compile_condition,
)
from apps.rulebooks.decisions.domains import contradiction, covers, overlap
from apps.rulebooks.decisions.examination import Conditioned, examine_conditions
from apps.rulebooks.decisions.kinds import Bench, Decided, Finding, KindUnknown, RuleText, Weight, register_kind
from apps.rulebooks.decisions.scenarios import ScenarioDraft
from apps.rulebooks.selectors.decision_log import DecisionFacts, decisions_about, decisions_by_id, decisions_of
from apps.rulebooks.selectors.in_force import (
    InForce,
    NoRulebookInForce,
    forget_cached_rulebooks,
    rulebook_if_any,
    rulebook_in_force,
    version_document,
)
from apps.rulebooks.selectors.offered import OfferedVersion, made_ready, offered_versions
from apps.rulebooks.selectors.pinned import Pinned, pinned_version
from apps.rulebooks.selectors.versions import count_in_review
from apps.rulebooks.services.decision_log import DecisionDraft, record_decisions
from apps.rulebooks.services.scenarios import add_scenario
from apps.rulebooks.services.transfer import RulebookFile, install_rulebooks

__all__ = [
    "Bench",
    "Comparison",
    "Condition",
    "ConditionFailed",
    "ConditionInvalid",
    "Conditioned",
    "Decided",
    "DecisionDraft",
    "DecisionFacts",
    "Finding",
    "FloatRefused",
    "InForce",
    "KindUnknown",
    "Names",
    "NoRulebookInForce",
    "OfferedVersion",
    "Pinned",
    "RuleText",
    "RulebookFile",
    "ScenarioDraft",
    "Weight",
    "add_scenario",
    "canonical_json",
    "comparisons",
    "compile_condition",
    "contradiction",
    "count_in_review",
    "covers",
    "decisions_about",
    "decisions_by_id",
    "decisions_of",
    "examine_conditions",
    "forget_cached_rulebooks",
    "install_rulebooks",
    "made_ready",
    "offered_versions",
    "overlap",
    "pinned_version",
    "record_decisions",
    "register_kind",
    "rulebook_if_any",
    "rulebook_in_force",
    "version_document",
]
