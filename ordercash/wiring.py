"""Puts the parts together: registers with the lower apps what the higher ones answer for. Nothing imports this module but the app config."""


def connect() -> None:
    """Fill the registries; runs once, when every app is loaded."""
