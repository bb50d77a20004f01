"""Columns that many nouns share."""

from django.db import models


def quantity_field(**options: object) -> "models.DecimalField":
    """Return the column of a quantity; every quantity in this app has the same width."""
    return models.DecimalField(max_digits=18, decimal_places=4, **options)  # type: ignore[arg-type]


def foreign_key(to: "str | type[models.Model]", **options: object) -> "models.ForeignKey":
    """Return a reference that keeps its target and that nobody follows backwards; without an index of its own."""
    settings = {"on_delete": models.PROTECT, "related_name": "+", "db_index": False, **options}
    return models.ForeignKey(to, **settings)  # type: ignore[arg-type]
