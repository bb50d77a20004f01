"""The rulebook of freshness as a kind: how it is read, examined and told in words."""

from apps.inventory.decisions.document import FRESHNESS
from apps.inventory.decisions.document.language import Conditioned
from apps.inventory.decisions.freshness import NAMES, Freshness, FreshnessRule, compile_freshness
from apps.inventory.decisions.freshness_record import replay_freshness
from apps.inventory.selectors.rules import LANGUAGE
from apps.rulebooks.contract import Decided, Finding, RuleText, register_kind


def register_freshness() -> None:
    """Make known the kind; called once when the apps are loaded."""
    register_kind(
        FRESHNESS,
        title="What may be sold of shelves that others sell from, too",
        schema=Freshness,
        compile=lambda document: compile_freshness(document, LANGUAGE),
        decide=lambda rules, facts: Decided(*replay_freshness(rules, facts)),
        examine=_examine,
        rules=lambda document: {rule.name: _words(rule) for rule in document.rules},
        names={"/rules/*/when": NAMES},
        stops="Everything that is free may be sold, however old the last word is",
    )


def _examine(document: Freshness) -> list[Finding]:
    rules = [Conditioned(rule.name, f"/rules/{place}/when", rule.when) for place, rule in enumerate(document.rules)]
    return [
        *LANGUAGE.examine(rules, NAMES, first_wins=True),
        *(
            Finding(
                "warning",
                f"/rules/{place}/factor",
                "oversells",
                "less is held back than others sell on average meanwhile",
                rules=(rule.name,),
            )
            for place, rule in enumerate(document.rules)
            if rule.factor < 1
        ),
    ]


def _words(rule: FreshnessRule) -> RuleText:
    hold = f"{rule.factor.normalize():f} x rate x age, at least {rule.least_per_hour.normalize():f} an hour"
    stop = f"after {rule.stop_after_seconds} s" if rule.protected else "never"
    return RuleText(
        rule.name.replace("_", " ").capitalize(),
        {
            "for": rule.when or "every shelf",
            "nothing held back for": f"{rule.grace_seconds} s",
            "then held back": hold,
            "everything held back": stop,
            "alert after": f"{rule.alert_after_seconds} s",
        },
    )
