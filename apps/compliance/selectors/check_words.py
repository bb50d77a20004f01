"""The list of checks in words, and what is worth knowing about it."""

from apps.compliance.decisions.checks import ALWAYS_HELD, CHECKS, CheckList
from apps.rulebooks.contract import Finding, RuleText


def check_words(document: CheckList) -> dict[str, RuleText]:
    """Return every check in words, and which parts of an address are required."""
    told = {
        check.code: RuleText(
            CHECKS[check.code],
            {"severity": check.severity, "except channels": ", ".join(sorted(check.except_channels)) or "none"},
        )
        for check in document.checks
    }
    return told | {
        "required_address": RuleText(
            "Required in an address", {"parts": ", ".join(document.required_address) or "none"}
        )
    }


def examine_checks(document: CheckList) -> list[Finding]:
    """Find checks that hold an order whatever the list says of them."""
    return [
        Finding(
            "warning",
            f"/checks/{place}",
            "without_effect",
            "this always holds an order: without it nothing could be delivered and invoiced",
            rules=(check.code,),
        )
        for place, check in enumerate(document.checks)
        if check.code in ALWAYS_HELD and (check.severity == "warn" or check.except_channels)
    ]
