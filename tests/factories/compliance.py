"""Tax rows and check facts for tests."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import yaml
from django.conf import settings

from apps.compliance.contract import LineCheckFacts, OrderCheckFacts
from apps.compliance.decisions.checks import CheckList
from apps.compliance.decisions.tax import TaxRow
from apps.compliance.models import TaxRate
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything

SINCE = date(2009, 1, 1)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTITY_ID = new_id()


def a_tax_row(**values: Any) -> TaxRow:
    plain: dict[str, Any] = {
        "seller_country": "GB", "destination": "GB", "buyer": "", "tax_class": "standard", "category": "S",
        "rate": Decimal(20), "reason": "", "from_date": SINCE, "until_date": None,
    }  # fmt: skip
    return TaxRow(**(plain | values))


def a_tax_rate(**values: Any) -> TaxRate:
    plain: dict[str, Any] = {
        "seller_country": "GB", "destination": "GB", "tax_class": "standard", "category": "S", "rate": Decimal(20),
        "from_date": SINCE,
    }  # fmt: skip
    row = TaxRate.objects.create(**(plain | values))
    forget_everything()
    return row


def standard_checks() -> CheckList:
    """Return the checks that the project ships."""
    path = settings.BASE_DIR / "examples" / "rulebooks" / "compliance_checks.yaml"
    return CheckList.model_validate(yaml.safe_load(path.read_text("utf-8"))["document"])


def a_line(line_no: int = 1, **values: Any) -> LineCheckFacts:
    return LineCheckFacts(**({"line_no": line_no, "quantity": Decimal(3), "unit_price": Decimal("2.50")} | values))


def an_order(*lines: LineCheckFacts, **values: Any) -> OrderCheckFacts:
    plain: dict[str, Any] = {"at": AT, "legal_entity_id": ENTITY_ID, "channel": "web", "lines": lines or (a_line(),)}
    return OrderCheckFacts(**(plain | values))
