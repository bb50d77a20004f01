"""The door of rulebooks: which rules are in force, and the log of what was decided by them."""

from apps.rulebooks.decisions.canonical import FloatRefused, canonical_json
from apps.rulebooks.decisions.kinds import Decided, Finding, KindUnknown, RuleText, Weight, register_kind
from apps.rulebooks.selectors.decision_log import DecisionFacts, decisions_of
from apps.rulebooks.selectors.in_force import InForce, NoRulebookInForce, forget_cached_rulebooks, rulebook_in_force
from apps.rulebooks.services.decision_log import DecisionDraft, record_decisions

__all__ = [
    "Decided",
    "DecisionDraft",
    "DecisionFacts",
    "Finding",
    "FloatRefused",
    "InForce",
    "KindUnknown",
    "NoRulebookInForce",
    "RuleText",
    "Weight",
    "canonical_json",
    "decisions_of",
    "forget_cached_rulebooks",
    "record_decisions",
    "register_kind",
    "rulebook_in_force",
]
