"""Orders by the beginning of one of their numbers, each number by its own index."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ordercash.kernel import sql

# A beginning that fits more orders than this names none in particular.
MOST_NAMED: Final = 500

# Comparing bytes as the indexes do finds a beginning as a range, with any plan.
_NAMED: Final = """
(SELECT id FROM orders_order WHERE number ~>=~ %s AND number ~<~ %s ORDER BY number USING ~>~ LIMIT %s)
UNION
(SELECT id FROM orders_order WHERE external_number <> '' AND external_number ~>=~ %s AND external_number ~<~ %s
  ORDER BY external_number USING ~>~ LIMIT %s)
UNION
(SELECT id FROM orders_order WHERE purchase_order <> '' AND purchase_order ~>=~ %s AND purchase_order ~<~ %s
  ORDER BY purchase_order USING ~>~ LIMIT %s)
"""
_LAST_SIGN: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Named:
    """The orders that a beginning names; with `is_more` only those with the highest numbers."""

    ids: tuple[UUID, ...]
    is_more: bool


def orders_named(text: str, *, most: int = MOST_NAMED) -> Named:
    """Return the orders whose number, channel's number or purchase order begins with the text; one statement."""
    ranges = [bound for name in (text.upper(), text, text) for bound in (name, name + _LAST_SIGN, most + 1)]
    found = tuple(row[0] for row in sql.fetch(_NAMED, ranges))
    return Named(found, len(found) > most)
