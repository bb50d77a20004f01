"""The door of integrations: what the project's wiring registers on its behalf."""

from apps.integrations.decisions.reasons import ROW_REASONS

__all__ = ["ROW_REASONS"]
