"""The nouns of rulebooks: versions and their activations, what they are tried on, and what they decided."""

from apps.rulebooks.models.approvals import Approval, GateRun
from apps.rulebooks.models.decisions import Decision
from apps.rulebooks.models.trials import BackTest, BackTestChange, BackTestFigure, Scenario
from apps.rulebooks.models.versions import Activation, Rulebook, RulebookVersion, VersionComment

__all__ = [
    "Activation",
    "Approval",
    "BackTest",
    "BackTestChange",
    "BackTestFigure",
    "Decision",
    "GateRun",
    "Rulebook",
    "RulebookVersion",
    "Scenario",
    "VersionComment",
]
