"""The list of checks in words."""

from apps.compliance.decisions.checks import CheckList
from apps.compliance.selectors.check_words import check_words, examine_checks
from tests.factories.compliance import standard_checks


def test_the_shipped_checks_read_well() -> None:
    told = check_words(standard_checks())
    assert told["address_incomplete"].words == {"severity": "hold", "except channels": "legacy"}
    assert told["required_address"].words == {"parts": "line1, city, country"}
    assert examine_checks(standard_checks()) == []


def test_what_holds_anyway_is_told() -> None:
    listed = CheckList.model_validate({"checks": [{"code": "price_missing", "severity": "warn"}]})
    (found,) = examine_checks(listed)
    assert (found.severity, found.pointer, found.rules) == ("warning", "/checks/0", ("price_missing",))
