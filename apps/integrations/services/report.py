"""The report of an import: where every row ended, and that the homes sum to the file."""

from decimal import Decimal
from typing import Any

from apps.integrations.services.import_orders import Imported
from apps.orders.contract import homes_of
from ordercash.kernel.money import to_major


def report_of(result: Imported) -> dict[str, Any]:
    """Return the report as a JSON document; amounts are exact decimal text."""
    homes = homes_of(result.document_id)
    amount = sum((home.amount for home in homes), Decimal(0))
    through = [home for home in homes if home.home in {"order", "credit note"}]
    stated = sum((home.amount for home in through), Decimal(0))
    booked = to_major(sum(home.booked_minor for home in through), result.currency)
    return {
        "document_id": str(result.document_id),
        "currency": result.currency,
        "rows": result.rows,
        "orders": result.orders,
        "held": result.held,
        "returns": result.returns,
        "kept_rows": result.kept_rows,
        "documents_known_before": result.existed,
        "file": {"rows": result.rows, "amount": _plain(result.amount), "charges": _plain(result.charges)},
        "homes": [
            {
                "home": home.home,
                "reason": home.reason,
                "rows": home.rows,
                "documents": home.documents,
                "amount": _plain(home.amount),
                "booked": str(to_major(home.booked_minor, result.currency)),
            }
            for home in homes
        ],
        "totals": {
            "rows": sum(home.rows for home in homes),
            "amount": _plain(amount),
            "rows_of_earlier_files": result.rows - sum(home.rows for home in homes),
            "amount_of_earlier_files": _plain(result.amount - amount),
            "through_as_stated": _plain(stated),
            "through_as_booked": str(booked),
            "rounding": _plain(booked - stated),
        },
    }


def _plain(amount: Decimal) -> str:
    """Return a decimal with at least two decimals and no trailing zeros beyond them."""
    text = f"{amount.normalize():f}"
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"
